"""The publisher's pages and API in this process: a log in memory, no servers, the real read model."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from services.publisher import app
from services.publisher.api.files import Downloads
from services.publisher.api.front import Front
from services.publisher.bodies import PublicPerson
from services.publisher.catalogue import Catalogue
from services.publisher.domain import is_settled, publications
from services.publisher.proof import Prove
from services.publisher.public_zone import PublicZone
from services.publisher.readmodel.projection import SCHEMA
from shared.contracts.publication import PublicationState
from shared.contracts.subjects import object_key
from shared.messaging.events import Recorded
from shared.readmodel import ReadModel
from shared.storage.zones import PUBLIC
from tests.component.publisher.store import InMemoryStore
from tests.unit.publisher import facts
from tests.unit.publisher.facts import Fact, Story

ADDRESS = "https://results.example"


@dataclass(slots=True)
class InMemoryLog:
    """Many projects' stories in one order."""

    recorded: list[Recorded] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, one: Recorded) -> int:
        self.recorded.append(one)
        self._more.set()
        return one.sequence

    async def follow(self, after: int = 0) -> AsyncIterator[list[Recorded]]:
        while True:
            self._more.clear()
            if batch := [one for one in self.recorded if one.sequence > after]:
                after = batch[-1].sequence
                yield batch
            await self._more.wait()

    async def last_sequence(self) -> int:
        return self.recorded[-1].sequence if self.recorded else 0

    async def last_message(self, subject_filter: str) -> Recorded | None:
        return next((one for one in reversed(self.recorded) if one.subject == subject_filter), None)

    async def at(self, sequence: int) -> Recorded:
        return next(one for one in self.recorded if one.sequence == sequence)


@dataclass(slots=True)
class InMemoryPeople:
    """A bucket of public contacts."""

    known: dict[str, PublicPerson] = field(default_factory=dict)

    async def people(self, wanted: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[PublicPerson, ...]:
        return tuple(self.known[key] for key, _ in wanted if key in self.known)


@dataclass(slots=True)
class Stage:
    """Tell facts; what the publisher would record of them follows by itself."""

    log: InMemoryLog
    store: InMemoryStore
    people: InMemoryPeople
    model: ReadModel
    client: httpx.AsyncClient
    stories: dict[str, Story] = field(default_factory=dict)

    async def record(self, project_id: str, *told: Fact) -> int:
        story = self.stories.setdefault(project_id, Story(project_id))
        for fact in told:
            story.record(fact, at=len(self.log.recorded) + 1)
            self.log.take(story.history[-1])
        self._publish(story)
        await self.model.wait_until(len(self.log.recorded))
        return len(self.log.recorded)

    def _publish(self, story: Story) -> None:
        for result_id, wanted in publications(story.view).items():
            if wanted and not is_settled(wanted, story.publication(result_id)):
                story.carry_out(wanted, at=len(self.log.recorded) + 1)
                self.log.take(story.history[-1])

    async def publish(self, project_id: str, part: str = "aaaa", content: bytes = facts.CONTENT, **more: Any) -> str:
        """A project with one published result; return the result's id."""
        result_id = f"{project_id}~{part}"
        await self.record(project_id, facts.project(project_id))
        sequence = await self.record(project_id, facts.result(result_id, content=content, **more))
        entry = facts.entry(result_id, sequence, sha256=facts.digest(content))
        await self.record(project_id, facts.verdict(result_id, sha256=facts.digest(content)), facts.submitted(entry))
        await self.record(project_id, facts.approved(entry), facts.report())
        await self.store.put_bytes(PUBLIC, object_key(result_id, 1, facts.digest(content)), content)
        return result_id

    def publication(self, result_id: str) -> PublicationState | None:
        return self.stories[result_id.split("~", maxsplit=1)[0]].publication(result_id)


@asynccontextmanager
async def stage_in(folder: Path) -> AsyncIterator[Stage]:
    log, store, people = InMemoryLog(), InMemoryStore(), InMemoryPeople()
    model = ReadModel(folder / "publisher.sqlite", SCHEMA, log)
    await model.start()
    catalogue = Catalogue(model=model, contacts=people, public_url=ADDRESS)
    downloads = Downloads(catalogue=catalogue, log=log, zone=PublicZone(store, folder / "spool"))
    built = app.describe()
    built.state.front = Front(catalogue=catalogue, downloads=downloads, prove=Prove(catalogue=catalogue, log=log))
    transport = httpx.ASGITransport(app=built, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
        yield Stage(log, store, people, model, client)
    await model.stop()
