"""The logo of a project."""

from dataclasses import dataclass

from services.intake.domain import logos
from services.intake.domain.access import standing
from services.intake.domain.act import Decision, require_unlocked
from services.intake.domain.files import Content
from services.intake.domain.results import RevisionMovedError
from services.intake.ports import IncomingZone, Spool
from services.intake.use_cases.commands import Commands, Decide, Done, Order, on_version, own_sequence, permitted
from services.intake.use_cases.results import TRIES_MAX
from shared.contracts.subjects import logo_key
from shared.errors import TransientError
from shared.http.etag import check_if_match
from shared.http.roles import Role
from shared.messaging.events import ProjectLog


@dataclass(frozen=True, slots=True)
class SetLogo:
    """Store the picture, then name it."""

    commands: Commands
    zone: IncomingZone

    async def admit(self, order: Order, project_id: str) -> None:
        """Refuse before the bytes come what could be refused after."""
        view = await self.commands.view(project_id)
        standing(view, order.caller).require(Role.BENEFICIARY)
        check_if_match(order.if_match, version(view.log))
        require_unlocked(view)

    async def __call__(self, order: Order, project_id: str, content: Content, spool: Spool) -> Done:
        for _ in range(TRIES_MAX):
            view = await self.commands.view(project_id)
            revision = logos.logo(view.log).revision + 1
            await self.zone.put(logo_key(project_id, revision, content.sha256), spool, content.sha256)

            def decide(project: ProjectLog, revision: int = revision) -> Decision:
                return logos.set_logo(project, order.act, revision, content)

            try:
                return await self.commands.run(project_id, _allowed(order, decide))
            except RevisionMovedError:
                continue
        raise TransientError(f"too many writers at once on the logo of project {project_id}")


@dataclass(frozen=True, slots=True)
class RemoveLogo:
    """Remove the logo."""

    commands: Commands

    async def __call__(self, order: Order, project_id: str) -> Done:
        return await self.commands.run(
            project_id, _allowed(order, lambda project: logos.remove_logo(project, order.act))
        )


def version(project: ProjectLog) -> int | None:
    """Return the version of the logo that stands there; None when there is none."""
    return own_sequence(project, "logo") if logos.logo(project).file else None


def _allowed(order: Order, decide: Decide) -> Decide:
    return permitted(order, (Role.BENEFICIARY,), on_version(order, version, decide))
