"""Warm pools of parser children. One that crashes, answers nonsense or is late is killed and replaced.

The file goes in as a path, findings come back as bounded JSON; a child never holds more than one job.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Coroutine
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

from services.validator.checks import PERSONAL_DATA, SandboxedCheck
from services.validator.domain import Examination, Specimen, encoded, examination, observation
from services.validator.sandbox.frames import HEADER_BYTES, FrameError, length, pack, unpack
from shared import tracing

JOBS_PER_CHILD_MAX = 1_000
MEMORY_BYTES_KEPT_MAX = 300 * 1024 * 1024
START_SECONDS_MAX = 60.0
START_PAUSE_SECONDS_MAX = 30.0
_ROOT = Path(__file__).resolve().parents[3]
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "MAGIC")
_log = structlog.get_logger(__name__)

SECONDS = Histogram("results_sandboxed_check_seconds", "Time of one check in a parser child", ["check", "pool"])
FAILED = Counter(
    "results_parser_failures_total", "Parser children that crashed, were late or talked nonsense", ["check"]
)
BUSY = Gauge("results_parsers_busy", "Parser children at work now", ["pool"])
WAITING = Gauge("results_parsers_waited_for", "Checks that wait for a free parser child now", ["pool"])
SIZE = Gauge("results_parsers", "Parser children that there may be", ["pool"])


class Lane(Enum):
    """What the children of a pool are for: all but pictures with words, those alone, or everything."""

    QUICK = "quick"
    RECOGNITION = "recognition"
    ALL = "all"


class ChildFailedError(Exception):
    """The child ended, was late or talked nonsense; it is not used again."""


@dataclass(slots=True)
class _Child:
    process: Process
    jobs: int = 0
    memory_bytes: int = 0
    is_broken: bool = False

    @property
    def is_spent(self) -> bool:
        worn = self.jobs >= JOBS_PER_CHILD_MAX or self.memory_bytes > MEMORY_BYTES_KEPT_MAX
        return worn or self.is_broken or self.process.returncode is not None


class Pool:
    """`size` children, started with `start` or by the first job, ended with `close`. Jobs wait for a free one."""

    def __init__(self, size: int, lane: Lane = Lane.ALL) -> None:
        assert size >= 1
        self.size = size
        self._lane = lane
        SIZE.labels(lane.value).set(size)
        self._started = False
        self._idle: asyncio.Queue[_Child] = asyncio.Queue()
        self._alive: set[Process] = set()
        self._renewals: set[asyncio.Task[None]] = set()
        self._closing = False
        self._private = tempfile.mkdtemp(prefix="results-sandbox-")
        self.isolation: tuple[str, ...] = ()
        self.holes: tuple[str, ...] = ()
        self.replaced = 0

    async def start(self) -> None:
        """Start every child and wait until all are warm. Raises `ChildFailedError` when one cannot start."""
        self._started = True
        for child in await asyncio.gather(*(self._spawn() for _ in range(self.size))):
            self._idle.put_nowait(child)

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the children."""
        return tuple(process.pid for process in self._alive)

    @property
    def ready(self) -> int:
        """How many children are alive."""
        return sum(process.returncode is None for process in self._alive)

    async def examine(self, check: SandboxedCheck, specimen: Specimen) -> Examination:
        """Run one check on one file. A crash or a time-out is an examination with `error`, never an exception."""
        pool = self._lane.value
        with WAITING.labels(pool).track_inprogress():
            child = await self._take()
        took = SECONDS.labels(check.name, pool).time()
        with tracing.piece(f"check {check.name}"), BUSY.labels(pool).track_inprogress(), took:
            try:
                return _examination(check, await self._ask(child, check, specimen))
            except ChildFailedError as error:
                _log.warning("parser_child_failed", check=check.name, reason=str(error), extension=specimen.extension)
                FAILED.labels(check.name).inc()
                tracing.describe({}, failed=type(error).__name__)
                return stopped(check.name, str(error))
            finally:
                self._give_back(child)

    async def _take(self) -> _Child:
        """Wait for a free child; one that ended while it was idle is replaced, and costs no file a try."""
        if not self._started:
            self._started = True
            for _ in range(self.size):
                self._begin(self._put_new())
        while (child := await self._idle.get()).is_spent:
            self._give_back(child)
        return child

    async def _ask(self, child: _Child, check: SandboxedCheck, specimen: Specimen) -> dict[str, Any]:
        request = {
            "check": check.name, "path": specimen.path, "name": specimen.name, "size": specimen.size,
            "detected_type": specimen.detected_type, "about": specimen.about, "facts": specimen.facts,
            "published": specimen.published if check is PERSONAL_DATA else None,
        }  # fmt: skip
        child.is_broken = True
        try:
            async with asyncio.timeout(check.deadline_seconds):
                answer = await _exchange(child.process, pack(encoded(request)))
        except TimeoutError:
            await self._kill(child.process)
            raise ChildFailedError(f"longer than {check.deadline_seconds:.0f} seconds") from None
        except (OSError, EOFError, FrameError) as error:
            await self._kill(child.process)
            raise ChildFailedError("the parser ended before it answered") from error
        except asyncio.CancelledError:
            _kill_at_once(child.process)
            raise
        child.is_broken = False
        child.jobs += 1
        child.memory_bytes = int(answer.get("memory", 0))
        return answer

    def _give_back(self, child: _Child) -> None:
        if not child.is_spent and not self._closing:
            self._idle.put_nowait(child)
            return
        self._begin(self._renew(child))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._renewals.add(task)
        task.add_done_callback(self._renewals.discard)

    async def _renew(self, spent: _Child) -> None:
        await self._kill(spent.process)
        if not self._closing:
            await self._put_new()
            self.replaced += 1

    async def _put_new(self) -> None:
        """Start a child, however often that takes, and put it among the idle ones."""
        pause = 0.1
        while not self._closing:
            try:
                fresh = await self._spawn()
            except (ChildFailedError, OSError) as error:
                _log.error("parser_child_not_started", reason=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, START_PAUSE_SECONDS_MAX)
            else:
                self._idle.put_nowait(fresh)
                return

    async def _spawn(self) -> _Child:
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment |= {
            "TMPDIR": self._private,
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_THREAD_LIMIT": "1",
            "HOME": self._private,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.validator.sandbox.worker", self._lane.value,
            stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=_ROOT, env=environment, start_new_session=True,
        )  # fmt: skip
        self._alive.add(process)
        try:
            async with asyncio.timeout(START_SECONDS_MAX):
                hello = await _receive(process)
        except (TimeoutError, OSError, EOFError, FrameError) as error:
            await self._kill(process)
            raise ChildFailedError("a parser child did not start") from error
        self.isolation = tuple(map(str, hello.get("isolation", ())))
        self.holes = tuple(map(str, hello.get("holes", ())))
        return _Child(process)

    async def _kill(self, process: Process) -> None:
        _kill_at_once(process)
        with contextlib.suppress(ProcessLookupError):
            await process.wait()
        self._alive.discard(process)

    async def close(self) -> None:
        """End every child."""
        self._closing = True
        for task in tuple(self._renewals):
            task.cancel()
        await asyncio.gather(*(self._kill(process) for process in tuple(self._alive)))
        with contextlib.suppress(OSError):
            os.rmdir(self._private)


def stopped(check: str, reason: str) -> Examination:
    """Return what is known of a check that did not come to its end: nothing, so it may not pass."""
    return examination(check, "results-sandbox", [observation(check, "check-stopped", {"reason": reason})], error=True)


def _examination(check: SandboxedCheck, answer: dict[str, Any]) -> Examination:
    if "error" in answer:
        _log.warning("parser_raised", check=check.name, reason=str(answer["error"]))
        return stopped(check.name, "the parser stopped")
    try:
        examined = Examination.from_json(answer["examination"])
    except (KeyError, TypeError, AttributeError):
        return stopped(check.name, "the parser gave no clear answer")
    if examined.check != check.name:
        return stopped(check.name, "the parser gave no clear answer")
    return examined


def _kill_at_once(process: Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()


async def _exchange(process: Process, request: bytes) -> dict[str, Any]:
    assert process.stdin is not None
    process.stdin.write(request)
    await process.stdin.drain()
    return await _receive(process)


async def _receive(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    header = await process.stdout.readexactly(HEADER_BYTES)
    return unpack(await process.stdout.readexactly(length(header)))
