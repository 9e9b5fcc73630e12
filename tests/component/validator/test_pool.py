"""Parsers in real child processes: isolated, bounded, replaced when they fail; never a pass, never our end."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from local.demo import files
from services.validator.checks import FORMAT, PERSONAL_DATA
from services.validator.domain import Specimen
from services.validator.sandbox.pool import Lane, Pool
from tests.unit.validator import samples

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(1)
    await pool.start()
    yield pool
    await pool.close()


def specimen(path: Path) -> Specimen:
    return Specimen(path=str(path), name=path.name, size=path.stat().st_size)


async def until_replaced(pool: Pool, number: int = 1) -> None:
    async with asyncio.timeout(30):
        while pool.replaced < number:  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.02)


def holes_that_could_be_closed(pool: Pool) -> set[str]:
    """Without Landlock in the kernel nothing closes this one."""
    return set(pool.holes) - (set() if "landlock" in pool.isolation else {"other processes"})


async def test_a_child_can_neither_reach_out_nor_write_nor_start_anything(pool: Pool) -> None:
    assert holes_that_could_be_closed(pool) == set()
    assert {"seccomp", "no-new-privileges", "no-capabilities", "memory", "no-file-writing"} <= set(pool.isolation)


TRIES = """
import ctypes, os, resource, sys
from services.validator.sandbox import limits
service, file = os.getppid(), os.open(sys.argv[1], os.O_RDONLY)
in_force = limits.give_up()
def thread(process):
    if ctypes.CDLL(None).tgkill(process, process, 0):
        raise OSError
tries = {
    "signal": lambda: os.kill(service, 0),
    "signal to a thread": lambda: thread(service),
    "limits of the service": lambda: resource.prlimit(service, resource.RLIMIT_NOFILE, (9, 9)),
    "priority of the service": lambda: os.setpriority(os.PRIO_PROCESS, service, 19),
    "processors of the service": lambda: os.sched_setaffinity(service, {0}),
    "environment of the service": lambda: open(f"/proc/{service}/environ", "rb").read(),
    "mode": lambda: os.fchmod(file, 0o777),
    "owner": lambda: os.fchown(file, os.getuid(), os.getgid()),
    "times": lambda: os.utime(sys.argv[1], (1, 1)),
    "attributes": lambda: os.setxattr(file, "user.mark", b"1"),
}
if "landlock" not in in_force:
    del tries["environment of the service"]
worked = []
for name, attempt in tries.items():
    try:
        attempt()
        worked.append(name)
    except OSError:
        pass
