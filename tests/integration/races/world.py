"""One project in every phase of its life, and everything that anyone may do to it, by the services' own rules.

The decisions are the services' real ones, the log is a real server; only bytes are left out. Every action appears twice
in a race with different connections where it matters, as two replicas of a service would run it.
"""

import hashlib
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from services.intake.domain import results as intake_results
from services.intake.domain import rounds as intake_rounds
from services.intake.domain.act import Act as IntakeAct
from services.intake.domain.act import Decision
from services.intake.domain.files import Content
from services.publisher import deeds, domain
from services.publisher.evidence import proven
from services.review.domain import reports, rounds
from services.review.domain import results as review_results
from services.review.domain.act import Act as ReviewAct
from shared.contracts.project import Organisation, ProjectDescription, ProjectState
from shared.contracts.publication import PublicationState
from shared.contracts.result import DataProtection, Described, ResultState
from shared.contracts.review import ReportDecisionBody, ResultDecisionBody, RoundDecisionBody
from shared.contracts.subjects import object_key, result_subject, subject
from shared.contracts.verdict import VerdictOutcome, VerdictState
from shared.errors import ProblemError
from shared.messaging.events import Guard, NewEvent, ProjectLog, Recorded, event_id
from shared.messaging.log import ConflictError, Log
from shared.view import ProjectView

TODAY = date(2026, 11, 24)
OFFICER, LEAD = "ilze", "anna"
PHASES = ("open", "submitted", "claimed", "decided", "approved", "gate-open", "published", "reopened")


@dataclass
class World:
    """The connections of every service, as many of each as there are nodes."""

    logs: dict[str, list[Log]]
    chance: random.Random = field(default_factory=random.Random)

    def log(self, service: str) -> Log:
        return self.chance.choice(self.logs[service])


@dataclass
class Case:
    """One project with one valid result, brought to a phase."""

    world: World
    project_id: str = field(default_factory=lambda: f"R-{secrets.token_hex(6)}")
    result_id: str = ""

    async def start(self, phase: str) -> None:
        await self._register()
        await self.add()
        view = await self.view()
        self.result_id = next(iter(view.results())).state.id
        await self.check()
        for step in PHASE_STEPS[: PHASES.index(phase)]:
            await step(self)

    async def view(self) -> ProjectView:
        return ProjectView(await self.world.log("intake").load(self.project_id))

    async def history(self) -> list[Recorded]:
        return [one async for one in self.world.log("review").history(f"*.{self.project_id}.>")]

    async def _register(self) -> None:
        name = subject("intake", self.project_id, "project")
        state = ProjectState(
            id=self.project_id,
            registered_at=now(),
            description=ProjectDescription(
                title="A project",
                start_date=date(2023, 9, 1),
                end_date=date(2025, 8, 31),
                languages=("en",),
                na="LV01",
                organisations=(Organisation(id="o1", name="A school", role="coordinator"),),
            ),
        )
        event = NewEvent(
            subject=name,
            type="intake.project.registered.v1",
            state=state,
            id=event_id(name, "1", "registered"),
            actor="bm",
        )
        await self.world.log("intake").append(event, Guard(f"intake.{self.project_id}.>", 0))

    # what intake does

    async def _intake(self, decide: Callable[[ProjectLog, IntakeAct], Decision]) -> None:
        act = IntakeAct(by="janis", at=now(), cause=secrets.token_hex(8))
        await self.world.log("intake").decide(self.project_id, lambda project: decide(project, act))

    async def add(self) -> None:
        new = intake_results.Handed(described=described("A result"), content=content())
        await self._intake(lambda project, act: intake_results.add(project, act, new))

    async def revise(self) -> None:
        new = content()

        def decide(project: ProjectLog, act: IntakeAct) -> Decision:
            before = ProjectView(project).result(self.result_id)
            assert before
            return intake_results.revise(project, act, self.result_id, before.state.revision + 1, new)

        await self._intake(decide)

    async def describe(self) -> None:
        told = described(f"A title {secrets.token_hex(4)}")
        await self._intake(lambda project, act: intake_results.describe(project, act, self.result_id, told))

    async def delete(self) -> None:
        await self._intake(lambda project, act: intake_results.delete(project, act, self.result_id))

    async def submit(self) -> None:
        await self._intake(lambda project, act: intake_rounds.submit(project, act, TODAY))

    async def withdraw(self) -> None:
        await self._intake(intake_rounds.withdraw)

    # what review does

    async def _review(self, by: str, decide: Callable[[ProjectLog, ReviewAct], Decision]) -> None:
        act = ReviewAct(by=by, at=now(), cause=secrets.token_hex(8))
        await self.world.log("review").decide(self.project_id, lambda project: decide(project, act))

    async def claim(self) -> None:
        await self._review(OFFICER, rounds.claim)

    async def approve_result(self) -> None:
        body = ResultDecisionBody(decision="approve")
        await self._review(
            OFFICER, lambda project, act: review_results.decide(project, act, self.result_id, body, frozenset())
        )

    async def return_result(self) -> None:
        body = ResultDecisionBody(decision="request_changes", comment="Please mend it")
        await self._review(
            OFFICER, lambda project, act: review_results.decide(project, act, self.result_id, body, frozenset())
        )

    async def approve_round(self) -> None:
        await self._review(
            OFFICER, lambda project, act: rounds.decide(project, act, RoundDecisionBody(decision="approve"))
        )

    async def return_round(self) -> None:
        body = RoundDecisionBody(decision="request_changes", comment="Please mend it")
        await self._review(OFFICER, lambda project, act: rounds.decide(project, act, body))

    async def approve_report(self) -> None:
        body = ReportDecisionBody(decision="approve")
        await self._review(OFFICER, lambda project, act: reports.decide(project, act, body, "elsewhere"))

    async def reopen(self) -> None:
        await self._review(LEAD, lambda project, act: rounds.reopen(project, act, "a claim"))

    async def take_down(self) -> None:
        await self._review(
            LEAD, lambda project, act: review_results.take_down(project, act, self.result_id, "personal-data")
        )

    # what the validator and the publisher do by themselves

    async def check(self) -> None:
        await self._verdict(VerdictOutcome.PASSED)

    async def find_malware(self) -> None:
        await self._verdict(VerdictOutcome.MALWARE)

    async def late_verdict(self) -> None:
        """A verdict on what stood there when the check began, however long ago that is."""
        view = (await self.view()).result(self.result_id)
        assert view
        await self.revise()
        await self._verdict(VerdictOutcome.PASSED, of=view.state)

    async def _verdict(self, outcome: VerdictOutcome, of: ResultState | None = None) -> None:
        def decide(project: ProjectLog) -> tuple[NewEvent, Guard] | None:
            view = ProjectView(project).result(self.result_id)
            assert view
            state = of or view.state
            newer = max(view.state.revision, view.verdict.revision if view.verdict else 0)
            if view.state.deleted or state.revision < newer:
                return None
            verdict = VerdictState(
                project_id=self.project_id,
                result_id=self.result_id,
                revision=state.revision,
                sha256=state.file.sha256,
                size=state.file.size,
                outcome=outcome,
                object_key=object_key(self.result_id, state.revision, state.file.sha256),
                checked_at=now(),
            )
            name = result_subject("validator", self.result_id)
            event = NewEvent(
                subject=name,
                type="validator.result.checked.v1",
                state=verdict,
                id=event_id(name, f"{state.revision}:{outcome}:{secrets.token_hex(4)}", "checked"),
                actor="validator",
            )
            return event, project.guard_of(name)

        await self.world.log("validator").decide(self.project_id, decide)

    async def publish(self) -> None:
        """Bring the log in line with what must be public, until nothing is left to do."""
        log = self.world.log("publisher")
        for _ in range(50):
            if await self._publish_once(log):
                return
        raise AssertionError("the publisher never came to rest")

    async def _publish_once(self, log: Log) -> bool:
        view = ProjectView(await log.load(self.project_id))
        trigger = max(view.log.messages.values(), key=lambda one: one.sequence)
        for result_id, found in domain.publications(view).items():
            current = view.log.state("publisher", "result", PublicationState, result_id)
            if found is None or domain.is_settled(found, current):
                continue
            wanted = await proven(log, view, found) if found.basis else found
            deed = deeds.result_deed(view, wanted, cause=trigger, now=now())
            try:
                await log.append(deed.event, deed.guard)
            except ConflictError:
                return False
        return True


