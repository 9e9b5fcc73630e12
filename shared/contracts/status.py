"""Where things stand, derived from the states of all four owners. Pure: the log in, an answer out.

Intake shows it, review decides on it, and both must agree; so it stands here once.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.contracts.project import ProjectState
from shared.contracts.publication import PublicationState
from shared.contracts.result import ElsewhereReportState, ManifestEntry, ResultState, RoundState, Status
from shared.contracts.review import ReportState, ResultDecision, ReviewResultState, ReviewRoundState, Waiver
from shared.contracts.verdict import VerdictOutcome, VerdictState


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundView:
    """The last submission and what review made of it."""

    submission: RoundState | None = None
    review: ReviewRoundState | None = None

    @property
    def number(self) -> int:
        """The number of the last submission; 0 when there was none."""
        return self.submission.round if self.submission else 0

    @property
    def _reviewed(self) -> str | None:
        """What review last said of this very submission."""
        if self.review and self.submission and self.review.round == self.submission.round:
            return self.review.status
        return None

    @property
    def is_locked(self) -> bool:
        """R38: from submitted until returned, withdrawn or reopened; approval does not unlock."""
        return (
            self.submission is not None
            and self.submission.status == "submitted"
            and self._reviewed not in ("returned", "reopened")
        )

    @property
    def is_under_review(self) -> bool:
        """Submitted and not yet decided."""
        return self.is_locked and self._reviewed != "approved"

    @property
    def is_opened(self) -> bool:
        """An officer has claimed this submission at some time: it can no longer be withdrawn."""
        return self._reviewed is not None

    @property
    def status(self) -> str | None:
        """`under_review`, `approved`, `returned`, `reopened` or `withdrawn`; None when nothing was ever submitted."""
        if self.submission is None:
            return None
        if self.submission.status == "withdrawn":
            return "withdrawn"
        return "under_review" if self.is_under_review else self._reviewed

    def entry(self, result_id: str) -> ManifestEntry | None:
        """Return what the open or approved submission holds of a result."""
        if not self.is_locked or self.submission is None:
            return None
        return next((one for one in self.submission.manifest if one.result_id == result_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """All that the log says of one result. `sequence` is that of its last intake message."""

    state: ResultState
    sequence: int
    verdict: VerdictState | None = None
    review: ReviewResultState | None = None
    publication: PublicationState | None = None

    @property
    def current_verdict(self) -> VerdictState | None:
        """The verdict on this very content, if there is one."""
        verdict = self.verdict
        if verdict and (verdict.revision, verdict.sha256) == (self.state.revision, self.state.file.sha256):
            return verdict
        return None

    @property
    def standing_decision(self) -> ResultDecision | None:
        """The officer's decision, as far as it is on what stands there now."""
        decision = self.review.decision if self.review else None
        return decision if decision and decision.sequence == self.sequence else None

    @property
    def is_taken_down(self) -> bool:
        """The agency removed this content from public; a new content is a new start."""
        takedown = self.review.takedown if self.review else None
        return takedown is not None and (
            self.state.revision <= takedown.revision or self.state.file.sha256 == takedown.sha256
        )

    @property
    def is_published(self) -> bool:
        """Something of this result is public now, perhaps an earlier content of it."""
        return self.publication is not None and self.publication.status == "published"

    @property
    def was_ever_published(self) -> bool:
        """Something of this result was public at some time: it can no longer be deleted."""
        return self.publication is not None and self.publication.first_published_at is not None

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """The waivers of findings, whatever digest they are on."""
        return self.review.waivers if self.review else ()


def open_findings(blocking: tuple[str, ...], sha256: str, waivers: tuple[Waiver, ...]) -> tuple[str, ...]:
    """Return the blocking findings of a digest that no lead has waived."""
    waived = {one.finding_id for one in waivers if one.sha256 == sha256}
    return tuple(one for one in blocking if one not in waived)


