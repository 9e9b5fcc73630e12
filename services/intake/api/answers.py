"""What callers read: bodies of contract section 6, made from one project of the log."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from services.intake.domain import gate, history, preflight
from services.intake.domain.contacts import flags
from services.intake.domain.logos import logo
from services.intake.domain.people import People
from services.intake.domain.websites import website
from shared.contracts.progress import CheckProgress
from shared.contracts.project import AgencyContact, ProjectDescription, Termination
from shared.contracts.result import DataProtection, Kind, ManifestEntry, Status
from shared.contracts.status import ResultView, RoundView, project_phase, result_status
from shared.contracts.verdict import CheckResult, Finding, Message, VerdictState
from shared.http.etag import Version
from shared.messaging.events import Recorded
from shared.view import ProjectView


class FileAnswer(BaseModel):
    """The content of a result: measured size in bytes and digest, what was declared and what was found."""

    name: str
    size: int
    sha256: str
    declared_type: str | None = None
    detected_type: str | None = None


class DecisionAnswer(BaseModel):
    """What the agency decided on a result, once the round is decided. `current`: on what stands there now."""

    decision: str
    reasons: tuple[str, ...] = ()
    comment: str | None = None
    round: int
    at: datetime
    current: bool


class HistoryEntry(BaseModel):
    """One thing that happened. `id` is the place in the record; `details` depend on the type."""

    id: int
    type: str
    at: datetime
    actor: str | None = None
    result_id: str | None = None
    details: dict[str, Any] = {}


class ResultAnswer(BaseModel):
    """A result with its checks and findings. `progress` is told in the single result, while checks run long."""

    id: str
    project_id: str
    status: Status
    revision: int
    kind: Kind
    title: str
    description: str
    category: str
    languages: tuple[str, ...] = ()
    work_package: int | None = None
    publish: bool
    withhold_reason: str | None = None
    data_protection: DataProtection
    external_id: str | None = None
    url: str | None = None
    file: FileAnswer
    checks: tuple[CheckResult, ...] = ()
    progress: CheckProgress | None = None
    decision: DecisionAnswer | None = None
    submitter: str
    created_at: datetime
    changed_at: datetime
    history: list[HistoryEntry] | None = None


class ContactAnswer(BaseModel):
    """A contact; name and addresses are shown to members of the project and its agency only."""

    id: str
    organisation_id: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    access: str
    sub: str | None = None
    publish_name: bool = False
    publish_email: bool = False
    publish_phone: bool = False


class RoundAnswer(BaseModel):
    """The last submission and what became of it. `comment` is that of the agency's decision."""

    round: int
    status: str
    submitted_at: datetime
    submitted_by: str
    decided_at: datetime | None = None
    comment: str | None = None


class GateAnswer(BaseModel):
    """Why submission is or is not possible, and since when."""

    open: bool
    code: str | None = None
    rule: str | None = None
    message: Message | None = None
    since: datetime | None = None
    opens_at: datetime


class WebsiteAnswer(BaseModel):
    """The website of a project."""

    url: str | None = None


class LogoAnswer(BaseModel):
    """The logo of a project. `status`: `validating`, `passed`, `failed`, `malware` or `error`."""

    revision: int
    name: str | None = None
    size: int | None = None
    sha256: str | None = None
    status: str | None = None


class ProjectAnswer(ProjectDescription):
    """A project as it was registered, and where it stands."""

    id: str
    state: str
    locked: bool
    round: RoundAnswer | None = None
    gate: GateAnswer
    contacts: tuple[ContactAnswer, ...] = ()
    na_contact: AgencyContact | None = None
    website: str | None = None
    logo: LogoAnswer | None = None
    registered_at: datetime
    ended_at: datetime | None = None
    termination: Termination | None = None
    final_report_approved: bool = False


class SubmissionAnswer(BaseModel):
    """A submission: approval binds to the sequence of each entry, so to the metadata too."""

    round: int
    status: str
    submitted_at: datetime
    manifest: tuple[ManifestEntry, ...]


class PointAnswer(BaseModel):
    """One point of the check before submission."""

    code: str
    rule: str | None = None
    message: Message
    fix: Message
    result_id: str | None = None
    findings: tuple[Finding, ...] = ()


class PreflightAnswer(BaseModel):
    """Every point that blocks the submission, and every one that is worth a look."""

    ready: bool
    blocking: list[PointAnswer]
    advisory: list[PointAnswer]


class UploadAnswer(BaseModel):
    """Where to put the bytes of an announced file, until when, and how far it has come."""

    upload_id: str
    url: str
    method: str = "PUT"
    headers: dict[str, str] = {}
    expires_at: datetime
    size: int
    received: int = 0
    complete: bool = False


def result_answer(view: ProjectView, one: ResultView, entries: list[HistoryEntry] | None = None) -> ResultAnswer:
    """Return a result as its project sees it."""
    state, verdict = one.state, one.current_verdict
    shared = {name: getattr(state, name) for name in ResultAnswer.model_fields if hasattr(state, name)}
    file = FileAnswer(
        name=state.file.name,
        size=state.file.size,
        sha256=state.file.sha256,
        declared_type=state.file.declared_type,
        detected_type=verdict.detected_type if verdict else None,
    )
    return ResultAnswer(
        **shared
        | {
            "status": result_status(one, view.round),
            "file": file,
            "checks": verdict.checks if verdict else (),
            "decision": _decision(one, view.round),
            "history": entries,
        }
    )


def _decision(one: ResultView, round_: RoundView) -> DecisionAnswer | None:
    decision = one.review.decision if one.review else None
    if decision is None or not _is_told(decision.round, round_):
        return None
    return DecisionAnswer(
        decision=decision.decision,
        reasons=decision.reasons,
        comment=decision.comment,
        round=decision.round,
        at=decision.at,
        current=one.standing_decision is not None,
    )