Action = Callable[[Case], Awaitable[None]]

PHASE_STEPS: tuple[Action, ...] = (
    Case.submit,
    Case.claim,
    Case.approve_result,
    Case.approve_round,
    Case.approve_report,
    Case.publish,
    Case.reopen,
)

ACTIONS: dict[str, tuple[Action, ...]] = {
    "open": (Case.add, Case.revise, Case.delete, Case.describe, Case.submit, Case.late_verdict, Case.take_down),
    "submitted": (Case.add, Case.revise, Case.withdraw, Case.claim, Case.find_malware, Case.delete, Case.submit),
    "claimed": (Case.approve_result, Case.return_result, Case.withdraw, Case.return_round, Case.find_malware, Case.add),
    "decided": (Case.approve_round, Case.return_round, Case.return_result, Case.find_malware, Case.take_down),
    "approved": (Case.approve_report, Case.take_down, Case.find_malware, Case.reopen, Case.publish, Case.revise),
    "gate-open": (Case.publish, Case.publish, Case.take_down, Case.find_malware, Case.reopen),
    "published": (Case.take_down, Case.find_malware, Case.publish, Case.reopen, Case.delete),
    "reopened": (Case.revise, Case.describe, Case.submit, Case.publish, Case.take_down, Case.delete),
}


async def attempt(action: Action, case: Case) -> str | None:
    """Do it; return the code of the refusal when it was refused."""
    try:
        await action(case)
    except ProblemError as refusal:
        return refusal.code
    return None


def described(title: str) -> Described:
    return Described(
        title=title,
        description="What it is",
        category="handbook",
        data_protection=DataProtection(confirmed=True, by="janis"),
    )


def content() -> Content:
    return Content(name="a.pdf", size=1, sha256=hashlib.sha256(secrets.token_bytes(8)).hexdigest())


def now() -> datetime:
    return datetime.now(UTC)
