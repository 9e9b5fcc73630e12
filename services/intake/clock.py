"""The clock: which projects have had their last day, read from the log, and the event that says so (R27)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import structlog

from services.intake.use_cases.projects import EndProject
from shared.contracts.project import ProjectState
from shared.errors import PermanentError, TransientError
from shared.messaging.log import Log

TICK_SECONDS = 15.0

log = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Clock:
    """Keeps the last days of the projects that have not ended in memory; every replica has one, the log takes one."""

    log: Log
    end_project: EndProject
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _last_days: dict[str, date] = field(default_factory=dict)
    _position: int = 0

    async def run(self) -> None:
        """Tick for ever."""
        while True:
            try:
                await self.tick()
            except (TransientError, PermanentError) as error:
                log.warning("clock_waits", reason=repr(error))
            except Exception:
                log.exception("clock_failed")
            await asyncio.sleep(TICK_SECONDS)

    async def tick(self) -> None:
        """Read what has come since the last tick, then end what is due."""
        await self._catch_up()
        now = self.now()
        today = self.end_project.calendar.day(now)
        for project_id in [name for name, last in self._last_days.items() if last < today]:
            await self._end(project_id, now)

    async def _end(self, project_id: str, now: datetime) -> None:
        """One that cannot be ended, since no event holds its state, keeps no other from its end."""
        try:
            await self.end_project(project_id, now)
        except PermanentError as error:
            log.warning("project_not_ended", project_id=project_id, reason=repr(error))
        del self._last_days[project_id]

    async def _catch_up(self) -> None:
        async for recorded in self.log.history("intake.*.project", self._position):
            state = recorded.state_as(ProjectState)
            if state.ended_at or state.termination:
                self._last_days.pop(state.id, None)
            else:
                self._last_days[state.id] = state.description.end_date
            self._position = recorded.sequence
