"""Submissions: the coordinator hands the results in, and may take them back until an officer opens them."""

from dataclasses import dataclass

from services.intake.domain import rounds
from services.intake.domain.access import standing
from services.intake.domain.act import Decision
from services.intake.ports import Receipts
from services.intake.use_cases.commands import Commands, Done, Order, on_version, own_sequence, permitted
from services.intake.use_cases.projects import Calendar
from shared.contracts.subjects import subject
from shared.http.roles import Role
from shared.messaging.events import ProjectLog
from shared.view import ProjectView


@dataclass(frozen=True, slots=True)
class SubmitRound:
    """Submit, then keep a receipt outside NATS, then answer."""

    commands: Commands
    calendar: Calendar
    receipts: Receipts

    async def __call__(self, order: Order, project_id: str) -> Done:
        if earlier := await self._earlier(order, project_id):
            return earlier

        def decide(project: ProjectLog) -> Decision:
            return rounds.submit(project, order.act, self.calendar.day(order.act.at))

        done = await self.commands.run(project_id, permitted(order, (Role.COORDINATOR,), decide))
        recorded = done.view.log.get("intake", "round")
        assert recorded
        await self.receipts.keep(recorded)
        return done

    async def _earlier(self, order: Order, project_id: str) -> Done | None:
        """Return what this very request did before, should its answer have been lost; rounds have moved on since."""
        name = subject("intake", project_id, "round")
        found = await self.commands.log.find(name, order.act.event_id(name))
        if found is None:
            return None
        standing(await self.commands.view(project_id), order.caller).require(Role.COORDINATOR)
        project = await self.commands.log.load_at(project_id, found)
        return Done(view=ProjectView(project), sequence=found.sequence)


@dataclass(frozen=True, slots=True)
class WithdrawRound:
    """Take the submission back. `If-Match` is looked at when it comes; what it names is only the current one."""

    commands: Commands

    async def __call__(self, order: Order, project_id: str) -> Done:
        def decide(project: ProjectLog) -> Decision:
            return rounds.withdraw(project, order.act)

        def current(project: ProjectLog) -> int | None:
            return own_sequence(project, "round") if order.if_match else None

        return await self.commands.run(
            project_id, permitted(order, (Role.COORDINATOR,), on_version(order, current, decide))
        )
