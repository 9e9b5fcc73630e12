"""Following: everything once and in order, quick after an announcement, calm after one that comes to nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.messaging import following
from shared.messaging.events import Recorded
from shared.messaging.following import LOOKS_SECONDS, Announced, followed


class Stream:
    """A log in memory that counts how often it is read."""

    def __init__(self) -> None:
        self.messages: list[Recorded] = []
        self.reads = 0

    def store(self, id_: str) -> None:
        sequence = len(self.messages) + 1
        self.messages.append(Recorded("intake.P-1.website", sequence, datetime.now(UTC), {"ce-id": id_}, b"{}"))

    async def read(self, start: int, most: int) -> list[Recorded]:
        self.reads += 1
        return self.messages[start - 1 : start - 1 + most]


def announcement(id_: str) -> Msg:
    return Msg(Client(), subject="intake.P-1.website", headers={"ce-id": id_})


async def read_ids(batches: AsyncIterator[list[Recorded]], count: int) -> list[str]:
    ids: list[str] = []
    async for batch in batches:
        ids += [one.id for one in batch]
        if len(ids) >= count:
            break
    return ids


async def test_what_is_stored_after_it_was_announced_is_read_before_the_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "POLL_SECONDS", 600.0)
    stream, announced = Stream(), Announced()
    stream.store("a")
    reading = asyncio.create_task(read_ids(followed(stream.read, announced, 0), 3))
    await asyncio.sleep(0.05)
    await announced.take(announcement("b"))
    await announced.take(announcement("c"))
    await asyncio.sleep(0.02)
    stream.store("b")
    stream.store("c")

    assert await asyncio.wait_for(reading, 30) == ["a", "b", "c"]


async def test_an_announcement_that_comes_to_nothing_costs_a_few_looks() -> None:
    stream, announced = Stream(), Announced()
    reading = asyncio.create_task(read_ids(followed(stream.read, announced, 0), 1))
    await asyncio.sleep(0.02)
    await announced.take(announcement("refused"))
    await asyncio.sleep(0.4)

    assert stream.reads <= len(LOOKS_SECONDS) + 4
    stream.store("later")
    assert await asyncio.wait_for(reading, 2) == ["later"]


async def test_an_announcement_after_its_event_was_read_costs_nothing() -> None:
    stream, announced = Stream(), Announced()
    stream.store("a")
    reading = asyncio.create_task(read_ids(followed(stream.read, announced, 0), 2))
    await asyncio.sleep(0.02)
    reads = stream.reads
    await announced.take(announcement("a"))
    await asyncio.sleep(0.1)

    assert stream.reads == reads
    reading.cancel()


async def test_a_lost_announcement_is_covered_by_the_poll() -> None:
    stream, announced = Stream(), Announced()
    reading = asyncio.create_task(read_ids(followed(stream.read, announced, 0), 1))
    await asyncio.sleep(0.02)
    stream.store("a")

    assert await asyncio.wait_for(reading, 2) == ["a"]
