"""The website of a project, set and removed at any time (R28)."""

from dataclasses import dataclass

from services.intake.domain import websites
from services.intake.domain.access import CHANGES_RESULTS
from services.intake.use_cases.commands import Commands, Decide, Done, Order, on_version, own_sequence, permitted
from shared.messaging.events import ProjectLog


@dataclass(frozen=True, slots=True)
class SetWebsite:
    """Set the website."""

    commands: Commands

    async def __call__(self, order: Order, project_id: str, url: str) -> Done:
        return await self.commands.run(
            project_id, _allowed(order, lambda project: websites.set_website(project, order.act, url))
        )


@dataclass(frozen=True, slots=True)
class RemoveWebsite:
    """Remove the website."""

    commands: Commands

    async def __call__(self, order: Order, project_id: str) -> Done:
        return await self.commands.run(
            project_id, _allowed(order, lambda project: websites.remove_website(project, order.act))
        )


def version(project: ProjectLog) -> int | None:
    """Return the version of the website that stands there; None when there is none."""
    return own_sequence(project, "website") if websites.website(project).url else None


def _allowed(order: Order, decide: Decide) -> Decide:
    return permitted(order, CHANGES_RESULTS, on_version(order, version, decide))
