"""Who acts and why, and how what was decided becomes an event of the log."""

from shared.contracts.model import WireModel
from shared.contracts.subjects import subject
from shared.contracts.visible import is_blank
from shared.errors import ProblemError
from shared.messaging.act import Act, Decision
from shared.messaging.events import Guard, NewEvent, ProjectLog

__all__ = ["Act", "Decision", "happened", "required"]


def happened(
    project: ProjectLog, act: Act, thing: str, what: str, state: WireModel, *, thing_id: str = ""
) -> tuple[NewEvent, Guard]:
    """Return the event `review.<thing>.<what>.v1` under the guard that all appends of review share."""
    name = subject("review", project.project_id, thing, thing_id)
    return act.event(name, what, state), project.guard("project")


def required(comment: str | None) -> str:
    """Return the comment; 422 `comment-required` when there is nothing in it."""
    if comment is None or is_blank(comment):
        raise ProblemError(422, "comment-required")
    return comment
