"""What review reads beside the bodies that the contract names: who shall have a round, and many decisions at once."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.model import StrictModel, WireModel
from shared.contracts.project import Short
from shared.contracts.review import Comment

BULK_MAX = 200


class OfficerBody(StrictModel):
    """The body of `PUT /v1/reviews/{project_id}/officer`: the `sub` of who shall have the round."""

    officer: Annotated[str, StringConstraints(min_length=1, max_length=255)]


class BulkItem(StrictModel):
    """One decision of many: on a result when `result_id` is there, else on the round."""

    project_id: Annotated[str, StringConstraints(max_length=63)]
    result_id: Annotated[str, StringConstraints(max_length=100)] | None = None
    decision: Literal["approve", "request_changes"]
    reasons: tuple[Short, ...] = Field(default=(), max_length=20)
    comment: Comment | None = None
    internal_note: Comment | None = None


class BulkBody(StrictModel):
    """The body of `POST /v1/reviews/decisions`. They are taken in order, so results may come before their round."""

    decisions: tuple[BulkItem, ...] = Field(min_length=1, max_length=BULK_MAX)


class BulkOutcome(WireModel):
    """What became of one decision. `unchanged`: the record said so already; `rejected` has a code."""

    project_id: str
    result_id: str | None = None
    status: Literal["decided", "unchanged", "rejected"]
    code: str | None = None
    detail: str | None = None


class BulkAnswer(WireModel):
    """One outcome per decision, in order."""

    outcomes: tuple[BulkOutcome, ...]
