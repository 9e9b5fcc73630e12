"""One project on real servers, told by users with the real rights of each service."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from local.servers import Credentials as ServerCredentials
from local.servers import NatsServer, SeaweedServer
from services.publisher.public_zone import PublicZone
from services.publisher.use_cases.keep_public import KeepPublic, Occasion, Scope
from shared.contracts.publication import PublicationState
from shared.contracts.subjects import object_key, subject
from shared.messaging.events import Guard, NewEvent, Recorded, event_id
from shared.messaging.log import Log
from shared.settings import S3Settings
from shared.storage.ports import ObjectMissingError
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import CLEAN, PUBLIC
from tests.integration.messaging.users import log_of
from tests.unit.publisher import facts
from tests.unit.publisher.facts import Fact


def store_of(user: str, server: SeaweedServer) -> S3ObjectStore:
    environment = server.environment(user)
    return S3ObjectStore(
        S3Settings.model_validate({name.removeprefix("RESULTS_").lower(): value for name, value in environment.items()})
    )


@dataclass(slots=True, kw_only=True)
class World:
    """`record` appends a fact as its owner; `look` lets the publisher see it."""

    logs: dict[str, Log]
    clean: S3ObjectStore
    public: S3ObjectStore
    spool: Path
    project: str = field(default_factory=lambda: f"P-{secrets.token_hex(6)}")
    last: dict[str, Recorded] = field(default_factory=dict)

    def result_id(self, part: str = "aaaa") -> str:
        return f"{self.project}~{part}"

    @property
    def log(self) -> Log:
        return self.logs["publisher"]

    def keep_public(self) -> KeepPublic:
        return KeepPublic(log=self.log, zone=PublicZone(self.public, self.spool))

    async def record(self, fact: Fact) -> int:
        name = subject(fact.owner, self.project, fact.thing, fact.thing_id)
        event = NewEvent(
            subject=name,
            type=f"{fact.owner}.{fact.thing}.{fact.happened}.v1",
            state=fact.state,
            id=event_id(name, secrets.token_hex(8), fact.happened),
            actor="test",
        )
        log = self.logs[fact.owner]
        before = await log.last_message(name)
        appended = await log.append(event, Guard(name, before.sequence if before else 0))
        return appended.sequence

    async def look(self, *, repeated: bool = False) -> None:
        """Handle the last message of the project, as the durable would."""
        cause = await self.log.last_message(f"*.{self.project}.>")
        assert cause
        await self.keep_public()(Occasion(cause=cause, scope=Scope.RESULTS, is_repeated=repeated))

    async def hand_in(self, part: str = "aaaa", *, content: bytes = facts.CONTENT, publish: bool = True) -> int:
        """A result with its verdict and its bytes in the clean zone; return the sequence of the result."""
        result_id = self.result_id(part)
        sequence = await self.record(facts.result(result_id, content=content, publish=publish))
        await self.clean.put_bytes(CLEAN, object_key(result_id, 1, facts.digest(content)), content)
        await self.record(facts.verdict(result_id, sha256=facts.digest(content)))
        return sequence

    async def approved(self, *, publish: bool = True, content: bytes = facts.CONTENT) -> int:
        """Everything but the report's approval, for one result; return the sequence of the result."""
        await self.record(facts.project(self.project))
        sequence = await self.hand_in(publish=publish, content=content)
        entry = facts.entry(self.result_id(), sequence, publish=publish, sha256=facts.digest(content))
        await self.record(facts.submitted(entry))
        await self.record(facts.approved(entry))
        return sequence

    async def publication(self, part: str = "aaaa") -> PublicationState | None:
        last = await self.log.last_message(subject("publisher", self.project, "result", self.result_id(part)))
        return last.state_as(PublicationState) if last else None

    async def status(self, part: str = "aaaa") -> str | None:
        publication = await self.publication(part)
        return publication.status if publication else None

    async def public_bytes(self, part: str = "aaaa", content: bytes = facts.CONTENT) -> bytes | None:
        key = object_key(self.result_id(part), 1, facts.digest(content))
        try:
            return b"".join([chunk async for chunk in self.public.read(PUBLIC, key)])
        except ObjectMissingError:
            return None

    async def happened(self, thing: str = "result.*") -> list[str]:
        return [one.happened async for one in self.log.history(f"publisher.{self.project}.{thing}")]


@asynccontextmanager
async def world_on(
    nats_server: NatsServer, store_server: SeaweedServer, credentials: ServerCredentials, spool: Path
) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        owners = ("intake", "validator", "review", "publisher")
        logs = {one: await stack.enter_async_context(log_of(one, nats_server, credentials)) for one in owners}
        stores = {one: await asyncio.to_thread(store_of, one, store_server) for one in ("validator", "publisher")}
        yield World(logs=logs, clean=stores["validator"], public=stores["publisher"], spool=spool)
        for store in stores.values():
            store.close()
