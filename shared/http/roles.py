"""Who a caller is, and what the token lets them do to a project."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from shared.errors import ProblemError


class Role(StrEnum):
    """The roles that a token can name."""

    UPSTREAM = "upstream"
    BENEFICIARY = "beneficiary"
    COORDINATOR = "coordinator"
    EXPERT = "expert"
    OFFICER = "officer"
    LEAD = "lead"
    OPERATOR = "operator"


_INCLUDES = {Role.COORDINATOR: Role.BENEFICIARY, Role.LEAD: Role.OFFICER}
_BY_PROJECT = frozenset({Role.BENEFICIARY, Role.COORDINATOR, Role.EXPERT})
_BY_AGENCY = frozenset({Role.UPSTREAM, Role.OFFICER, Role.LEAD})
ContactAccess = Literal["coordinator", "edit", "view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one caller is to one project: whether it may know of it, and the roles it acts in there."""

    sees: bool
    roles: frozenset[Role] = frozenset()

    def require(self, *wanted: Role) -> None:
        """Raises 404 `unknown-project` for those who may not know of it, 403 `not-yours` for a wrong role.

        Without `wanted` seeing is enough.
        """
        if not self.sees:
            raise ProblemError(404, "unknown-project")
        if wanted and not self.roles & set(wanted):
            raise not_yours(wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The claims of a valid token. `roles` holds the included ones too: a lead is an officer."""

    sub: str
    name: str | None = None
    roles: frozenset[Role] = frozenset()
    na: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()

    def has(self, *wanted: Role) -> bool:
        return bool(self.roles & set(wanted))

    def require(self, *wanted: Role) -> None:
        """Raises 403 `not-yours` unless the caller has one of the roles, whatever the project."""
        if not self.has(*wanted):
            raise not_yours(wanted)

    def standing(self, project_id: str, na: str | None, contact: ContactAccess | None = None) -> Standing:
        """What the caller is to a project of agency `na`; None: there is no such project, so nobody sees it.

        `contact` is the access of the project's contact whose `sub` is the caller's: it can only narrow.
        """
        if na is None:
            return Standing(sees=False)
        within = {role for role in self.roles if self._reaches(role, project_id, na)}
        return Standing(sees=bool(within), roles=frozenset(within - _NARROWED[contact]))

    def _reaches(self, role: Role, project_id: str, na: str) -> bool:
        if role in _BY_PROJECT:
            return project_id in self.projects
        return role is Role.OPERATOR or na in self.na


_NARROWED: dict[ContactAccess | None, frozenset[Role]] = {
    None: frozenset(),
    "coordinator": frozenset(),
    "edit": frozenset({Role.COORDINATOR}),
    "view": frozenset({Role.COORDINATOR, Role.BENEFICIARY}),
}
assert _BY_PROJECT | _BY_AGENCY | {Role.OPERATOR} == set(Role), "every role states how it reaches a project"


def not_yours(wanted: Iterable[Role]) -> ProblemError:
    return ProblemError(403, "not-yours", roles=", ".join(wanted))


def with_included(roles: Iterable[str]) -> frozenset[Role]:
    """The known roles among `roles` and those that they include; unknown names are ignored."""
    known = {Role(role) for role in roles if role in set(Role)}
    return frozenset(known | {_INCLUDES[role] for role in known if role in _INCLUDES})
