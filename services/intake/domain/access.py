"""What a caller is to a project: the token decides, a contact with the same `sub` can only narrow it."""

from shared.contracts.project import ProjectState
from shared.errors import ProblemError
from shared.http.roles import Caller, ContactAccess, Role, Standing
from shared.view import ProjectView

CHANGES_RESULTS = (Role.BENEFICIARY, Role.UPSTREAM)
_SEES_PEOPLE = frozenset({Role.BENEFICIARY, Role.COORDINATOR, Role.OFFICER, Role.LEAD, Role.UPSTREAM})


def standing(view: ProjectView, caller: Caller) -> Standing:
    """Return what the caller is to the project; one that is not registered is seen by nobody."""
    project = view.project
    if project is None:
        return Standing(sees=False)
    return caller.standing(project.id, project.description.na, _access(project, caller.sub))


def _access(project: ProjectState, sub: str) -> ContactAccess | None:
    return next((one.access for one in project.contacts if one.sub == sub), None)


def require_registrar(view: ProjectView, caller: Caller, na: str) -> None:
    """Let an upstream register for its own agencies, and amend only what is and stays one of theirs.

    Raises 403 `not-yours`, and 404 `unknown-project` for a project of another agency.
    """
    if view.project is None:
        caller.require(Role.UPSTREAM)
    else:
        standing(view, caller).require(Role.UPSTREAM)
    if na not in caller.na:
        raise ProblemError(403, "not-yours", roles=Role.UPSTREAM)


def sees_people(view: ProjectView, caller: Caller) -> bool:
    """Tell whether names and addresses of contacts may be shown: to members of the project and its agency only."""
    project = view.project
    if project is None:
        return False
    roles = caller.standing(project.id, project.description.na).roles
    return bool(roles & _SEES_PEOPLE)