def _is_told(number: int, round_: RoundView) -> bool:
    """A decision is told with its round, not before; a later round that is open hides only its own decisions."""
    review = round_.review
    if review is None or review.round < number:
        return False
    return review.round > number or review.status in {"approved", "returned", "reopened"}


def result_version(view: ProjectView, one: ResultView) -> Version:
    """Return the version of a result: its own last event, and the last of others that it is shown with."""
    things = (("validator", "result"), ("review", "result"), ("publisher", "result"))
    others = [view.log.get(owner, thing, one.state.id) for owner, thing in things]
    others += [view.log.get("intake", "round"), view.log.get("review", "round")]
    return Version(own=one.sequence, other=max((found.sequence for found in others if found), default=0))


def project_answer(view: ProjectView, people: People, now: datetime, zone: ZoneInfo) -> ProjectAnswer:
    """Return a project; `people` are those whom the caller may see."""
    project, today = view.project, now.astimezone(zone).date()
    assert project
    description = {name: getattr(project.description, name) for name in ProjectDescription.model_fields}
    return ProjectAnswer(
        **description,
        id=project.id,
        state=project_phase(project, view.report_approved, today),
        locked=view.round.is_locked,
        round=_round(view.round),
        gate=_gate(gate.gate(view, today, zone)),
        contacts=tuple(contact_answer(view, people, one.id) for one in project.contacts),
        na_contact=people.na_contact,
        website=website(view.log).url,
        logo=logo_answer(view),
        registered_at=project.registered_at,
        ended_at=project.ended_at,
        termination=project.termination,
        final_report_approved=view.report_approved,
    )


def project_version(view: ProjectView) -> Version:
    """Return the version of a project: anything that happens to it is shown with it."""
    own = view.log.get("intake", "project")
    assert own
    return Version(own=own.sequence, other=view.log.position)


def contact_answer(view: ProjectView, people: People, contact_id: str) -> ContactAnswer:
    """Return a contact with what of it is public."""
    assert view.project
    listed = next(one for one in view.project.contacts if one.id == contact_id)
    person, shown = people.contacts.get(contact_id), flags(view.log, contact_id)
    return ContactAnswer(
        **listed.model_dump(),
        **(person.model_dump() if person else {}),
        **shown.model_dump(include={"publish_name", "publish_email", "publish_phone"}),
    )


def website_answer(view: ProjectView) -> WebsiteAnswer:
    """Return the website."""
    return WebsiteAnswer(url=website(view.log).url)


def logo_answer(view: ProjectView) -> LogoAnswer | None:
    """Return the logo; None when there is none."""
    state = logo(view.log)
    if state.file is None:
        return None
    return LogoAnswer(
        revision=state.revision,
        name=state.file.name,
        size=state.file.size,
        sha256=state.file.sha256,
        status=_logo_status(view),
    )


def _logo_status(view: ProjectView) -> str:
    found, state = view.log.state("validator", "logo", VerdictState), logo(view.log)
    return found.outcome if found and found.revision == state.revision else "validating"


def thing_version(view: ProjectView, thing: str, thing_id: str = "") -> Version:
    """Return the version of a thing that only intake and the one who checks or publishes it change."""
    owners = ("validator", "publisher")
    own = view.log.get("intake", thing, thing_id)
    others = [found.sequence for owner in owners if (found := view.log.get(owner, thing, thing_id))]
    return Version(own=own.sequence if own else 0, other=max(others, default=0))


def _round(round_: RoundView) -> RoundAnswer | None:
    submission, review = round_.submission, round_.review
    if submission is None:
        return None
    decided = review if review and review.round == submission.round and review.status in history.DECIDED else None
    return RoundAnswer(
        round=submission.round,
        status=round_.status or submission.status,
        submitted_at=submission.submitted_at,
        submitted_by=submission.submitted_by,
        decided_at=decided.at if decided else None,
        comment=decided.comment if decided else None,
    )


def _gate(found: gate.Gate) -> GateAnswer:
    refusal = found.refusal
    if refusal is None:
        return GateAnswer(open=True, since=found.since, opens_at=found.opens_at)
    point = preflight.refused(refusal)
    return GateAnswer(
        open=False,
        code=point.code,
        rule=point.rule,
        message=point.message,
        since=found.since,
        opens_at=found.opens_at,
    )


def submission_answer(view: ProjectView) -> SubmissionAnswer:
    """Return the last submission."""
    submission = view.round.submission
    assert submission
    return SubmissionAnswer(
        round=submission.round,
        status=view.round.status or submission.status,
        submitted_at=submission.submitted_at,
        manifest=submission.manifest,
    )


def preflight_answer(view: ProjectView, now: datetime, zone: ZoneInfo) -> PreflightAnswer:
    """Return the check before submission."""
    stops = preflight.blocking(view, now.astimezone(zone).date())
    return PreflightAnswer(ready=not stops, blocking=_points(stops), advisory=_points(preflight.advisory(view)))


def _points(points: Iterable[preflight.Point]) -> list[PointAnswer]:
    return [
        PointAnswer(
            code=one.code,
            rule=one.rule,
            message=one.message,
            fix=one.fix,
            result_id=one.result_id,
            findings=one.findings,
        )
        for one in points
    ]


def history_entry(recorded: Recorded, extra: dict[str, Any] | None = None) -> HistoryEntry:
    """Return an event as the history tells it."""
    address = recorded.address
    return HistoryEntry(
        id=recorded.sequence,
        type=recorded.type,
        at=recorded.time,
        actor=history.actor(recorded),
        result_id=address.thing_id if address.thing == "result" else None,
        details=history.told(recorded) | (extra or {}),
    )
