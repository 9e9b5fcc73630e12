"""Following the log: whose last day is over, and which project something has just happened to."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import structlog

from services.intake.use_cases.projects import EndProject
from shared.contracts.project import ProjectState
from shared.errors import PermanentError, TransientError
from shared.messaging.events import Recorded
from shared.messaging.log import Log

CLOCK_SECONDS = 15.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Clock:
    """The last days of the projects that have not ended, kept in memory."""

    _last_days: dict[str, date] = field(default_factory=dict)

    def note(self, recorded: Recorded) -> None:
        """Take over what an event says of its project."""
        address = recorded.address
        if (address.owner, address.thing) != ("intake", "project"):
            return
        state = recorded.state_as(ProjectState)
        if state.ended_at or state.termination:
            self._last_days.pop(address.project_id, None)
        else:
            self._last_days[address.project_id] = state.description.end_date

    def due(self, today: date) -> list[str]:
        """Return the projects whose last day is over."""
        return [project_id for project_id, last in self._last_days.items() if last < today]


@dataclass(slots=True)
class News:
    """Wakes those who wait for something to happen to a project."""

    _waiting: defaultdict[str, set[asyncio.Event]] = field(default_factory=lambda: defaultdict(set))

    def tell(self, project_id: str) -> None:
        """Wake everybody who waits for this project."""
        for event in self._waiting.get(project_id, ()):
            event.set()

    @asynccontextmanager
    async def of(self, project_id: str) -> AsyncIterator[asyncio.Event]:
        """Give an event that is set whenever something happens; whoever waits clears it before looking."""
        event = asyncio.Event()
        self._waiting[project_id].add(event)
        try:
            yield event
        finally:
            self._waiting[project_id].discard(event)
            if not self._waiting[project_id]:
                del self._waiting[project_id]


@dataclass(slots=True, kw_only=True)
class Follower:
    """Two tasks for the life of the process; each goes on after whatever stops it."""

    log: Log
    news: News
    end_project: EndProject
    clock: Clock = field(default_factory=Clock)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def follow(self) -> None:
        """Keep clock and news up to date, for ever."""
        after = await self.log.last_sequence()
        async for recorded in self.log.history("intake.*.project", up_to=after):
            self.clock.note(recorded)
        async for batch in self.log.follow(after):
            for recorded in batch:
                self.clock.note(recorded)
            for project_id in {one.address.project_id for one in batch}:
                self.news.tell(project_id)

    async def tick(self) -> None:
        """End the projects whose last day is over, for ever."""
        while True:
            await self.end_due()
            await asyncio.sleep(CLOCK_SECONDS)

    async def end_due(self) -> None:
        """End the projects whose last day is over now."""
        now = self.now()
        for project_id in self.clock.due(self.end_project.calendar.day(now)):
            try:
                await self.end_project(project_id, now)
            except (TransientError, PermanentError) as error:
                log.warning("project_not_ended", project_id=project_id, reason=repr(error))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run both until left."""
        tasks = [asyncio.create_task(_for_ever(work)) for work in (self.follow, self.tick)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _for_ever(work: Callable[[], object]) -> None:
    while True:
        try:
            await work()  # type: ignore[misc]  # a coroutine function
        except (TransientError, PermanentError) as error:
            log.warning("follower_waits", reason=repr(error))
        await asyncio.sleep(1)
