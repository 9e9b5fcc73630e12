"""Facts of one project as the other services would record them, and a log in memory to record them in."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256

from services.publisher.domain import Wanted
from shared.contracts.model import WireModel
from shared.contracts.project import Organisation, ProjectDescription, ProjectState, Termination
from shared.contracts.publication import PublicationState
from shared.contracts.result import (
    DataProtection,
    ElsewhereReportState,
    ManifestEntry,
    ResultFile,
    ResultState,
    RoundState,
)
from shared.contracts.review import (
    ApprovedRound,
    ReportState,
    ResultDecision,
    ReviewResultState,
    ReviewRoundState,
    Takedown,
    Waiver,
)
from shared.contracts.subjects import object_key, subject
from shared.contracts.verdict import EarlierVerdict, VerdictOutcome, VerdictState
from shared.messaging.events import ProjectLog, Recorded
from shared.view import ProjectView

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
CONTENT = b"%PDF-1.7 a handbook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An event before it is recorded."""

    owner: str
    thing: str
    happened: str
    state: WireModel
    thing_id: str = ""


def digest(content: bytes = CONTENT) -> str:
    return sha256(content).hexdigest()


def project(project_id: str, *, eligible_costs: bool | None = None, happened: str = "registered") -> Fact:
    description = ProjectDescription(
        title="Learning by doing",
        acronym="LbD",
        summary="How schools learn together",
        call_year=2023,
        start_date=date(2023, 9, 1),
        end_date=date(2025, 8, 31),
        languages=("en", "lv"),
        na="LV01",
        granting_authority="State Education Development Agency",
        grant_eur=250_000,
        organisations=(
            Organisation(id="o1", name="Rīgas 1. vidusskola", country="LV", city="Rīga", role="coordinator"),
            Organisation(id="o2", name="Lycée de Nantes", country="FR", role="partner"),
            Organisation(id="o3", name="Left Behind Oy", country="FI", role="partner", withdrawn=True),
        ),
    )
    ended = None if eligible_costs is None else Termination(eligible_costs=eligible_costs, at=NOON)
    state = ProjectState(id=project_id, description=description, registered_at=NOON, termination=ended)
    return Fact(owner="intake", thing="project", happened=happened, state=state)


def result(
    result_id: str, *, revision: int = 1, content: bytes = CONTENT, deleted: bool = False, **more: object
) -> Fact:
    described = {"title": "Handbook", "description": "A handbook for teachers", "category": "handbook"} | more
    state = ResultState.model_validate(
        {
            "id": result_id,
            "project_id": result_id.split("~", maxsplit=1)[0],
            "kind": "file",
            "languages": ("en",),
            "data_protection": DataProtection(confirmed=True),
            "revision": revision,
            "file": ResultFile(
                name="handbook.pdf",
                size=len(content),
                sha256=digest(content),
                object_key=object_key(result_id, revision, digest(content)),
            ),
            "submitter": "anna",
            "created_at": NOON,
            "changed_at": NOON,
            "content_at": NOON,
            "deleted": deleted,
        }
        | described
    )
    happened = "deleted" if deleted else "received" if revision == 1 else "revised"
    return Fact(owner="intake", thing="result", happened=happened, state=state, thing_id=result_id)


def verdict(
    result_id: str,
    outcome: str = "passed",
    *,
    revision: int = 1,
    sha256: str = digest(),
    blocking: tuple[str, ...] = (),
    earlier: tuple[EarlierVerdict, ...] = (),
) -> Fact:
    state = VerdictState(
        project_id=result_id.split("~", maxsplit=1)[0],
        result_id=result_id,
        revision=revision,
        sha256=sha256,
        size=len(CONTENT),
        outcome=VerdictOutcome(outcome),
        blocking=blocking,
        waivable=bool(blocking),
        in_clean=outcome == "passed",
        object_key=object_key(result_id, revision, sha256),
        checked_at=NOON,
        earlier=earlier,
    )
    return Fact(owner="validator", thing="result", happened="checked", state=state, thing_id=result_id)


def submitted(*entries: ManifestEntry, number: int = 1) -> Fact:
    state = RoundState(round=number, status="submitted", manifest=entries, submitted_by="anna", submitted_at=NOON)
    return Fact(owner="intake", thing="round", happened="submitted", state=state)