limits.allow_cpu_seconds(5)
print(worked)
"""


async def test_a_child_can_touch_no_other_process_and_no_file_that_it_may_read(tmp_path: Path) -> None:
    path = samples.write(tmp_path, "txt")
    arguments = (sys.executable, "-c", TRIES, str(path))

    child = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
    told, _ = await child.communicate()

    assert told.decode().strip() == "[]"


async def test_checks_run_in_the_child(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("personas kods 161175-19997", encoding="utf-8")

    form = await pool.examine(FORMAT, specimen(tmp_path / "a.txt"))
    found = await pool.examine(PERSONAL_DATA, specimen(tmp_path / "a.txt"))

    assert (form.error, form.observations) == (False, ())
    assert [one.code for one in found.observations] == ["national-id"]
    assert found.observations[0].place.line == 1


async def test_every_format_is_parsed_under_the_limits(pool: Pool, tmp_path: Path) -> None:
    for extension in ("pdf", "docx", "xlsx", "rtf", "doc", "png", "jpg", "gif", "tif", "mp3", "mp4", "csv"):
        path = samples.write(tmp_path, extension)
        for check in (FORMAT, PERSONAL_DATA):
            examined = await pool.examine(check, specimen(path))
            assert (extension, examined.error, examined.observations) == (extension, False, ())


async def test_a_child_that_is_late_is_killed_and_replaced(pool: Pool, tmp_path: Path) -> None:
    path = samples.write(tmp_path, "txt")
    os.kill(pool.pids[0], signal.SIGSTOP)

    late = await pool.examine(replace(FORMAT, deadline_seconds=0.3), specimen(path))

    assert (late.error, [one.code for one in late.observations]) == (True, ["check-stopped"])
    await until_replaced(pool)
    assert not (await pool.examine(FORMAT, specimen(path))).error


async def test_a_child_that_dies_is_an_error_and_the_next_file_passes(pool: Pool, tmp_path: Path) -> None:
    path = samples.write(tmp_path, "txt")
    os.kill(pool.pids[0], signal.SIGSTOP)
    task = asyncio.create_task(pool.examine(FORMAT, specimen(path)))
    await asyncio.sleep(0.1)
    os.kill(pool.pids[0], signal.SIGKILL)

    assert (await task).error
    await until_replaced(pool)
    assert not (await pool.examine(FORMAT, specimen(path))).error


async def test_a_child_that_ends_while_it_is_idle_costs_no_file_a_try(pool: Pool, tmp_path: Path) -> None:
    os.kill(pool.pids[0], signal.SIGKILL)
    async with asyncio.timeout(10):
        while pool.ready:  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.01)

    assert not (await pool.examine(FORMAT, specimen(samples.write(tmp_path, "txt")))).error


async def test_a_parser_that_raises_is_an_error_and_the_child_lives_on(pool: Pool, tmp_path: Path) -> None:
    missing = Specimen(path=str(tmp_path / "nothing.txt"), name="nothing.txt", size=5)

    raised = await pool.examine(FORMAT, missing)

    assert raised.error
    assert pool.replaced == 0
    assert not (await pool.examine(FORMAT, specimen(samples.write(tmp_path, "txt")))).error


async def test_a_cancelled_job_leaves_no_child_with_an_answer_to_another_file(pool: Pool, tmp_path: Path) -> None:
    path = samples.write(tmp_path, "txt")
    os.kill(pool.pids[0], signal.SIGSTOP)
    task = asyncio.create_task(pool.examine(FORMAT, specimen(path)))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await until_replaced(pool)
    examined = await pool.examine(PERSONAL_DATA, specimen(path))
    assert (examined.check, examined.error) == ("personal-data", False)


async def test_a_picture_that_needs_too_much_memory_does_not_take_the_service_along(pool: Pool, tmp_path: Path) -> None:
    # 60 million pixels of four bytes, several times over in the decoder, stay below the limit; this shows that the
    # child answers at all and that whatever comes of it is a finding or an error.
    from PIL import Image

    path = tmp_path / "a.png"
    Image.new("RGBA", (7_700, 7_700)).save(path, "PNG")

    examined = await pool.examine(FORMAT, specimen(path))

    assert examined.error or examined.detected_type == "image/png"


async def test_quick_children_leave_words_in_pictures_to_those_that_are_started_for_them(tmp_path: Path) -> None:
    picture = files.picture(tmp_path / "poster.png", "A room full of words").path
    text = samples.write(tmp_path, "txt")
    quick, recognition = Pool(1, Lane.QUICK), Pool(1, Lane.RECOGNITION)
    await quick.start()
    try:
        deferred = await quick.examine(PERSONAL_DATA, specimen(picture))
        plain = await quick.examine(PERSONAL_DATA, specimen(text))
        assert (deferred.deferred, deferred.error, deferred.observations) == (True, False, ())
        assert (plain.deferred, plain.error) == (False, False)
        assert recognition.pids == ()

        read = await recognition.examine(PERSONAL_DATA, specimen(picture))

        assert (read.deferred, read.error) == (False, False)
        assert "partly-examined" not in {one.code for one in read.observations}
        assert (len(recognition.pids), holes_that_could_be_closed(recognition), recognition.replaced) == (1, set(), 0)
        niceness = [os.getpriority(os.PRIO_PROCESS, pool.pids[0]) for pool in (quick, recognition)]
        assert niceness[0] < niceness[1]
    finally:
        await asyncio.gather(quick.close(), recognition.close())


async def test_closing_ends_every_child() -> None:
    pool = Pool(2)
    await pool.start()
    pids = pool.pids

    await pool.close()

    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
