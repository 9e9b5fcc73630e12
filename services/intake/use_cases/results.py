"""Results: bytes first, under a key that names revision and digest; then the event that names the key."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from services.intake.bodies import ResultPatch
from services.intake.domain import results
from services.intake.domain.access import CHANGES_RESULTS, standing
from services.intake.domain.act import Decision, require_unlocked
from services.intake.domain.files import Content
from services.intake.domain.results import Handed, RevisionMovedError
from services.intake.ports import IncomingZone, Spool
from services.intake.use_cases.commands import Commands, Done, Order, on_result, permitted
from shared.contracts.result import Described, ResultState
from shared.contracts.subjects import object_key, project_of, result_subject
from shared.errors import ProblemError, TransientError
from shared.http.etag import check_if_match
from shared.messaging.events import ProjectLog
from shared.view import ProjectView

TRIES_MAX = 10

Telling = Callable[[ResultState], Described | None]
"""Gives the new description of a result, made on the state that stands there; None leaves it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of a result that was handed in. `created`: it is new, not a revision of a known one."""

    view: ProjectView
    result_id: str
    created: bool


@dataclass(frozen=True, slots=True)
class AdmitResult:
    """Refuse before the bytes come what could be refused after: who may not, and what is locked or gone.

    A request that may be a repetition is not refused for a lock yet: its first answer may stand.
    """

    commands: Commands

    async def __call__(
        self, order: Order, project_id: str, result_id: str | None = None, *, fresh: bool = False
    ) -> ProjectView:
        """What is remembered may admit where a decision looks again soon; only what is fresh refuses."""
        remembered = None if fresh else self.commands.log.remembered(project_id)
        if remembered:
            with suppress(ProblemError):
                return _admitted(ProjectView(remembered), order, result_id)
        return _admitted(await self.commands.view(project_id), order, result_id)


def _admitted(view: ProjectView, order: Order, result_id: str | None) -> ProjectView:
    standing(view, order.caller).require(*CHANGES_RESULTS)
    if result_id is not None:
        check_if_match(order.if_match, results.require_result(view, result_id).sequence)
    if order.key is None:
        require_unlocked(view)
    return view


@dataclass(frozen=True, slots=True)
class AddResult:
    """Add a result; with an external id that this submitter used before it becomes a revision of that one."""

    commands: Commands
    zone: IncomingZone

    async def __call__(self, order: Order, project_id: str, new: Handed, spool: Spool) -> Added:
        if new.external_id and (earlier := await self.earlier(order, project_id, new.external_id)):
            return earlier
        for _ in range(TRIES_MAX):
            known = await self._known(order, project_id, new.external_id)
            try:
                return await (
                    self._revise(order, known, new, spool) if known else self._add(order, project_id, new, spool)
                )
            except RevisionMovedError:
                continue
        raise TransientError(f"too many writers at once on project {project_id}")

    async def earlier(self, order: Order, project_id: str, external_id: str | None) -> Added | None:
        """Return what this very request did before, should its answer have been lost."""
        view = await self.commands.view(project_id)
        standing(view, order.caller).require(*CHANGES_RESULTS)
        own = order.act.result_id(project_id)
        if view.result(own):
            return Added(view=view, result_id=own, created=True)
        known = results.with_external_id(view, order.act.by, external_id)
        if known is None:
            return None
        name = result_subject("intake", known.state.id)
        if await self.commands.log.find(name, order.act.event_id(name)) is None:
            return None
        return Added(view=view, result_id=known.state.id, created=False)

    async def _known(self, order: Order, project_id: str, external_id: str | None) -> ResultState | None:
        if external_id is None:
            return None
        view = await self.commands.view(project_id)
        found = results.with_external_id(view, order.act.by, external_id)
        return found.state if found else None

    async def _add(self, order: Order, project_id: str, new: Handed, spool: Spool) -> Added:
        result_id = order.act.result_id(project_id)
        await self.zone.put(object_key(result_id, 1, new.content.sha256), spool, new.content.sha256)

        def decide(project: ProjectLog) -> Decision:
            return results.add(project, order.act, new)

        done = await self.commands.run(project_id, permitted(order, CHANGES_RESULTS, decide))
        return Added(view=done.view, result_id=result_id, created=True)

    async def _revise(self, order: Order, known: ResultState, new: Handed, spool: Spool) -> Added:
        revision, content = known.revision + 1, new.content
        await self.zone.put(object_key(known.id, revision, content.sha256), spool, content.sha256)

        def decide(project: ProjectLog) -> Decision:
            return results.revise(
                project, order.act, known.id, revision, content, told=new.described, url=new.url, kind=new.kind
            )

        done = await self.commands.run(known.project_id, permitted(order, CHANGES_RESULTS, decide))
        return Added(view=done.view, result_id=known.id, created=False)


@dataclass(frozen=True, slots=True)
class ReviseResult:
    """Give a result new bytes."""

    commands: Commands
    zone: IncomingZone

    async def __call__(
        self, order: Order, result_id: str, content: Content, spool: Spool, *, url: str | None, telling: Telling
    ) -> Done:
        project_id = project_of(result_id)
        for _ in range(TRIES_MAX):
            view = await self.commands.view(project_id)
            before = results.require_result(view, result_id).state
            revision = before.revision + 1
            await self.zone.put(object_key(result_id, revision, content.sha256), spool, content.sha256)

            def decide(project: ProjectLog, revision: int = revision) -> Decision:
                now = results.require_result(ProjectView(project), result_id).state
                return results.revise(project, order.act, result_id, revision, content, told=telling(now), url=url)

            try:
                return await self.commands.run(project_id, on_result(order, CHANGES_RESULTS, result_id, decide))
            except RevisionMovedError:
                continue
        raise TransientError(f"too many writers at once on result {result_id}")


@dataclass(frozen=True, slots=True)
class DescribeResult:
    """Describe a result anew."""

    commands: Commands

    async def __call__(self, order: Order, result_id: str, patch: ResultPatch) -> Done:
        def decide(project: ProjectLog) -> Decision:
            now = results.require_result(ProjectView(project), result_id).state
            require_unlocked(ProjectView(project))
            return results.describe(project, order.act, result_id, patch.merged(now))

        return await self.commands.run(project_of(result_id), on_result(order, CHANGES_RESULTS, result_id, decide))


@dataclass(frozen=True, slots=True)
class DeleteResult:
    """Delete a result that was never public."""

    commands: Commands

    async def __call__(self, order: Order, result_id: str) -> Done:
        def decide(project: ProjectLog) -> Decision:
            return results.delete(project, order.act, result_id)

        return await self.commands.run(project_of(result_id), on_result(order, CHANGES_RESULTS, result_id, decide))
