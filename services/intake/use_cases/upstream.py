"""Events of upstream systems, from HTTP and NATS alike: one effect by type, one outcome, however often it comes."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from services.intake.bodies import ProjectEvent, ReportEvent, ResultEvent, TerminatedEvent, WebsiteEvent, validated
from services.intake.domain import reports
from services.intake.domain.act import Act, Decision
from services.intake.domain.outcomes import Identity, Outcome
from services.intake.domain.results import handed
from services.intake.ports import OutcomeStore
from services.intake.use_cases.commands import Commands, Order, permitted
from services.intake.use_cases.gathering import GatherContent, Wanted
from services.intake.use_cases.projects import RegisterProject, TerminateProject
from services.intake.use_cases.results import AddResult, AdmitResult
from services.intake.use_cases.websites import SetWebsite
from shared.contracts.project import PROJECT_ID, Project
from shared.contracts.subjects import subject
from shared.errors import ProblemError
from shared.http.catalogue import fault_text, texts
from shared.http.roles import Caller, Role
from shared.messaging.events import ProjectLog

DETAIL_CHARACTERS_MAX = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamEvent:
    """One CloudEvent of an upstream system; `data` is plain JSON."""

    id: str
    source: str
    type: str
    data: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an event came to. `known`: it had been done before."""

    project_id: str
    result_id: str | None = None
    known: bool = False


