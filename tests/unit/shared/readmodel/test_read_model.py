"""A read model is always the log up to its position, survives crashes and deletion, and never skips an event."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.errors import PermanentError, TransientError
from shared.health import NotReadyError
from shared.messaging.events import Recorded
from shared.readmodel import ReadModel, Schema

TABLES = """
CREATE TABLE project (id TEXT PRIMARY KEY, title TEXT NOT NULL, changes INTEGER NOT NULL);
CREATE VIRTUAL TABLE search USING fts5(id, title);
CREATE TRIGGER gone AFTER DELETE ON project BEGIN
    DELETE FROM search WHERE id = old.id;
    DELETE FROM search WHERE id = old.id || 'x';
END;
"""


class InMemoryLog:
    """The log as a list; `away` makes every call fail until it is cleared."""

    def __init__(self) -> None:
        self.messages: list[Recorded] = []
        self.away = False
        self.grown = asyncio.Condition()
        self.batch = 3

    async def append(self, project_id: str, title: str) -> int:
        async with self.grown:
            sequence = len(self.messages) + 1
            self.messages.append(
                Recorded(
                    subject=f"intake.{project_id}.project",
                    sequence=sequence,
                    time=datetime.now(UTC),
                    headers={"ce-id": f"{id(self)}-{sequence}", "ce-type": "intake.project.amended.v1"},
                    data=title.encode(),
                )
            )
            self.grown.notify_all()
        return sequence

    async def follow(self, after: int = 0) -> AsyncIterator[list[Recorded]]:
        while True:
            batch = await self._batch(after)
            yield batch
            after = batch[-1].sequence

    async def _batch(self, after: int) -> list[Recorded]:
        async with self.grown:
            await self.grown.wait_for(lambda: len(self.messages) > after or self.away)
            if self.away:
                raise TransientError("the log is away")
            return self.messages[after : after + self.batch]

    async def last_sequence(self) -> int:
        return len(self.messages)

    async def at(self, sequence: int) -> Recorded:
        if self.away:
            raise TransientError("the log is away")
        if sequence > len(self.messages):
            raise PermanentError("no such sequence")
        return self.messages[sequence - 1]


def project_row(connection: sqlite3.Connection, recorded: Recorded) -> None:
    title = recorded.data.decode()
    if title == "poison":
        raise ValueError(title)
    if title == "bad sql":
        connection.execute("INSERT INTO nowhere VALUES (1)")
    connection.execute(
        "INSERT INTO project VALUES (?, ?, 1) ON CONFLICT (id) DO UPDATE SET title = ?, changes = changes + 1",
        (recorded.subject.split(".")[1], title, title),
    )


def schema(version: int = 1) -> Schema:
    return Schema(version=version, tables=TABLES, project=project_row)


def titles(connection: sqlite3.Connection) -> dict[str, tuple[str, int]]:
    return {row["id"]: (row["title"], row["changes"]) for row in connection.execute("SELECT * FROM project")}


@pytest.fixture
def log() -> InMemoryLog:
    return InMemoryLog()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "review.sqlite"


@pytest.fixture
async def model(log: InMemoryLog, path: Path) -> AsyncIterator[ReadModel]:
    model = ReadModel(path, schema(), log)
    await model.start()
    yield model
    await model.stop()


async def test_a_write_can_be_read_at_once(log: InMemoryLog, model: ReadModel) -> None:
    for number in range(10):
        sequence = await log.append("p-1", f"title {number}")
        assert await model.read(titles, at_least=sequence) == {"p-1": (f"title {number}", number + 1)}
    assert await model.read_fresh(titles) == {"p-1": ("title 9", 10)}
    assert await model.check() == "position 10"


async def test_what_is_no_event_is_passed_over(log: InMemoryLog, model: ReadModel) -> None:
    await log.append("p-1", "title")
    answer = b'{"stream":"UPSTREAM","seq":1}'
    log.messages.append(Recorded("intake.p-1.project", 2, datetime.now(UTC), {}, answer))
    assert await model.read_fresh(titles) == {"p-1": ("title", 1)}

    await log.append("p-1", "another")

    assert await model.read_fresh(titles) == {"p-1": ("another", 2)}
    assert await model.check() == "position 3"


async def test_following_goes_on_after_a_restart(log: InMemoryLog, path: Path) -> None:
    for number in range(7):
        await log.append(f"p-{number}", "before")
    first = ReadModel(path, schema(), log)
    await first.start()
    await first.wait_until(7)
    await first.stop()
    await log.append("p-0", "after")

    second = ReadModel(path, schema(), log)
    await second.start()
    rows = await second.read_fresh(titles)
    await second.stop()

    assert rows["p-0"] == ("after", 2)
    assert rows["p-6"] == ("before", 1)


async def test_another_schema_starts_from_zero(log: InMemoryLog, model: ReadModel, path: Path) -> None:
    await log.append("p-1", "title")
    await model.wait_until(1)
    await model.stop()
    later = ReadModel(path, schema(version=2), log)

    await later.start()
    assert later.position == 0
    assert await later.read_fresh(titles) == {"p-1": ("title", 1)}
    await later.stop()


async def test_a_deleted_file_is_rebuilt_while_the_service_runs(log: InMemoryLog, model: ReadModel, path: Path) -> None:
    for number in range(5):
        await log.append("p-1", f"{number}")
    await model.wait_until(5)
    log.away = True

    await asyncio.to_thread(path.unlink)
    await asyncio.sleep(1.2)
    assert model.position == 0
    log.away = False

    assert await model.read_fresh(titles) == {"p-1": ("4", 5)}


async def test_a_rebuild_can_be_asked_for(log: InMemoryLog, model: ReadModel) -> None:
    await log.append("p-1", "title")
    await model.wait_until(1)

    await model.rebuild()
    await asyncio.sleep(0.1)

    assert await model.read_fresh(titles) == {"p-1": ("title", 1)}


async def test_a_damaged_file_is_made_anew(log: InMemoryLog, path: Path) -> None:
    await asyncio.to_thread(path.parent.mkdir)
    await asyncio.to_thread(path.write_bytes, b"this is no database" * 1000)
    await log.append("p-1", "title")
    model = ReadModel(path, schema(), log)

    await model.start()
    assert await model.read_fresh(titles) == {"p-1": ("title", 1)}
    await model.stop()


@pytest.mark.parametrize("events", [1, 4])
async def test_a_file_of_another_log_is_rebuilt(log: InMemoryLog, model: ReadModel, path: Path, events: int) -> None:
    for _ in range(2):
        await log.append("p-old", "of the old log")
    await model.wait_until(2)
    await model.stop()
    fresh = InMemoryLog()
    for _ in range(events):
        await fresh.append("p-new", "of the new log")

    other = ReadModel(path, schema(), fresh)
    await other.start()
    rows = await other.read_fresh(titles)
    await other.stop()

    assert rows == {"p-new": ("of the new log", events)}


@pytest.mark.parametrize("culprit", ["poison", "bad sql"])
async def test_a_broken_projection_stands_still_before_the_culprit(
    log: InMemoryLog, model: ReadModel, culprit: str
) -> None:
    log.batch = 10
    for title in ("first", "second", culprit, "never"):
        await log.append("p-1", title)

    with pytest.raises(TransientError, match="stands still"):
        await model.wait_until(4)
    with pytest.raises(NotReadyError, match=r"event 3 on intake\.p-1\.project"):
        await model.check()
    assert model.position == 2
    assert await model.read(titles, at_least=2) == {"p-1": ("second", 2)}


async def test_the_log_may_go_away_and_come_back(log: InMemoryLog, model: ReadModel) -> None:
    await log.append("p-1", "before")
    await model.wait_until(1)
    async with log.grown:
        log.away = True
        log.grown.notify_all()
    await asyncio.sleep(0.05)
    log.away = False

    assert await model.read(titles, at_least=await log.append("p-1", "after")) == {"p-1": ("after", 2)}


async def test_who_waits_for_what_does_not_come_is_told(model: ReadModel) -> None:
    with pytest.raises(TransientError, match="at 0, wanted is 7"):
        await model.wait_until(7, 0.05)
    assert model._waiters == []


async def test_a_query_cannot_write(model: ReadModel) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await model.read(lambda connection: connection.execute("DELETE FROM project"))


async def test_a_query_sees_one_state_while_the_log_grows(log: InMemoryLog, model: ReadModel) -> None:
    def twice(connection: sqlite3.Connection) -> tuple[int, int]:
        count = "SELECT COALESCE(SUM(changes), 0) FROM project"
        first = connection.execute(count).fetchone()[0]
        for _ in range(2000):
            connection.execute("SELECT 1").fetchone()
        return first, connection.execute(count).fetchone()[0]

    async def grow() -> None:
        for number in range(200):
            await log.append("p-1", str(number))
            await asyncio.sleep(0)

    growing = asyncio.create_task(grow())
    pairs = await asyncio.gather(*(model.read(twice) for _ in range(40)))
    await growing

    assert all(first == second for first, second in pairs)
