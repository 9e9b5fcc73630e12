"""A read model on the real log: read-your-writes, speed of a rebuild, and a server that goes away."""

import asyncio
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local.servers import Credentials as ServerCredentials
from local.servers import NatsServer
from shared.contracts.project import WebsiteState
from shared.contracts.subjects import subject
from shared.messaging.events import Guard, NewEvent, Recorded, event_id
from shared.messaging.log import Log
from shared.readmodel import ReadModel, Schema
from tests.integration.messaging.users import log_of

TABLES = "CREATE TABLE website (project TEXT PRIMARY KEY, url TEXT); CREATE TABLE seen (sequence INTEGER PRIMARY KEY);"


def project_row(connection: sqlite3.Connection, recorded: Recorded) -> None:
    connection.execute("INSERT INTO seen VALUES (?)", (recorded.sequence,))
    if (recorded.address.owner, recorded.address.thing) == ("intake", "website"):
        url = recorded.state_as(WebsiteState).url
        connection.execute("INSERT OR REPLACE INTO website VALUES (?, ?)", (recorded.address.project_id, url))


SCHEMA = Schema(version=1, tables=TABLES, project=project_row)


def website(project: str, url: str) -> NewEvent:
    name = subject("intake", project, "website")
    id_ = event_id(name, secrets.token_hex(8), "set")
    return NewEvent(subject=name, type="intake.website.set.v1", state=WebsiteState(url=url), id=id_, actor="test")


@pytest.fixture
async def intake(nats_server: NatsServer, credentials: ServerCredentials) -> AsyncIterator[Log]:
    async with log_of("intake", nats_server, credentials) as log:
        yield log


@pytest.fixture
async def publisher(nats_server: NatsServer, credentials: ServerCredentials) -> AsyncIterator[Log]:
    async with log_of("publisher", nats_server, credentials) as log:
        yield log


@pytest.fixture
async def model(publisher: Log, tmp_path: Path) -> AsyncIterator[ReadModel]:
    model = ReadModel(tmp_path / "publisher.sqlite", SCHEMA, publisher)
    await model.start()
    yield model
    await model.stop()


async def set_website(log: Log, project: str, url: str, last: int = 0) -> int:
    event = website(project, url)
    return (await log.append(event, Guard(event.subject, last))).sequence


async def test_what_another_service_wrote_can_be_read_as_soon_as_it_is_acknowledged(
    intake: Log, model: ReadModel
) -> None:
    project, last, waits = f"P-{secrets.token_hex(6)}", 0, []

    def url(connection: sqlite3.Connection) -> str | None:
        row = connection.execute("SELECT url FROM website WHERE project = ?", (project,)).fetchone()
        return row["url"] if row else None

    for number in range(30):
        last = await set_website(intake, project, f"https://example.org/{number}", last)
        began = time.perf_counter()
        assert await model.read(url, at_least=last) == f"https://example.org/{number}"
        waits.append(time.perf_counter() - began)

    print(f"write to read: median {sorted(waits)[15] * 1000:.1f} ms, worst {max(waits) * 1000:.1f} ms")
    assert sorted(waits)[15] < 0.1
    assert (await model.check() or "").startswith("position ")


async def test_two_replicas_and_a_rebuild_hold_the_same(
    intake: Log, publisher: Log, model: ReadModel, tmp_path: Path
) -> None:
    project = f"P-{secrets.token_hex(6)}"

    async def write(number: int) -> int:
        return await set_website(intake, f"{project}-{number}", f"https://example.org/{number}")

    last = max(await asyncio.gather(*(write(number) for number in range(200))))

    def everything(connection: sqlite3.Connection) -> list[tuple[str, str]]:
        return [tuple(row) for row in connection.execute("SELECT project, url FROM website ORDER BY project")]

    first = await model.read(everything, at_least=last)
    other = ReadModel(tmp_path / "other" / "publisher.sqlite", SCHEMA, publisher)
    await other.start()
    second = await other.read(everything, at_least=last)
    await other.rebuild()
    await asyncio.sleep(0.2)
    third = await other.read(everything, at_least=last)
    await other.stop()

    assert first == second == third
    assert sum(name.startswith(f"{project}-") for name, _ in first) == 200


async def test_every_event_is_projected_once_and_in_order(intake: Log, model: ReadModel) -> None:
    last = 0
    for _ in range(20):
        last = await set_website(intake, f"P-{secrets.token_hex(6)}", "https://example.org")

    count = await model.read(lambda one: one.execute("SELECT count(*) FROM seen").fetchone()[0], at_least=last)

    assert count == len([one async for one in intake.history(">")])
    assert model.position == await intake.last_sequence()
