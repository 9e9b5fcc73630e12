"""The dossier of a project, put together from the log: what an officer reads before deciding. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from services.review.answers import (
    CheckAnswer,
    DecisionAnswer,
    FileAnswer,
    FindingAnswer,
    ReportAnswer,
    Review,
    ReviewResult,
    RoundAnswer,
    RoundStatus,
    TakedownAnswer,
    WaiverAnswer,
)
from services.review.changes import changes_between, coverage
from services.review.comments import comments
from services.review.domain.reports import results_are_approved
from services.review.domain.rounds import approved_round, manifest_of, officer_of
from shared.contracts.project import ProjectState
from shared.contracts.result import ResultState
from shared.contracts.review import ReviewResultState
from shared.contracts.status import ResultView, checked_status, open_findings, result_status
from shared.contracts.verdict import CheckResult, Finding
from shared.messaging.events import ProjectLog, Recorded
from shared.view import ProjectView


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """How long a review may take, in calendar days from the submission, and where days begin."""

    days: int
    zone: ZoneInfo

    def due(self, submitted_at: datetime) -> date:
        """Return the last day on which the round is in time."""
        return submitted_at.astimezone(self.zone).date() + timedelta(days=self.days)

    def waiting_days(self, submitted_at: datetime, until: datetime) -> int:
        """Return the days since the submission, as a calendar counts them."""
        return (until.astimezone(self.zone).date() - submitted_at.astimezone(self.zone).date()).days


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a dossier is made: `internal` shows notes and reasons of waivers; and when it is read."""

    internal: bool
    now: datetime
    deadline: Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a dossier is made from: the project at one position, the round before as submitted, review's history."""

    project: ProjectLog
    before: ProjectLog | None = None
    before_round: int | None = None
    history: tuple[Recorded, ...] = ()
    as_decided: bool = False


def dossier(source: Source, reader: Reader) -> Review:
    """Put the dossier together. The project must be registered."""
    view = ProjectView(source.project)
    described = _registered(view).description
    submitted = {entry.result_id for entry in manifest_of(view)}
    shown = [one for one in view.results() if _is_shown(one, submitted, source.as_decided)]
    return Review(
        project_id=source.project.project_id,
        title=described.title,
        acronym=described.acronym,
        na=described.na,
        languages=described.languages,
        start_date=described.start_date,
        end_date=described.end_date,
        work_packages=described.work_packages,
        round=round_answer(view, reader),
        manifest=manifest_of(view),
        results=tuple(result_answer(view, one, reader) for one in shown),
        changes=changes_between(source.before, source.project, source.before_round),
        coverage=coverage(described, [one.state for one in shown if not submitted or one.state.id in submitted]),
        comments=tuple(comments(source.history, internal=reader.internal)),
        report=report_answer(view),
    )


def _is_shown(view: ResultView, submitted: set[str], as_decided: bool) -> bool:
    """An earlier round shows what it held; the present also what is being prepared."""
    return view.state.id in submitted if as_decided else not view.state.deleted


def _registered(view: ProjectView) -> ProjectState:
    assert view.project is not None, "a project that nobody registered has no dossier"
    return view.project


def round_answer(view: ProjectView, reader: Reader) -> RoundAnswer | None:
    """Return the last submission and its review; None when nothing was ever submitted."""
    round_, submission = view.round, view.round.submission
    if submission is None:
        return None
    review = round_.review if round_.review and round_.review.round == submission.round else None
    decided = review if review and review.status in ("approved", "returned", "reopened") else None
    due = reader.deadline.due(submission.submitted_at)
    until = decided.at if decided else reader.now
    is_open = round_.is_under_review
    return RoundAnswer(
        project_id=view.log.project_id,
        round=submission.round,
        status=cast(RoundStatus, round_.status),
        officer=officer_of(view.log) if is_open else (review.officer if review else None),
        submitted_by=submission.submitted_by,
        submitted_at=submission.submitted_at,
        waiting_days=reader.deadline.waiting_days(submission.submitted_at, until),
        due_date=due,
        overdue=is_open and reader.now.astimezone(reader.deadline.zone).date() > due,
        decided_by=decided.by if decided else None,
        decided_at=decided.at if decided else None,
        comment=decided.comment if decided else None,
        approved=approved_round(view.log),
    )


