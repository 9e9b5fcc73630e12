"""Running a decision: who asks, on which version; the receipt before the answer; the project as it is afterwards."""

from collections.abc import Callable
from dataclasses import dataclass

from services.review.domain.act import Act, Decision
from services.review.ports import Receipts
from shared.contracts.subjects import OWNERS
from shared.http.etag import Version, check_if_match
from shared.http.roles import Caller, Role, Standing
from shared.messaging.events import ProjectLog
from shared.messaging.log import Log
from shared.view import ProjectView

Decide = Callable[[ProjectLog], Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One request of one caller. `is_named`: it came with a key, so the same one may have been carried out before."""

    caller: Caller
    act: Act
    is_named: bool = False
    if_match: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The project after a command, and whether the record had to change."""

    project: ProjectLog
    changed: bool

    @property
    def view(self) -> ProjectView:
        return ProjectView(self.project)


@dataclass(frozen=True, slots=True)
class Commands:
    """Loads, decides, appends, keeps a receipt."""

    log: Log
    receipts: Receipts

    async def run(self, order: Order, project_id: str, subject: str, decide: Decide) -> Done:
        """Append to `subject` what `decide` says, if it says anything, and keep a receipt of what stands there.

        Raises TransientError while log or store are away: then nothing was acknowledged and the same request again
        completes it.
        """
        if order.is_named and (earlier := await self.log.find(subject, order.act.event_id(subject))):
            await self.receipts.keep(earlier)
            project = await self.log.load(project_id)
            require(project, order.caller)
            return Done(project=project, changed=False)
        project, appended = await self.log.decide(project_id, decide)
        if stands := project.messages.get(subject):
            await self.receipts.keep(stands)
        return Done(project=project, changed=appended is not None)


def permitted(order: Order, roles: tuple[Role, ...], decide: Decide) -> Decide:
    """Return the decision for callers who see the project and have one of the roles in it (404, 403)."""

    def decided(project: ProjectLog) -> Decision:
        require(project, order.caller, *roles)
        return decide(project)

    return decided


def on_version(order: Order, exists: Callable[[ProjectLog], bool], decide: Decide) -> Decide:
    """Return the decision for callers who name the version that they replace (428, 412).

    What changes nothing needs no version, and what is not there yet has none.
    """

    def decided(project: ProjectLog) -> Decision:
        decision = decide(project)
        if decision is not None and (order.if_match is not None or exists(project)):
            check_if_match(order.if_match, version(project).own)
        return decision

    return decided


def require(project: ProjectLog, caller: Caller, *roles: Role) -> None:
    """Raise 404 `unknown-project` for what the caller may not know of, 403 `not-yours` without one of the roles."""
    standing(project, caller).require(*roles)


def standing(project: ProjectLog, caller: Caller) -> Standing:
    """Return what the caller is to this very project; one that is not registered is seen by nobody."""
    registered = ProjectView(project).project
    return caller.standing(project.project_id, registered.description.na if registered else None)


def version(project: ProjectLog) -> Version:
    """Return the version of a project's review: the last of our events, and the last of everybody else's."""
    last = dict.fromkeys(OWNERS, 0)
    for recorded in project.messages.values():
        owner = recorded.address.owner
        last[owner] = max(last[owner], recorded.sequence)
    return Version(own=last.pop("review"), other=max(last.values()))
