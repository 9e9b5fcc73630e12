"""Filling an empty log: each message gets its own sequence, deleted ones stay deleted, on one server and on three."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from local.ops.log_writer import LogWriter
from local.ops.platform import Platform
from local.ops.segments import Message
from local.ops.streams import last_sequence, messages
from local.port_ranges import reserved_ports
from local.servers import Credentials, NatsCluster, NatsServer
from local.terminal import CommandError
from shared.messaging.connection import Credentials as NatsCredentials
from shared.messaging.connection import connect
from shared.messaging.log import STREAM
from shared.messaging.upgrade import provision

SEQUENCES = (2, 3, 5, 9, *range(12, 700))
ENDS_AT = 702


@pytest.fixture(params=[1, 3], ids=["one server", "three servers"])
def servers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NatsServer | NatsCluster]:
    kind = NatsServer if request.param == 1 else NatsCluster
    with reserved_ports() as ports, kind(tmp_path, ports, Credentials.of_home(tmp_path)) as running:
        yield running


@pytest.fixture
async def platform(servers: NatsServer | NatsCluster) -> AsyncIterator[Platform]:
    password = SecretStr(servers.credentials.nats["operator"])
    connection = await connect(NatsCredentials(url=servers.url, user="operator", password=password), name="test")
    await provision(connection.js, replicas=3 if isinstance(servers, NatsCluster) else 1)
    yield Platform(connection=connection, store=None)
    await connection.close()


def message(sequence: int) -> Message:
    guard = {"Nats-Msg-Id": "always the same", "Nats-Expected-Last-Subject-Sequence": "77"}
    return Message(
        sequence=sequence,
        subject=f"intake.p{sequence % 7}.project",
        time=f"2024-05-01T10:00:00.{sequence:09d}Z",
        headers={"ce-id": str(sequence), **guard},
        data=str(sequence).encode(),
    )


async def filled(platform: Platform, *, first: int = 0, until: int | None = None) -> int:
    """Restore what SEQUENCES says, as far as `until`; answers how many messages were written."""
    writer = LogWriter(platform.connection, await last_sequence(platform.connection, STREAM))
    for sequence in SEQUENCES[first:]:
        if until is not None and sequence > until:
            await writer.finish()
            return writer.written
        await writer.put(message(sequence))
    await writer.skip_to(ENDS_AT)
    await writer.finish()
    return writer.written


async def test_sequences_gaps_and_times_are_kept_and_a_break_is_gone_on_with(platform: Platform) -> None:
    assert await filled(platform, until=300) == 4 + 289
    assert await filled(platform) == len(SEQUENCES) - 293
    assert await filled(platform) == 0

    found = [one async for batch in messages(platform.connection, STREAM, 0, ENDS_AT) for one in batch]
    assert tuple(one.sequence for one in found) == SEQUENCES
    assert [one.data for one in found] == [str(one).encode() for one in SEQUENCES]
    assert {one.headers["results-recorded"] for one in found} == {message(one).time for one in SEQUENCES}
    assert await last_sequence(platform.connection, STREAM) == ENDS_AT


async def test_an_event_of_somebody_else_ends_it(platform: Platform) -> None:
    await filled(platform, until=100)
    writer = LogWriter(platform.connection, await last_sequence(platform.connection, STREAM))
    await platform.connection.js.publish("intake.stranger.project", b"{}")

    async def go_on() -> None:
        for sequence in SEQUENCES:
            await writer.put(message(sequence))
        await writer.finish()

    with pytest.raises(CommandError, match="somebody else writes"):
        await go_on()
