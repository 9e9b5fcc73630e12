"""Killed at any moment, delivered twice, deleted meanwhile: one verdict, nothing lost, no orphan."""

import asyncio
import random
import secrets
import signal
from pathlib import Path

from local.demo import files
from tests.integration.validator.platform import Intake, Servers, validator_of
from tests.integration.validator.process import process


def memory_megabytes(pid: int, field: str = "VmHWM") -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


async def test_killed_again_and_again_it_judges_each_file_once(
    servers: Servers, intake: Intake, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    data = files.docx(tmp_path / "a.docx", ["Words."] * 20).path.read_bytes()
    async with process(servers, tmp_path / "state") as validator:
        results = [await intake.post("a.docx", data) for _ in range(30)]
        for _ in range(4):
            await asyncio.sleep(rng.random() * 0.6)
            validator.stop()
            await validator.start()

        verdicts = [await intake.verdict(one, seconds=90) for one in results]
        assert validator.stop(signal.SIGTERM) == 0

    assert {one.outcome for one in verdicts} == {"passed"}
    assert [len(await intake.verdicts(one)) for one in results] == [1] * 30
    assert all([await intake.kept(one.object_key) == data for one in verdicts])
    assert list((tmp_path / "state" / "spool").iterdir()) == [], "a restart removes what a killed process left"


async def test_the_parent_stays_small_with_large_files_and_stops_in_order(
    servers: Servers, intake: Intake, tmp_path: Path
) -> None:
    big = files.recording(tmp_path / "talk.mp3").path.read_bytes()
    async with process(servers, tmp_path / "state") as validator:
        results = [await intake.post("talk.mp3", big) for _ in range(4)]
        outcomes = {(await intake.verdict(one, seconds=110)).outcome for one in results}

        peak = memory_megabytes(validator.pid)
        print(f"peak of the parent with 4 files of 100 MB at once: {peak:.0f} MB")
        assert outcomes == {"passed"}
        assert peak < 250
        assert validator.stop(signal.SIGTERM) == 0


async def test_a_result_deleted_while_it_is_checked_leaves_no_orphan(
    servers: Servers, intake: Intake, tmp_path: Path
) -> None:
    async with validator_of(servers, tmp_path):
        keys = []
        for _ in range(12):
            text = f"words {secrets.token_hex(8)}".encode()
            result = await intake.post("a.txt", text)
            project = await intake.log.load(intake.project_id)
            state = project.messages[f"intake.{intake.project_id}.result.{result}"].state()
            keys.append(state.file.object_key)  # type: ignore[attr-defined]
            await intake.delete(result)

        await intake.verdict(await intake.post("last.txt", b"the last words"))
        await asyncio.sleep(1.0)

        assert [await intake.kept(key) for key in keys] == [None] * 12
