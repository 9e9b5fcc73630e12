"""What review answers, as wire models: the queue, the dossier of a project, decisions and the audit."""

from datetime import date, datetime
from typing import Literal

from shared.contracts.model import WireModel
from shared.contracts.project import WorkPackage
from shared.contracts.result import DataProtection, Kind, ManifestEntry, Status
from shared.contracts.review import ApprovedRound
from shared.contracts.verdict import CheckOutcome, Location, Message, Severity, VerdictOutcome

RoundStatus = Literal["under_review", "approved", "returned", "reopened", "withdrawn"]
ReportStatus = Literal["undecided", "approved", "update_requested", "rejected", "reception_cancelled"]


class WaiverAnswer(WireModel):
    """A finding that a lead accepted. The reason is for people of the agency."""

    by: str
    at: datetime
    reason: str | None = None


class FindingAnswer(WireModel):
    """One finding; with `waiver` it no longer stands in the way."""

    id: str
    code: str
    rule: str | None = None
    severity: Severity
    message: Message
    location: Location | None = None
    excerpt: str | None = None
    waiver: WaiverAnswer | None = None


class CheckAnswer(WireModel):
    """One check; of many findings the first are listed and all are counted."""

    check: str
    outcome: CheckOutcome
    engine: str
    findings: tuple[FindingAnswer, ...] = ()
    findings_count: int = 0


class FileAnswer(WireModel):
    """The content. `available`: its bytes passed format, size and malware and can be read; `url` then says where."""

    name: str
    size: int
    sha256: str
    declared_type: str | None = None
    detected_type: str | None = None
    available: bool = False
    url: str | None = None


class DecisionAnswer(WireModel):
    """A decision that stands on what is shown; `carried_over` from an earlier round, since nothing changed."""

    decision: Literal["approve", "request_changes"]
    reasons: tuple[str, ...] = ()
    comment: str | None = None
    internal_note: str | None = None
    by: str
    at: datetime
    round: int
    carried_over: bool = False


class TakedownAnswer(WireModel):
    """Removed from every public place, up to this revision."""

    reason: str
    by: str
    at: datetime
    revision: int
    sha256: str


class ReviewResult(WireModel):
    """One result with everything that an officer decides on. `sequence` is what a decision binds to."""

    id: str
    project_id: str
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
    status: Status
    checked: Status
    revision: int
    sequence: int
    in_manifest: bool
    file: FileAnswer
    outcome: VerdictOutcome | None = None
    checks: tuple[CheckAnswer, ...] = ()
    blocking_open: int = 0
    decision: DecisionAnswer | None = None
    takedown: TakedownAnswer | None = None
    created_at: datetime
    changed_at: datetime


class RoundAnswer(WireModel):
    """A submission and its review. `waiting_days` are whole days since it came, until it was decided."""

    project_id: str
    round: int
    status: RoundStatus
    officer: str | None = None
    submitted_by: str
    submitted_at: datetime
    waiting_days: int
    due_date: date
    overdue: bool
    decided_by: str | None = None
    decided_at: datetime | None = None
    comment: str | None = None
    approved: ApprovedRound | None = None


class FieldChange(WireModel):
    """One field that differs. Absent means that there was nothing."""

    field: str
    before: object = None
    after: object = None


class ResultChange(WireModel):
    """What became of one result since the round before. `content`: other bytes than then."""

    result_id: str
    title: str
    change: Literal["added", "removed", "changed"]
    content: bool = False
    fields: tuple[FieldChange, ...] = ()


class Changes(WireModel):
    """Everything that differs from the submission of `since_round`; nothing to compare with when that is absent."""

    since_round: int | None = None
    results: tuple[ResultChange, ...] = ()
    unchanged: int = 0


class LanguageCoverage(WireModel):
    """A language of the agreement (R41) and the results that are in it."""

    language: str
    covered: bool
    results: tuple[str, ...] = ()


class PlannedCoverage(WireModel):
    """What a work package planned (R6) and the results that say they belong to it."""

    work_package: int
    title: str
    planned_results: str
    covered: bool
    results: tuple[str, ...] = ()


class Coverage(WireModel):
    """Agreement against delivery."""

    languages: tuple[LanguageCoverage, ...] = ()
    planned_results: tuple[PlannedCoverage, ...] = ()


class CommentAnswer(WireModel):
    """Something that was said with a decision. Kept for ever; notes are for people of the agency."""

    at: datetime
    by: str
    about: Literal["round", "result", "takedown", "report"]
    what: str
    round: int | None = None
    result_id: str | None = None
    reasons: tuple[str, ...] = ()
    comment: str | None = None
    internal_note: str | None = None


class ReportAnswer(WireModel):
    """The final report. `results_approved` is the precondition R21; `elsewhere` what another system said."""

    project_id: str
    title: str
    acronym: str | None = None
    na: str
    status: ReportStatus
    elsewhere: str | None = None
    results_approved: bool
    round: int | None = None
    round_status: RoundStatus | None = None
    report_deadline: date | None = None
    end_date: date
    comment: str | None = None
    override_reason: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None


class Review(WireModel):
    """The dossier of a project: as it stands now, or as a round was decided."""

    project_id: str
    title: str
    acronym: str | None = None
    na: str
    languages: tuple[str, ...]
    start_date: date
    end_date: date
    work_packages: tuple[WorkPackage, ...] = ()
    round: RoundAnswer | None = None
    manifest: tuple[ManifestEntry, ...] = ()
    results: tuple[ReviewResult, ...] = ()
    changes: Changes = Changes()
    coverage: Coverage = Coverage()
    comments: tuple[CommentAnswer, ...] = ()
    report: ReportAnswer


class FindingCounts(WireModel):
    """Findings of the results that a round holds. `blocking` are open; waived ones are counted apart."""

    blocking: int = 0
    warning: int = 0
    info: int = 0
    waived: int = 0


class DecisionCounts(WireModel):
    """How far a round is."""

    approved: int = 0
    changes_requested: int = 0
    undecided: int = 0


class QueueItem(WireModel):
    """One submission in the queue."""

    project_id: str
    title: str
    acronym: str | None = None
    na: str
    round: int
    status: RoundStatus
    officer: str | None = None
    submitted_at: datetime
    waiting_days: int
    due_date: date
    overdue: bool
    results: int
    decisions: DecisionCounts
    findings: FindingCounts


class AuditEntry(WireModel):
    """One event of the log: who did what, when, on which digest, why."""

    sequence: int
    at: datetime
    project_id: str
    na: str | None = None
    actor: str
    action: str
    object: str
    round: int | None = None
    decision: str | None = None
    sha256: str | None = None
    reason: str | None = None
    event_id: str
    causation_id: str | None = None
    correlation_id: str | None = None