Effecting = Callable[[Order, UpstreamEvent], Awaitable[Effect]]
Reconsider = Callable[[ProblemError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleUpstreamEvent:
    """Look whether it is known, do it, keep the outcome. A rejection had no effect, so the same id may come again."""

    outcomes: OutcomeStore
    effects: Mapping[str, Effecting]

    async def __call__(
        self, caller: Caller, event: UpstreamEvent, *, correlation: str = "", unless: Reconsider | None = None
    ) -> Outcome:
        """`unless` sees a refusal before it becomes a rejection; it may raise TransientError to have it tried again."""
        identity = Identity(sub=caller.sub, source=event.source, id=event.id)
        kept = await self.outcomes.read(identity)
        if kept is not None and kept.status != "rejected":
            return kept.model_copy(update={"status": "duplicate"})
        now = datetime.now(UTC)
        act = Act(by=caller.sub, at=now, cause=identity.cause, correlation=correlation)
        outcome = await self._outcome(Order(caller=caller, act=act, if_match="*"), event, unless)
        await self.outcomes.write(identity, outcome)
        return outcome

    async def _outcome(self, order: Order, event: UpstreamEvent, unless: Reconsider | None) -> Outcome:
        try:
            effecting = self.effects.get(event.type)
            if effecting is None:
                raise ProblemError(422, "unknown-event-type", type=event.type[:100])
            effect = await effecting(order, event)
        except ProblemError as error:
            if unless:
                unless(error)
            return rejected(error, order.act.at, event=event)
        return Outcome(
            id=event.id,
            source=event.source,
            type=event.type,
            status="duplicate" if effect.known else "accepted",
            project_id=effect.project_id,
            result_id=effect.result_id,
            at=order.act.at,
        )


def rejected(
    error: ProblemError, at: datetime, *, event: UpstreamEvent | None = None, id_: str | None = None
) -> Outcome:
    """Return the outcome that stands for a refusal, with every fault of every field in its detail."""
    faults = [f"{one.pointer}: {fault_text(one)}" for one in error.errors]
    detail = " ".join([texts(error.code, "en", **error.params)[1], *faults])
    return Outcome(
        id=event.id if event else id_,
        source=event.source if event else None,
        type=event.type if event else None,
        status="rejected",
        code=error.code,
        detail=detail[:DETAIL_CHARACTERS_MAX],
        rule=error.rule,
        at=at,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What each type of event does: what the call of the same meaning does, on any version."""

    commands: Commands
    register_project: RegisterProject
    terminate_project: TerminateProject
    set_website: SetWebsite
    admit_result: AdmitResult
    add_result: AddResult
    gather: GatherContent
    trusted: frozenset[str]

    def by_type(self) -> dict[str, Effecting]:
        """Return the effect of each type that is known."""
        return {
            "upstream.project.registered.v1": self.project,
            "upstream.project.amended.v1": self.project,
            "upstream.project.terminated.v1": self.terminated,
            "upstream.website.set.v1": self.website,
            "upstream.result.posted.v1": self.result,
            "upstream.report.approved.v1": self.report_approved,
            "upstream.report.returned.v1": self.report_returned,
        }

    async def project(self, order: Order, event: UpstreamEvent) -> Effect:
        body = validated(ProjectEvent, event.data)
        project_id = _registrable(body.project_id)
        if await self._is_done(order, project_id, "project"):
            return Effect(project_id=project_id, known=True)
        project = Project.model_validate(body.model_dump(exclude={"project_id"}))
        await self.register_project(order, project_id, project)
        return Effect(project_id=project_id)

    async def terminated(self, order: Order, event: UpstreamEvent) -> Effect:
        body = validated(TerminatedEvent, event.data)
        project_id = _known(body.project_id)
        if await self._is_done(order, project_id, "project"):
            return Effect(project_id=project_id, known=True)
        await self.terminate_project(order, project_id, eligible_costs=body.eligible_costs)
        return Effect(project_id=project_id)

    async def website(self, order: Order, event: UpstreamEvent) -> Effect:
        body = validated(WebsiteEvent, event.data)
        project_id = _known(body.project_id)
        if await self._is_done(order, project_id, "website"):
            return Effect(project_id=project_id, known=True)
        await self.set_website(order, project_id, body.url)
        return Effect(project_id=project_id)

    async def result(self, order: Order, event: UpstreamEvent) -> Effect:
        body = validated(ResultEvent, event.data)
        project_id, metadata = _known(body.project_id), body.metadata
        if earlier := await self.add_result.earlier(order, project_id, metadata.external_id):
            return Effect(project_id=project_id, result_id=earlier.result_id, known=True)
        await self.admit_result(order, project_id)
        wanted = Wanted(
            metadata=metadata,
            upload_id=body.upload_id or metadata.upload_id,
            url=body.url,
            sha256=body.sha256,
            filename=body.filename,
        )
        async with self.gather(order, project_id, wanted) as (content, spool):
            added = await self.add_result(order, project_id, handed(metadata, content), spool)
        return Effect(project_id=project_id, result_id=added.result_id)

    async def report_approved(self, order: Order, event: UpstreamEvent) -> Effect:
        return await self._report(order, event, "approved_elsewhere")

    async def report_returned(self, order: Order, event: UpstreamEvent) -> Effect:
        return await self._report(order, event, "returned_elsewhere")

    async def _report(
        self, order: Order, event: UpstreamEvent, status: Literal["approved_elsewhere", "returned_elsewhere"]
    ) -> Effect:
        project_id = _known(validated(ReportEvent, event.data).project_id)
        reports.require_trusted(event.source, order.caller.sub, self.trusted)
        if await self._is_done(order, project_id, "report"):
            return Effect(project_id=project_id, known=True)

        def decide(project: ProjectLog) -> Decision:
            return reports.decide_elsewhere(project, order.act, status, event.source)

        await self.commands.run(project_id, permitted(order, (Role.UPSTREAM,), decide))
        return Effect(project_id=project_id)

    async def _is_done(self, order: Order, project_id: str, thing: str) -> bool:
        """Tell whether this very event had its effect at any time, should its outcome have been lost."""
        name = subject("intake", project_id, thing)
        return await self.commands.log.find(name, order.act.event_id(name)) is not None


def _known(project_id: str) -> str:
    if PROJECT_ID.fullmatch(project_id) is None:
        raise ProblemError(404, "unknown-project")
    return project_id


def _registrable(project_id: str) -> str:
    if PROJECT_ID.fullmatch(project_id) is None:
        raise ProblemError(422, "invalid-project-id")
    return project_id
