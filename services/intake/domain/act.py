"""Who acts and why, and how what was decided becomes an event of the log."""

import base64
import hashlib
import secrets

from shared.contracts.model import WireModel
from shared.contracts.project import ProjectState
from shared.contracts.subjects import SEPARATOR, subject
from shared.errors import ProblemError
from shared.messaging import act as shared_act
from shared.messaging.act import Decision
from shared.messaging.events import Guard, NewEvent, ProjectLog
from shared.view import ProjectView

__all__ = ["Act", "Decision", "alone", "happened", "is_done", "new_cause", "registered", "require_unlocked"]


class Act(shared_act.Act):
    """One request to intake."""

    def result_id(self, project_id: str) -> str:
        """Return the id of the result that this act adds: the same again when the act is repeated."""
        digest = hashlib.sha256(f"{project_id}\x1f{self.cause}".encode()).digest()[:16]
        return f"{project_id}{SEPARATOR}{base64.b32encode(digest).decode().rstrip('=').lower()}"


def new_cause() -> str:
    """Return a cause for a request that names none of its own."""
    return secrets.token_hex(16)


def happened(
    project: ProjectLog, act: Act, thing: str, what: str, state: WireModel, *, thing_id: str = ""
) -> tuple[NewEvent, Guard]:
    """Return the event `intake.<thing>.<what>.v1` under the guard that commands of intake share."""
    name = subject("intake", project.project_id, thing, thing_id)
    return act.event(name, what, state), project.guard("intake")


def alone(project: ProjectLog, decided: tuple[NewEvent, Guard]) -> tuple[NewEvent, Guard]:
    """Return the event under the guard of its own subject: what never locks need not wait for anything else."""
    event, _ = decided
    return event, project.guard_of(event.subject)


def is_done(project: ProjectLog, act: Act, thing: str, thing_id: str = "") -> bool:
    """Tell whether this very act is the last that happened to the thing."""
    last = project.get("intake", thing, thing_id)
    return last is not None and last.id == act.event_id(last.subject)


def registered(view: ProjectView) -> ProjectState:
    """Return the project; 404 `unknown-project` when nobody registered it."""
    if view.project is None:
        raise ProblemError(404, "unknown-project")
    return view.project


def require_unlocked(view: ProjectView) -> None:
    """Raise 409 `project-locked` (R38) from submission until return, withdrawal or reopening."""
    registered(view)
    if view.round.is_locked:
        raise ProblemError(409, "project-locked", rule="R38")
