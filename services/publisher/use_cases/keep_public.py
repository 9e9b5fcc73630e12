"""Bring what the log and the public zone say in line with what must be public."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import structlog
from prometheus_client import Counter, Histogram

from services.publisher import evidence
from services.publisher.deeds import (
    Copy,
    Deed,
    is_named,
    logo_deed,
    result_deed,
    unnamed_keys,
    website_deed,
)
from services.publisher.domain import Wanted, approved_round, is_settled, logo, publications, website
from services.publisher.media import media_type
from services.publisher.public_zone import PublicZone
from shared.contracts.publication import PublicationState
from shared.errors import PermanentError, TransientError
from shared.messaging.events import Recorded
from shared.messaging.log import ConflictError, Log
from shared.view import ProjectView

ROUNDS_MAX = 30

LARGE_BYTES = 8 * 1024 * 1024

Outcome = TypeVar("Outcome")

DONE = Counter("publisher_deeds_total", "Events that the publisher appended, by type", ["type"])
SECONDS = Histogram(
    "publisher_trigger_to_event_seconds",
    "From the message that caused it to the publisher's own event on disk",
    ["thing"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60),
)

_logger = structlog.get_logger(__name__)


class Scope(StrEnum):
    """How much of a project a message can have changed."""

    RESULTS = "results"
    RESULT = "result"
    PRESENCE = "presence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why to look: the message, what it can have changed, and whether an earlier try may have left something behind."""

    cause: Recorded
    scope: Scope
    is_repeated: bool = False

    @property
    def only(self) -> str | None:
        """The one result to look at, if it is one."""
        return self.cause.address.thing_id if self.scope is Scope.RESULT else None


@dataclass(slots=True, kw_only=True)
class KeepPublic:
    """Load, decide, do; then load again, until the log says what must be so. Conflicts are only a reason to look again.

    Withdrawals come first. Nothing is removed from the public zone before the log says so, and whatever a broken
    earlier try may have left there is removed when its message comes again.
    """

    log: Log
    zone: PublicZone
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def __call__(self, occasion: Occasion) -> None:
        project_id = occasion.cause.address.project_id
        copied: dict[str, Copy] = {}
        for attempt in range(ROUNDS_MAX):
            view = ProjectView(await self.log.load(project_id))
            wanted = await self._wanted(view, occasion)
            results, errors = await _each(self._results(view, wanted, occasion))
            deeds = [*results, *self._presence(view, occasion)]
            errors += await self._do_all(deeds, occasion, copied)
            if errors:
                raise min(errors, key=lambda one: isinstance(one, PermanentError))
            if not deeds:
                await self._tidy(view, wanted, copied, occasion)
                return
            await asyncio.sleep(min(0.002 * 2**attempt, 0.2) if attempt else 0)
        raise TransientError(f"too many changes at once in project {project_id}")

    async def _wanted(self, view: ProjectView, occasion: Occasion) -> dict[str, Wanted | None]:
        if occasion.scope is Scope.PRESENCE:
            return {}
        revoked = approved_round(view) is not None and await evidence.report_was_approved(self.log, view)
        return publications(view, only=occasion.only, report_was_approved=revoked)

    def _results(
        self, view: ProjectView, wanted: dict[str, Wanted | None], occasion: Occasion
    ) -> list[Awaitable[Deed]]:
        unsettled = [one for one in wanted.values() if one and not is_settled(one, _current(view, one.result_id))]
        return [self._result(view, one, occasion) for one in unsettled]

    async def _result(self, view: ProjectView, wanted: Wanted, occasion: Occasion) -> Deed:
        file = None
        if wanted.basis:
            wanted = await evidence.proven(self.log, view, wanted)
            state = await evidence.approved_state(self.log, wanted)
            file = state.file.size, media_type(state.file.name)
        return result_deed(view, wanted, cause=occasion.cause, now=self.clock(), file=file)

    def _presence(self, view: ProjectView, occasion: Occasion) -> Iterator[Deed]:
        if occasion.scope is Scope.RESULT:
            return
        if (site := website(view)) is not None:
            yield website_deed(view, site, cause=occasion.cause)
        if (picture := logo(view)) is not None:
            yield logo_deed(view, picture, cause=occasion.cause)

    async def _do_all(self, deeds: list[Deed], occasion: Occasion, copied: dict[str, Copy]) -> list[BaseException]:
        """Withdrawals and small files first: nobody waits for the copy of somebody's film. Returns what failed."""
        failed: list[BaseException] = []
        for large in (False, True):
            steps = [self._do(one, occasion, copied) for one in deeds if _is_large(one) is large]
            failed += (await _each(steps))[1]
        return failed

    async def _do(self, deed: Deed, occasion: Occasion, copied: dict[str, Copy]) -> None:
        if deed.copy:
            await self.zone.put(deed.copy)
            copied[deed.copy.key] = deed.copy
        try:
            appended = await self.log.append(deed.event, deed.guard)
        except ConflictError:
            return
        if not appended.duplicate:
            _account(deed, occasion, appended.sequence)
        for key in deed.remove:
            await self.zone.remove(key)

    async def _tidy(
        self, view: ProjectView, wanted: dict[str, Wanted | None], copied: dict[str, Copy], occasion: Occasion
    ) -> None:
        """Leave nothing that the log does not name, and miss nothing that it names."""
        doubtful = set(copied) | (unnamed_keys(view, wanted) if occasion.is_repeated else set())
        for key in doubtful:
            if not is_named(view, key):
                await self.zone.remove(key)
            elif key in copied:
                await self.zone.ensure(copied[key])


def _current(view: ProjectView, result_id: str) -> PublicationState | None:
    return view.log.state("publisher", "result", PublicationState, result_id)


def _is_large(deed: Deed) -> bool:
    return deed.copy is not None and (deed.copy.size or 0) > LARGE_BYTES


async def _each(steps: Sequence[Awaitable[Outcome]]) -> tuple[list[Outcome], list[BaseException]]:
    """Do every step whatever becomes of the others; return what came of them and what failed."""
    outcomes = await asyncio.gather(*steps, return_exceptions=True)
    failed = [one for one in outcomes if isinstance(one, BaseException)]
    return [one for one in outcomes if not isinstance(one, BaseException)], failed


def _account(deed: Deed, occasion: Occasion, sequence: int) -> None:
    seconds = (datetime.now(UTC) - occasion.cause.time).total_seconds()
    DONE.labels(deed.event.type).inc()
    SECONDS.labels(deed.event.type.split(".")[1]).observe(max(seconds, 0.0))
    _logger.info("recorded", type=deed.event.type, subject=deed.event.subject, sequence=sequence)
