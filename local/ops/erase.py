"""Erase the personal data of one person of a project, with a note that it was done and that names nobody."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from nats.js.errors import KeyNotFoundError

from local.ops.erasing import Copies, Person, erase_event, erase_key, keys_under
from local.ops.platform import Platform
from local.terminal import CommandError
from shared.contracts.model import WireModel
from shared.contracts.project import ContactState, ProjectState
from shared.contracts.subjects import subject
from shared.messaging.events import Guard, NewEvent, ProjectLog, event_id
from shared.messaging.log import Log
from shared.storage.zones import RECEIPTS

NOTES = "erasures/"
ACTOR = "operator"
CONTACTS, CONTACTS_PUBLIC = "contacts", "contacts-public"


@dataclass(slots=True, kw_only=True)
class Wish:
    """Who is to be erased, and why. One of `contact` and `person` (a token's `sub`) is given, or only `events`."""

    project_id: str
    contact: str | None = None
    person: str | None = None
    also: tuple[str, ...] = ()
    events: tuple[int, ...] = ()
    reason: str = ""
    drop_waiting: bool = False


class Note(WireModel):
    """What was done: counts, ids of the upstream system and sequences, no personal data."""

    id: str
    at: datetime
    project_id: str
    contacts: tuple[str, ...]
    reason: str
    position: int
    appended: tuple[int, ...]
    erased: dict[str, int]
    erased_events: tuple[int, ...]
    waiting: int
    stays: dict[str, Any]


@dataclass(slots=True)
class Erasure:
    """One erasure. Doing it again does what is left."""

    platform: Platform
    wish: Wish
    id: str = field(default_factory=lambda: f"erasure-{secrets.token_hex(8)}")
    _appended: list[int] = field(default_factory=list)
    _erased: dict[str, int] = field(default_factory=dict)

    async def run(self) -> Note:
        """Erase, and keep the note. CommandError when there is no such project or contact."""
        project = await self._log.load(self.wish.project_id)
        state = project.state("intake", "project", ProjectState)
        if state is None:
            raise CommandError(f"there is no project {self.wish.project_id}")
        people = await self._people(state.contacts_key)
        contacts, gone = await self._contacts(project, state, people)
        known = [people.get("contacts", {}).get(one, {}) for one in contacts]
        subs = [*gone, *(one.sub for one in state.contacts if one.id in contacts)]
        texts = [text for one in known for text in one.values()]
        person = Person.of([*texts, *subs, self.wish.person, *self.wish.also])
        await self._contact_events(project, contacts)
        await self._leave(contacts, people)
        await self._buckets(contacts)
        copies = Copies(self.platform.connection, person)
        self._erased |= await copies.erase()
        waiting = await copies.waiting()
        if self.wish.drop_waiting:
            waiting = await self._drop(waiting)
        events = [(await erase_event(self.platform.connection, one)).sequence for one in self.wish.events]
        return await self._note(contacts, len(waiting), events, await self._stays(person))

    @property
    def _log(self) -> Log:
        return Log(self.platform.connection)

    async def _people(self, key: str | None) -> dict[str, Any]:
        if key is None:
            return {}
        try:
            entry = await (await self.platform.connection.js.key_value(CONTACTS)).get(key)
        except KeyNotFoundError:
            return {}
        found: dict[str, Any] = json.loads(entry.value or b"{}")
        return found

    async def _contacts(
        self, project: ProjectLog, state: ProjectState, people: dict[str, Any]
    ) -> tuple[tuple[str, ...], frozenset[str | None]]:
        """Who is meant, and the `sub` of who has been taken out of the project before: an erasure may come again."""
        wanted = self.wish.contact
        if wanted is None:
            found = tuple(one.id for one in state.contacts if self.wish.person and one.sub == self.wish.person)
            return found, frozenset()
        known = {one.id for one in state.contacts} | set(people.get("contacts", {}))
        if wanted in known:
            return (wanted,), frozenset()
        gone = await self._once(wanted)
        if not gone and wanted not in project.things("intake", "contact"):
            raise CommandError(f"the project has no contact {wanted}")
        return (wanted,), gone

    async def _once(self, contact_id: str) -> frozenset[str | None]:
        """Under which `sub` the record knew a contact that is none any more; empty where it never did."""
        states = [
            ProjectState.from_json(event.data)
            async for event in self._log.history(subject("intake", self.wish.project_id, "project"))
        ]
        return frozenset(one.sub for state in states for one in state.contacts if one.id == contact_id)

    async def _contact_events(self, project: ProjectLog, contacts: tuple[str, ...]) -> None:
        """Nothing of them is public any more: the publisher hears it from the log."""
        for contact_id in contacts:
            if contact_id in project.things("intake", "contact"):
                name = subject("intake", self.wish.project_id, "contact", contact_id)
                await self._append(
                    name, "intake.contact.changed.v1", lambda _, one=contact_id: ContactState(contact_id=one)
                )

    async def _leave(self, contacts: tuple[str, ...], people: dict[str, Any]) -> None:
        """Keep everybody else under a new key, and record the project without them."""
        if not contacts:
            return
        rest = {one: known for one, known in people.get("contacts", {}).items() if one not in contacts}
        key = await self._keep(people | {"contacts": rest})

        def without(project: ProjectLog) -> ProjectState:
            state = project.state("intake", "project", ProjectState)
            assert state is not None
            left = tuple(one for one in state.contacts if one.id not in contacts)
            return state.model_copy(update={"contacts": left, "contacts_key": key})

        name = subject("intake", self.wish.project_id, "project")
        await self._append(name, "intake.project.amended.v1", without)

    async def _keep(self, people: dict[str, Any]) -> str | None:
        """Write the people under a key of intake's kind: project, salted digest, salt."""
        if not people.get("contacts") and not people.get("na_contact"):
            return None
        data, salt = json.dumps(people, ensure_ascii=False, separators=(",", ":")).encode(), secrets.token_hex(8)
        key = f"{self.wish.project_id}.{hashlib.sha256(salt.encode() + data).hexdigest()[:32]}-{salt}"
        await (await self.platform.connection.js.key_value(CONTACTS)).put(key, data)
        return key

    async def _append(self, name: str, type_: str, state: Any) -> None:
        def decide(project: ProjectLog) -> tuple[NewEvent, Guard] | None:
            wanted: WireModel = state(project)
            last = project.messages.get(name)
            if last and last.state() == wanted:
                return None
            event = NewEvent(
                subject=name,
                type=type_,
                state=wanted,
                id=event_id(name, self.id, "erased"),
                actor=ACTOR,
                causation=self.id,
                correlation=self.id,
            )
            return event, project.guard("intake")

        _, appended = await self._log.decide(self.wish.project_id, decide)
        if appended:
            self._appended.append(appended.sequence)

    async def _buckets(self, contacts: tuple[str, ...]) -> None:
        """Every entry of the project that its state does not name any more, and all that was public of the person."""
        connection = self.platform.connection
        state = (await self._log.load(self.wish.project_id)).state("intake", "project", ProjectState)
        assert state is not None
        found = await keys_under(connection, CONTACTS, f"{self.wish.project_id}.") if contacts else []
        old = [key for key in found if key != state.contacts_key]
        self._erased[CONTACTS] = sum([await erase_key(connection, CONTACTS, key) for key in old])
        public = [
            key
            for one in contacts
            for key in await keys_under(connection, CONTACTS_PUBLIC, f"{self.wish.project_id}.{one}.")
        ]
        self._erased[CONTACTS_PUBLIC] = sum([await erase_key(connection, CONTACTS_PUBLIC, key) for key in public])

    async def _drop(self, waiting: list[int]) -> list[int]:
        for sequence in waiting:
            await self.platform.connection.js.delete_msg("UPSTREAM", sequence)
        self._erased["UPSTREAM"] = len(waiting)
        return []

    async def _stays(self, person: Person) -> dict[str, Any]:
        """What the record says of them still: where they acted, and texts that name them."""
        acted, mentions = 0, list[int]()
        async for event in self._log.history(f"*.{self.wish.project_id}.>"):
            acted += event.actor in person.texts
            if person.is_in(event.data):
                mentions.append(event.sequence)
        return {"acted": acted, "named_in": mentions}

    async def _note(self, contacts: tuple[str, ...], waiting: int, events: list[int], stays: dict[str, Any]) -> Note:
        note = Note(
            id=self.id,
            at=datetime.now(UTC),
            project_id=self.wish.project_id,
            contacts=contacts,
            reason=self.wish.reason,
            position=await self._log.last_sequence(),
            appended=tuple(self._appended),
            erased=self._erased,
            erased_events=tuple(events),
            waiting=waiting,
            stays=stays,
        )
        key = f"{NOTES}{note.position:012d}-{note.id}.json"
        body = note.model_dump_json(indent=1).encode()
        await self.platform.buckets.put_bytes(RECEIPTS, key, body, content_type="application/json")
        return note
