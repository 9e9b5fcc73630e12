"""What officers decide: rounds, results, waivers, takedowns and final reports."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.model import StrictModel, WireModel
from shared.contracts.project import Plain, Short, bounded
from shared.contracts.result import ManifestEntry
from shared.contracts.visible import Straight, Visible

COMMENT_CHARACTERS_MAX = 10_000
Comment = Annotated[str, Plain, Straight, bounded(COMMENT_CHARACTERS_MAX)]
Reason = Annotated[str, StringConstraints(min_length=1), Plain, Straight, bounded(COMMENT_CHARACTERS_MAX), Visible]


class ResultDecisionBody(StrictModel):
    """The body of `PUT /v1/reviews/{project_id}/results/{result_id}/decision`."""

    decision: Literal["approve", "request_changes"]
    reasons: tuple[Short, ...] = Field(default=(), max_length=20)
    comment: Comment | None = None
    internal_note: Comment | None = None


class RoundDecisionBody(StrictModel):
    """The body of `POST /v1/reviews/{project_id}/decision`."""

    decision: Literal["approve", "request_changes"]
    comment: Comment | None = None


class WaiverBody(StrictModel):
    """The body of `POST .../waivers`."""

    finding_id: Short
    reason: Reason


class ReportDecisionBody(StrictModel):
    """The body of `POST /v1/reports/{project_id}/decision`."""

    decision: Literal["approve", "request_update", "reject", "cancel_reception"]
    comment: Comment | None = None
    override_reason: Reason | None = None


class ReasonBody(StrictModel):
    """The body of a reopening and of a takedown."""

    reason: Reason


class ApprovedRound(WireModel):
    """The round that was approved last; it stays in force while a later one is open."""

    round: int
    manifest: tuple[ManifestEntry, ...]
    approved_by: str
    approved_at: datetime
    sequence: int | None = None


class ReviewRoundState(WireModel):
    """The state on `review.<p>.round`. `officer` is the `sub` of who claimed it."""

    round: int
    status: Literal["claimed", "released", "approved", "returned", "reopened"]
    officer: str | None = None
    comment: str | None = None
    by: str
    at: datetime
    approved: ApprovedRound | None = None


class ResultDecision(WireModel):
    """A decision on one result; it binds to `sequence`, so to content and metadata."""

    decision: Literal["approve", "request_changes"]
    reasons: tuple[str, ...] = ()
    comment: str | None = None
    internal_note: str | None = None
    by: str
    at: datetime
    round: int
    revision: int
    sha256: str
    sequence: int


class Waiver(WireModel):
    """A lead accepts one personal-data finding of one digest, with a reason."""

    finding_id: str
    sha256: str
    reason: str
    by: str
    at: datetime


class Takedown(WireModel):
    """Removed from every public place. Binds to the revision up to which the result is down, and to its digest."""

    reason: str
    by: str
    at: datetime
    revision: int
    sha256: str


class ReviewResultState(WireModel):
    """The state on `review.<p>.result.<r>`."""

    result_id: str
    decision: ResultDecision | None = None
    waivers: tuple[Waiver, ...] = Field(default=(), max_length=500)
    takedown: Takedown | None = None


class ReportState(WireModel):
    """The state on `review.<p>.report`."""

    status: Literal["approved", "update_requested", "rejected", "reception_cancelled"]
    comment: str | None = None
    override_reason: str | None = None
    by: str
    at: datetime