def report_answer(view: ProjectView) -> ReportAnswer:
    """Return the state of the final report, and whether R21 lets it be approved."""
    described, report = _registered(view).description, view.report
    return ReportAnswer(
        project_id=view.log.project_id,
        title=described.title,
        acronym=described.acronym,
        na=described.na,
        status=report.status if report else "undecided",
        elsewhere=view.elsewhere_report.status if view.elsewhere_report else None,
        results_approved=results_are_approved(view),
        round=view.round.number or None,
        round_status=cast("RoundStatus | None", view.round.status),
        report_deadline=described.report_deadline,
        end_date=described.end_date,
        comment=report.comment if report else None,
        override_reason=report.override_reason if report else None,
        decided_by=report.by if report else None,
        decided_at=report.at if report else None,
    )


def result_answer(project: ProjectView, view: ResultView, reader: Reader) -> ReviewResult:
    """Return one result with its checks, waivers and the decision that stands on it."""
    state, verdict = view.state, view.current_verdict
    blocking = open_findings(verdict.blocking, verdict.sha256, view.waivers) if verdict else ()
    return ReviewResult(
        **state.model_dump(include=set(ReviewResult.model_fields) & set(ResultState.model_fields) - {"file"}),
        status=result_status(view, project.round),
        checked=checked_status(view),
        sequence=view.sequence,
        in_manifest=any(entry.sequence == view.sequence for entry in manifest_of(project)),
        file=_file(view),
        outcome=verdict.outcome if verdict else None,
        checks=tuple(_check(one, view, reader) for one in verdict.checks) if verdict else (),
        blocking_open=len(blocking),
        decision=_decision(view, project.round.number, reader),
        takedown=_takedown(view.review),
    )


def _file(view: ResultView) -> FileAnswer:
    file, verdict = view.state.file, view.current_verdict
    available = verdict is not None and verdict.in_clean and not view.state.deleted
    return FileAnswer(
        name=file.name,
        size=file.size,
        sha256=file.sha256,
        declared_type=file.declared_type,
        detected_type=verdict.detected_type if verdict else None,
        available=available,
        url=f"/v1/reviews/{view.state.project_id}/results/{view.state.id}/file" if available else None,
    )


def _check(check: CheckResult, view: ResultView, reader: Reader) -> CheckAnswer:
    return CheckAnswer(
        check=check.check,
        outcome=check.outcome,
        engine=check.engine,
        findings=tuple(_finding(one, view, reader) for one in check.findings),
        findings_count=max(check.findings_count, len(check.findings)),
    )


def _finding(finding: Finding, view: ResultView, reader: Reader) -> FindingAnswer:
    waiver = next(
        (one for one in view.waivers if (one.finding_id, one.sha256) == (finding.id, view.state.file.sha256)), None
    )
    shown = (
        WaiverAnswer(by=waiver.by, at=waiver.at, reason=waiver.reason if reader.internal else None) if waiver else None
    )
    return FindingAnswer.model_validate({**dict(finding), "waiver": shown})


def _decision(view: ResultView, number: int, reader: Reader) -> DecisionAnswer | None:
    decision = view.standing_decision
    if decision is None:
        return None
    return DecisionAnswer(
        decision=decision.decision,
        reasons=decision.reasons,
        comment=decision.comment,
        internal_note=decision.internal_note if reader.internal else None,
        by=decision.by,
        at=decision.at,
        round=decision.round,
        carried_over=decision.round < number,
    )


def _takedown(review: ReviewResultState | None) -> TakedownAnswer | None:
    return TakedownAnswer.model_validate(dict(review.takedown)) if review and review.takedown else None
