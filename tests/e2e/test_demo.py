"""`make demo`, as its user runs it: the story comes out right, and nothing is left of it."""

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