def approved(*entries: ManifestEntry, number: int = 1, sequence: int | None = None) -> Fact:
    held = ApprovedRound(round=number, manifest=entries, approved_by="ilze", approved_at=NOON, sequence=sequence)
    state = ReviewRoundState(round=number, status="approved", officer="ilze", by="ilze", at=NOON, approved=held)
    return Fact(owner="review", thing="round", happened="approved", state=state)


def reopened(before: ReviewRoundState, sequence: int) -> Fact:
    assert before.approved
    held = before.approved.model_copy(update={"sequence": sequence})
    state = before.model_copy(update={"status": "reopened", "approved": held})
    return Fact(owner="review", thing="round", happened="reopened", state=state)


def report(status: str = "approved") -> Fact:
    state = ReportState.model_validate({"status": status, "by": "ilze", "at": NOON})
    return Fact(owner="review", thing="report", happened=status, state=state)


def elsewhere_report(status: str = "approved_elsewhere") -> Fact:
    state = ElsewhereReportState.model_validate({"status": status, "source": "bm", "decided_at": NOON})
    return Fact(owner="intake", thing="report", happened=status, state=state)


def takedown(result_id: str, *, revision: int = 1, sha256: str = digest(), reason: str = "It names a pupil") -> Fact:
    down = Takedown(reason=reason, by="lead", at=NOON, revision=revision, sha256=sha256)
    state = ReviewResultState(result_id=result_id, takedown=down)
    return Fact(owner="review", thing="result", happened="taken_down", state=state, thing_id=result_id)


def waived(result_id: str, finding_id: str, sha256: str = digest()) -> Fact:
    waiver = Waiver(finding_id=finding_id, sha256=sha256, reason="the author", by="lead", at=NOON)
    state = ReviewResultState(result_id=result_id, waivers=(waiver,))
    return Fact(owner="review", thing="result", happened="waived", state=state, thing_id=result_id)


def decided(result_id: str, entry: ManifestEntry, number: int) -> Fact:
    decision = ResultDecision(
        decision="approve",
        by="ilze",
        at=NOON,
        round=number,
        revision=entry.revision,
        sha256=entry.sha256,
        sequence=entry.sequence,
    )
    state = ReviewResultState(result_id=result_id, decision=decision)
    return Fact(owner="review", thing="result", happened="decided", state=state, thing_id=result_id)


def entry(
    result_id: str, sequence: int, *, revision: int = 1, sha256: str = digest(), publish: bool = True
) -> ManifestEntry:
    return ManifestEntry(result_id=result_id, revision=revision, sha256=sha256, sequence=sequence, publish=publish)


@dataclass(slots=True)
class Story:
    """A log in memory. `carry_out` records what a wish becomes, as the use case would."""

    project_id: str = "P-1"
    messages: dict[str, Recorded] = field(default_factory=dict)
    history: list[Recorded] = field(default_factory=list)

    def record(self, fact: Fact, *, at: int | None = None) -> int:
        """Record a fact and return its sequence; `at` gives it the sequence that it has in another story."""
        name = subject(fact.owner, self.project_id, fact.thing, fact.thing_id)
        sequence = at or len(self.history) + 1
        headers = {"ce-id": str(sequence), "ce-type": f"{fact.owner}.{fact.thing}.{fact.happened}.v1"}
        recorded = Recorded(name, sequence, NOON, headers, fact.state.model_dump_json().encode())
        self.messages[name] = recorded
        self.history.append(recorded)
        return sequence

    def carry_out(self, wanted: Wanted, *, at: int | None = None) -> None:
        before = self.view.log.state("publisher", "result", PublicationState, wanted.result_id)
        is_first = wanted.status == "published" and not (before and before.first_published_at)
        state = PublicationState(
            result_id=wanted.result_id,
            status=wanted.status,
            revision=wanted.content.revision,
            sha256=wanted.content.sha256,
            sequence=wanted.content.sequence,
            object_key=object_key(wanted.result_id, wanted.content.revision, wanted.content.sha256),
            basis=wanted.basis,
            reason=wanted.reason,
            first_published_at=NOON if is_first else before.first_published_at if before else None,
            at=NOON,
        )
        fact = Fact(owner="publisher", thing="result", happened=wanted.status, state=state, thing_id=wanted.result_id)
        self.record(fact, at=at or 10_000 + len(self.history))

    @property
    def view(self) -> ProjectView:
        position = max((one.sequence for one in self.messages.values()), default=0)
        return ProjectView(ProjectLog(self.project_id, position, dict(self.messages)))

    def publication(self, result_id: str) -> PublicationState | None:
        return self.view.log.state("publisher", "result", PublicationState, result_id)
