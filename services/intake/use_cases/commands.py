"""Running a decision: who asks, on which version, and the project as it is afterwards."""

from collections.abc import Callable
from dataclasses import dataclass

from services.intake.domain.access import standing
from services.intake.domain.act import Act, Decision
from services.intake.domain.results import require_result
from shared.http.etag import check_if_match
from shared.http.idempotency import RepetitionKey
from shared.http.roles import Caller, Role
from shared.messaging.events import ProjectLog
from shared.messaging.log import Log
from shared.view import ProjectView

Decide = Callable[[ProjectLog], Decision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One request of one caller. `if_match` is the header; events count as `*`. `key`: the request may come again."""

    caller: Caller
    act: Act
    if_match: str | None = None
    key: RepetitionKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The project after a command. `sequence` is that of its event; None when nothing had to change."""

    view: ProjectView
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Commands:
    """Loads, decides, appends."""

    log: Log

    async def view(self, project_id: str) -> ProjectView:
        """Return the project as it is now."""
        return ProjectView(await self.log.load(project_id))

    async def run(self, project_id: str, decide: Decide) -> Done:
        """Append what `decide` says, if it says anything, and return the project with it."""
        project, appended = await self.log.decide(project_id, decide)
        return Done(view=ProjectView(project), sequence=appended.sequence if appended else None)


def own_sequence(project: ProjectLog, thing: str, thing_id: str = "") -> int | None:
    """Return the version of a thing of ours; None when there is none."""
    found = project.get("intake", thing, thing_id)
    return found.sequence if found else None


def permitted(order: Order, roles: tuple[Role, ...], decide: Decide) -> Decide:
    """Return the decision for callers who see the project and have one of the roles in it."""

    def decided(project: ProjectLog) -> Decision:
        standing(ProjectView(project), order.caller).require(*roles)
        return decide(project)

    return decided


def on_version(order: Order, current: Callable[[ProjectLog], int | None], decide: Decide) -> Decide:
    """Return the decision for callers who name the version that stands there (428, 412 `changed-meanwhile`)."""

    def decided(project: ProjectLog) -> Decision:
        check_if_match(order.if_match, current(project))
        return decide(project)

    return decided


def on_result(order: Order, roles: tuple[Role, ...], result_id: str, decide: Decide) -> Decide:
    """Return the decision on one version of one result. Raises 404, 410 `result-deleted`, 428, 412."""

    def current(project: ProjectLog) -> int | None:
        return require_result(ProjectView(project), result_id).sequence

    return permitted(order, roles, on_version(order, current, decide))
