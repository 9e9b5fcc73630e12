"""Pictures whose words are recognised do not hold up small documents, however many there are: they stand aside."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from prometheus_client import REGISTRY

from local.demo import files
from services.validator.app import running
from shared.health import Readiness
from tests.integration.validator.platform import Intake, Servers

SLOTS, ASIDE, SCANS = 2, 1, 5


def scan(folder: Path, number: int) -> bytes:
    return files.picture(folder / "page.tif", f"Page {number} of a handbook").path.read_bytes()


def recognising_children() -> list[int]:
    """Children of this process that recognise words, told by their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if parent == os.getpid() and b"recognition" in words:
            found.append(int(folder.name))
    return found


def told(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(40):
        while not is_so():  # noqa: ASYNC110 - it happens on servers and in another process
            await asyncio.sleep(0.02)


async def test_a_small_document_gets_its_verdict_while_scans_fill_every_place_for_them(
    servers: Servers, intake: Intake, tmp_path: Path
) -> None:
    few = {"validator_slots": SLOTS, "validator_recognition_parsers": 1, "validator_recognition_files": ASIDE}
    document = files.docx(tmp_path / "guide.docx", ["A guide for teachers."]).path.read_bytes()
    async with running(servers.settings(tmp_path).model_copy(update=few), Readiness()):
        first = await intake.verdict(await intake.post("first.tif", scan(tmp_path, 0)), seconds=60)
        (child,) = recognising_children()
        put_back = told("results_work_settled_total", consumer="validator-check", how="put_back")
        os.kill(child, signal.SIGSTOP)

        scans = [await intake.post(f"{number}.tif", scan(tmp_path, number)) for number in range(1, SCANS + 1)]
        await until(lambda: told("results_parsers_busy", pool="recognition") == ASIDE)
        await until(
            lambda: told("results_work_settled_total", consumer="validator-check", how="put_back") >= put_back + SLOTS
        )
        small = await intake.verdict(await intake.post("guide.docx", document), seconds=50)
        waiting = [await intake.verdicts(one) for one in scans]

        os.kill(child, signal.SIGCONT)
        after = [await intake.verdict(one, seconds=60) for one in scans]

    assert (first.outcome, small.outcome) == ("passed", "passed")
    assert waiting == [[]] * SCANS
    assert [one.outcome for one in after] == ["passed"] * SCANS
