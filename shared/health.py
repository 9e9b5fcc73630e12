"""Readiness: named checks of what a service needs, each with a deadline and a reason a person can act on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

Check = Callable[[], Awaitable[str | None]]
"""Returns None or a remark when all is well; raises NotReadyError, or anything else, when not."""

log = structlog.get_logger(__name__)


class NotReadyError(Exception):
    """A dependency is not usable. The message says what is missing and is shown on /readyz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of one check."""

    name: str
    ok: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All checks at one moment."""

    lines: tuple[Line, ...]

    @property
    def ready(self) -> bool:
        return all(line.ok for line in self.lines)


@dataclass(slots=True)
class Readiness:
    """The checks of one service.

    Probes may come often: a report stands for `fresh_seconds`, and checks never run twice at once.
    """

    fresh_seconds: float = 1.0
    _checks: dict[str, tuple[Check, float]] = field(default_factory=dict)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _report: Report | None = None
    _expires: float = 0.0
    _starting: bool = False
    _stopping: bool = False
    _failing: frozenset[str] = frozenset()

    def add(self, name: str, check: Check, *, deadline_seconds: float = 2.0) -> None:
        self._checks[name] = (check, deadline_seconds)
        self._report = None

    def starting(self) -> None:
        """Not ready until `started`: the port for operators answers before the service itself does."""
        self._starting = True

    def started(self) -> None:
        self._starting = False
        self._report = None

    def stop(self) -> None:
        """Not ready from now on: no new requests, please, this process is about to end."""
        self._stopping = True
        self._report = None

    @property
    def is_stopping(self) -> bool:
        """Answers that would go on for ever (event streams) end when this turns true."""
        return self._stopping

    async def report(self) -> Report:
        async with self._lock:
            if self._report is None or time.monotonic() >= self._expires:
                self._report = await self._run()
                self._expires = time.monotonic() + self.fresh_seconds
            return self._report

    async def _run(self) -> Report:
        if self._stopping or self._starting:
            reason = "stopping" if self._stopping else "starting"
            return Report(lines=(Line(name="process", ok=False, reason=reason),))
        lines = await asyncio.gather(*(_line(name, *check) for name, check in self._checks.items()))
        self._log_changes(lines)
        return Report(lines=tuple(lines))

    def _log_changes(self, lines: list[Line]) -> None:
        failing = frozenset(line.name for line in lines if not line.ok)
        for line in lines:
            if line.name in failing - self._failing:
                log.warning("dependency_away", dependency=line.name, reason=line.reason)
            elif line.name in self._failing - failing:
                log.info("dependency_back", dependency=line.name)
        self._failing = failing


async def _line(name: str, check: Check, deadline_seconds: float) -> Line:
    try:
        async with asyncio.timeout(deadline_seconds):
            return Line(name=name, ok=True, reason=await check())
    except NotReadyError as error:
        return Line(name=name, ok=False, reason=str(error))
    except TimeoutError:
        return Line(name=name, ok=False, reason=f"no answer within {deadline_seconds:g} s")
    except Exception as error:
        log.debug("readiness_check_failed", dependency=name, exc_info=True)
        return Line(name=name, ok=False, reason=f"check failed: {type(error).__name__}")
