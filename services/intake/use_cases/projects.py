"""Projects: registered and amended by upstream systems, ended by the clock, terminated by the agency."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.intake.domain import projects
from services.intake.domain.access import require_registrar
from services.intake.domain.act import Act, Decision
from services.intake.domain.people import People
from services.intake.ports import PeopleStore
from services.intake.use_cases.commands import Commands, Done, Order, own_sequence, permitted
from services.intake.use_cases.contacts import RefreshContacts
from shared.contracts.project import Project
from shared.errors import ProblemError
from shared.http.etag import check_if_match
from shared.http.roles import Role
from shared.messaging.events import ProjectLog
from shared.view import ProjectView


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days as the agency counts them."""

    zone: ZoneInfo

    def day(self, moment: datetime) -> date:
        """Return the day of a moment."""
        return moment.astimezone(self.zone).date()


@dataclass(slots=True)
class _Registering:
    """The decision of one registration; `replaced` is the key of the people whom it replaces."""

    order: Order
    na: str
    registration: projects.Registration
    today: date
    replaced: str | None = field(default=None)

    def __call__(self, project: ProjectLog) -> Decision:
        view = ProjectView(project)
        _require_allowed(self.order, view, self.na)
        self.replaced = view.project.contacts_key if view.project else None
        return projects.register(project, self.order.act, self.registration, self.today)


def _require_allowed(order: Order, view: ProjectView, na: str) -> None:
    require_registrar(view, order.caller, na)
    check_if_match(order.if_match, own_sequence(view.log, "project"))


@dataclass(frozen=True, slots=True)
class RegisterProject:
    """Keep the people, then record the project, then bring what is public of people up to date."""

    commands: Commands
    people: PeopleStore
    calendar: Calendar
    refresh: RefreshContacts

    async def __call__(self, order: Order, project_id: str, body: Project) -> Done:
        before = await self.commands.view(project_id)
        _require_allowed(order, before, body.na)
        known_key = before.project.contacts_key if before.project else None
        key = await self.people.write(project_id, People.of(body), known_key)
        registration = projects.Registration.of(body, key)
        decide = _Registering(order, body.na, registration, self.calendar.day(order.act.at))
        try:
            done = await self.commands.run(project_id, decide)
        except ProblemError:
            if key != known_key:
                await self.people.forget(key)
            raise
        if decide.replaced != key:
            await self.people.forget(decide.replaced)
        await self.refresh(project_id, order.act)
        return done


@dataclass(frozen=True, slots=True)
class TerminateProject:
    """End a project early."""

    commands: Commands

    async def __call__(self, order: Order, project_id: str, *, eligible_costs: bool) -> Done:
        def decide(project: ProjectLog) -> Decision:
            return projects.terminate(project, order.act, eligible_costs=eligible_costs)

        return await self.commands.run(project_id, permitted(order, (Role.UPSTREAM,), decide))


@dataclass(frozen=True, slots=True)
class EndProject:
    """Note that a project's last day is over; every replica tries, the log takes it once."""

    commands: Commands
    calendar: Calendar

    async def __call__(self, project_id: str, now: datetime) -> Done:
        today = self.calendar.day(now)
        cause = f"ended:{today}"
        act = Act(by="intake", at=now, cause=cause, correlation=cause)
        return await self.commands.run(project_id, lambda project: projects.end(project, act, today))
