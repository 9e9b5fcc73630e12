"""What of a contact is public: kept in `contacts-public` first, then named by the event; the old entry goes last."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.intake.domain import contacts
from services.intake.domain.act import Act, Decision, registered
from services.intake.domain.results import RevisionMovedError
from services.intake.ports import PeopleStore
from services.intake.use_cases.commands import Commands, Decide, Done, Order, on_version, own_sequence, permitted
from shared.contracts.project import ContactFlags, ContactState
from shared.errors import ProblemError, TransientError
from shared.http.roles import Role
from shared.messaging.events import ProjectLog
from shared.view import ProjectView

TRIES_MAX = 10

Allowed = Callable[[Decide], Decide]
"""Wraps a decision into the conditions of its caller."""


@dataclass(frozen=True, slots=True)
class RefreshContacts:
    """Bring what is public of people up to date after the people changed; nothing happens when it is."""

    commands: Commands
    people: PeopleStore

    async def __call__(self, project_id: str, act: Act) -> None:
        log = (await self.commands.view(project_id)).log
        for contact_id in log.things("intake", "contact"):
            again = replace(act, cause=f"{act.cause}:refresh:{log.position}")
            await self.show(project_id, again, contact_id, ContactFlags(), lambda decide: decide)

    async def show(self, project_id: str, act: Act, contact_id: str, change: ContactFlags, allowed: Allowed) -> Done:
        """Change what is public of one contact; of one who left the project nothing is."""
        for _ in range(TRIES_MAX):
            view = await self.commands.view(project_id)
            before = contacts.flags(view.log, contact_id)
            wanted = await self._wanted(view, before, change)
            try:
                done = await self.commands.run(project_id, allowed(_decision(view, act, before, wanted)))
            except (RevisionMovedError, ProblemError) as error:
                await self._forget(wanted.public_key, unless=before.public_key)
                if isinstance(error, ProblemError):
                    raise
                continue
            await self._forget(before.public_key, unless=wanted.public_key)
            return done
        raise TransientError(f"too many writers at once on the contacts of project {project_id}")

    async def _wanted(self, view: ProjectView, before: ContactState, change: ContactFlags) -> ContactState:
        project = registered(view)
        people = await self.people.read(project.contacts_key)
        listed = any(one.id == before.contact_id for one in project.contacts)
        after = contacts.flagged(before, change) if listed else ContactState(contact_id=before.contact_id)
        public = contacts.public_part(people.contacts.get(before.contact_id), after)
        key = await self.people.write_public(view.log.project_id, before.contact_id, public, before.public_key)
        return after.model_copy(update={"public_key": key})

    async def _forget(self, key: str | None, *, unless: str | None) -> None:
        if key != unless:
            await self.people.forget_public(key)


def _decision(view: ProjectView, act: Act, before: ContactState, wanted: ContactState) -> Decide:
    people_key = registered(view).contacts_key

    def decide(project: ProjectLog) -> Decision:
        now = registered(ProjectView(project))
        if now.contacts_key != people_key or contacts.flags(project, before.contact_id) != before:
            raise RevisionMovedError
        return contacts.show_contact(project, act, wanted)

    return decide


@dataclass(frozen=True, slots=True)
class ShowContact:
    """Set what of a contact is public (R24); never locks (A4)."""

    commands: Commands
    refresh: RefreshContacts

    async def __call__(self, order: Order, project_id: str, contact_id: str, change: ContactFlags) -> Done:
        def allowed(decide: Decide) -> Decide:
            def known(project: ProjectLog) -> Decision:
                contacts.require_contact(project, contact_id)
                return versioned(project)

            versioned = on_version(order, lambda project: own_sequence(project, "contact", contact_id), decide)
            return permitted(order, (Role.BENEFICIARY,), known)

        view = await self.commands.view(project_id)
        allowed(lambda _: None)(view.log)
        done = await self.refresh.show(project_id, order.act, contact_id, change, allowed)
        await self.refresh(project_id, order.act)
        return done
