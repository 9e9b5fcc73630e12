"""`make demo`, as its user runs it: the story comes out right, and nothing is left of it."""

import contextlib
import os
import random
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(240)
def test_the_demo_tells_its_story_to_the_end_and_leaves_nothing_behind() -> None:
    command = [sys.executable, "-m", "local.demo"]

    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=230, check=False)

    assert told.returncode == 0, told.stdout[-4_000:] + told.stderr[-4_000:]
    assert told.stdout.count("as the original") == 7
    assert "/projects/2023-1-LV01-KA220-SCH-" in told.stdout
    home = Path(told.stdout.splitlines()[0].rpartition(" ")[2])
    assert home.name.startswith("demo-")
    assert not home.exists()
    assert str(home) not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def taken_port() -> socket.socket:
    """A socket on the first port of a range of a hundred."""
    for base in random.sample(range(22_000, 30_000, 100), 20):
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", base + 1))
    raise AssertionError("no range is free")


def test_the_demo_uses_the_ports_that_it_is_told_and_says_when_they_are_taken(tmp_path: Path) -> None:
    with taken_port() as taken:
        port = taken.getsockname()[1]
        told = subprocess.run(
            [sys.executable, "-m", "local.demo"],
            cwd=ROOT,
            env=os.environ | {"RESULTS_PORT_BASE": str(port - 1), "RESULTS_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert told.returncode == 1
    assert f"port {port} (intake) is taken" in told.stdout.replace("\n", " ")
    assert str(tmp_path) in told.stdout.replace("\n", "")