def passes(
    outcome: VerdictOutcome, *, waivable: bool, blocking: tuple[str, ...], sha256: str, waivers: tuple[Waiver, ...]
) -> bool:
    """Tell whether a verdict lets a file through: passed, or every finding that stands in the way is waived."""
    if outcome == VerdictOutcome.PASSED:
        return True
    return outcome == VerdictOutcome.FAILED and waivable and not open_findings(blocking, sha256, waivers)


def verdict_passes(verdict: VerdictState, waivers: tuple[Waiver, ...]) -> bool:
    """Tell whether this verdict lets its file through."""
    return passes(
        verdict.outcome,
        waivable=verdict.waivable,
        blocking=verdict.blocking,
        sha256=verdict.sha256,
        waivers=waivers,
    )


def checked_status(view: ResultView) -> Status:
    """Return what the checks alone say of the content that stands there now."""
    verdict = view.current_verdict
    if verdict is None:
        return Status.VALIDATING
    if verdict.outcome == VerdictOutcome.MALWARE:
        return Status.QUARANTINED
    if verdict.outcome == VerdictOutcome.ERROR:
        return Status.CHECK_FAILED
    return Status.VALID if verdict_passes(verdict, view.waivers) else Status.INVALID


def result_status(view: ResultView, round_: RoundView) -> Status:
    """Return the status of a result as its project sees it (domain.md 2.3)."""
    if view.state.deleted:
        return Status.DELETED
    if view.is_taken_down:
        return Status.WITHDRAWN
    entry = round_.entry(view.state.id)
    if round_.is_under_review and entry:
        return Status.IN_REVIEW
    if (publication := _current_publication(view)) is not None:
        return publication
    checked = checked_status(view)
    decision = view.standing_decision
    if checked is not Status.VALID or decision is None:
        return checked
    if decision.decision == "request_changes":
        return Status.CHANGES_REQUESTED
    return Status.APPROVED


def _current_publication(view: ResultView) -> Status | None:
    """What the publisher made of this very revision and metadata."""
    publication = view.publication
    if publication is None or publication.sequence != view.sequence:
        return None
    return Status(publication.status)


def can_be_submitted(view: ResultView) -> bool:
    """A submission takes what is valid or approved; publication does not matter (a reopened project)."""
    decision = view.standing_decision
    returned = decision is not None and decision.decision == "request_changes"
    return checked_status(view) is Status.VALID and not returned


def is_live(view: ResultView) -> bool:
    """A result that a submission must hold: neither deleted nor taken down."""
    return not view.state.deleted and not view.is_taken_down


class ProjectPhase(StrEnum):
    """The state of a project (domain.md 2.5), as far as the platform knows it."""

    CONTRACTED = "contracted"
    ONGOING = "ongoing"
    ENDED = "ended"
    FINALISED = "finalised"
    TERMINATED = "terminated"


def project_phase(project: ProjectState, report_approved: bool, today: date) -> ProjectPhase:
    """Return the phase of a project on a day of the agency's time zone."""
    if project.termination:
        return ProjectPhase.TERMINATED
    if report_approved:
        return ProjectPhase.FINALISED
    if today > project.description.end_date:
        return ProjectPhase.ENDED
    return ProjectPhase.ONGOING if today >= project.description.start_date else ProjectPhase.CONTRACTED


def has_ended(project: ProjectState, today: date) -> bool:
    """R27: results may be submitted once the project's last day is over, or the project was terminated."""
    return project.termination is not None or today > project.description.end_date


def opens_at(project: ProjectState, zone: ZoneInfo) -> datetime:
    """Return the moment from which submission is possible: the midnight after the last day."""
    last = project.description.end_date
    day = last + timedelta(days=1) if last < date.max else last
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def report_is_approved(report: ReportState | None, elsewhere: ElsewhereReportState | None) -> bool:
    """R29: the gate to the public, opened here or by a trusted source."""
    here = report is not None and report.status == "approved"
    return here or (elsewhere is not None and elsewhere.status == "approved_elsewhere")
