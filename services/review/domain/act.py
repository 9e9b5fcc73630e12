"""Who acts and why, and how what was decided becomes an event of the log."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.model import WireModel
from shared.contracts.subjects import subject
from shared.errors import ProblemError
from shared.messaging.events import Guard, NewEvent, ProjectLog, event_id

Decision = tuple[NewEvent, Guard] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One request of one person. `cause` is the same when the same request comes again, and else unique."""

    by: str
    at: datetime
    cause: str
    correlation: str = ""

    def event_id(self, subject_name: str) -> str:
        """Return the id of what this act appends to a subject: an act appends at most once to each."""
        return event_id(subject_name, self.cause, "review")


def happened(
    project: ProjectLog, act: Act, thing: str, what: str, state: WireModel, *, thing_id: str = ""
) -> tuple[NewEvent, Guard]:
    """Return the event `review.<thing>.<what>.v1` under the guard that all appends of review share."""
    name = subject("review", project.project_id, thing, thing_id)
    event = NewEvent(
        subject=name,
        type=f"review.{thing}.{what}.v1",
        state=state,
        id=act.event_id(name),
        actor=act.by,
        correlation=act.correlation,
        at=act.at,
    )
    return event, project.guard("project")


def required(comment: str | None) -> str:
    """Return the comment; 422 `comment-required` when there is nothing in it."""
    if not comment:
        raise ProblemError(422, "comment-required")
    return comment
