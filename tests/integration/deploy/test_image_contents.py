"""What an image holds is enough: a service starts from its locked packages, its own folder and `shared`, alone."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.images import CODE

ROOT = Path(__file__).parents[3]
SERVICES = ("intake", "validator", "review", "publisher")


def run(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run without anything of ours in the environment."""
    kept = {
        name: text for name, text in os.environ.items() if not name.startswith(("RESULTS_", "PYTHON", "VIRTUAL_ENV"))
    }
    return subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def image(name: str, folder: Path) -> Path:
    """Lay out the folders of the image, by the same steps as deploy/Dockerfile; returns its Python."""
    ignored = shutil.ignore_patterns("__pycache__")
    for place in CODE[name]:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / place).is_dir():
            shutil.copytree(ROOT / place, folder / place, ignore=ignored)
        else:
            shutil.copy(ROOT / place, folder / place)
    uv = Path(sys.executable).with_name("uv")
    python = folder / "venv" / "bin" / "python"
    assert run(uv, "venv", "--quiet", "--python", sys.executable, folder / "venv", folder=folder).returncode == 0
    requirements = ROOT / "requirements" / f"{name}.txt"
    locked = ("--require-hashes", "--build-constraints", ROOT / "requirements" / "build.txt")
    options = ("--quiet", *locked, "--only-binary", ":all:", "--no-binary", "nkeys", "--python", python)
    installed = run(uv, "pip", "install", *options, "-r", requirements, folder=folder)
    assert installed.returncode == 0, installed.stderr
    return python


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_runs_from_its_own_folder_and_its_own_packages(service: str, tmp_path: Path) -> None:
    python = image(service, tmp_path)

    started = run(python, "-m", f"services.{service}", folder=tmp_path, PYTHONPATH=str(tmp_path))
    helped = run(python, "-m", f"services.{service}", "--help", folder=tmp_path, PYTHONPATH=str(tmp_path))
    provisions = run(python, "-m", "shared.messaging.provision", folder=tmp_path, PYTHONPATH=str(tmp_path))

    assert helped.returncode == 0, helped.stderr
    assert (started.returncode, "RESULTS_NATS_URL: is not set" in started.stderr) == (2, True), started.stderr
    assert (provisions.returncode, "RESULTS_NATS_URL: is not set" in provisions.stderr) == (2, True), provisions.stderr


def test_operations_run_from_their_own_folders_and_their_own_packages(tmp_path: Path) -> None:
    python = image("operations", tmp_path)
    arguments = (python, "-m", "local.ops")

    helped = run(*arguments, "--help", folder=tmp_path, PYTHONPATH=str(tmp_path))
    nowhere = run(*arguments, "archive", "follow", folder=tmp_path, PYTHONPATH=str(tmp_path))
    told = {"RESULTS_ARCHIVE_TO": str(tmp_path / "archive"), "PYTHONPATH": str(tmp_path)}
    started = run(*arguments, "archive", "follow", folder=tmp_path, **told)
    empty = run(*arguments, "archive", "verify", folder=tmp_path, **told)

    assert (helped.returncode, "restore" in helped.stdout) == (0, True), helped.stderr
    assert (nowhere.returncode, "RESULTS_ARCHIVE_TO" in nowhere.stderr) == (2, True), nowhere.stderr
    assert (started.returncode, "RESULTS_NATS_URL: is not set" in started.stderr) == (2, True), started.stderr
    assert (empty.returncode, "no archive here" in empty.stdout) == (1, True), empty.stdout + empty.stderr
