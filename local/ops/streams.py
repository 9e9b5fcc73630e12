"""Reading whole streams in order and in batches, whatever is in them."""

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

from local.ops.segments import Message
from shared.errors import TransientError
from shared.messaging.connection import Connection
from shared.messaging.log import DirectGet, request_json

BATCH = 250
PATIENCE_SECONDS = 10.0


async def last_sequence(connection: Connection, stream: str) -> int:
    """Return the sequence of the last message that a stream ever had, as its leader knows it."""
    return (await connection.js.stream_info(stream)).state.last_seq


async def messages(connection: Connection, stream: str, after: int, up_to: int) -> AsyncIterator[list[Message]]:
    """Yield what stands in a stream between two sequences, in batches. TransientError when replicas lag for long."""
    info = await connection.js.stream_info(stream)
    up_to = min(up_to, info.state.last_seq)
    reader = _direct(connection, stream, after, up_to) if info.config.allow_direct else None
    async for batch in reader or _one_by_one(connection, stream, after, up_to):
        yield batch


async def _direct(connection: Connection, stream: str, after: int, up_to: int) -> AsyncIterator[list[Message]]:
    reader = DirectGet(connection, stream)
    waited = 0.0
    while after < up_to:
        found = await reader.next_of(">", after + 1, BATCH)
        batch = [Message.of(one) for one in found if one.sequence <= up_to]
        if batch:
            after, waited = batch[-1].sequence, 0.0
            yield batch
        if len(found) > len(batch):
            return
        if not found:
            # Nothing more stands there, or the replica that answered lags behind: the leader knows which.
            if await _next(connection, stream, after + 1, up_to) is None:
                return
            if waited > PATIENCE_SECONDS:
                raise TransientError(f"a replica of {stream} lags behind its leader")
            waited += 0.1
            await asyncio.sleep(0.1)


async def _one_by_one(connection: Connection, stream: str, after: int, up_to: int) -> AsyncIterator[list[Message]]:
    while (message := await _next(connection, stream, after + 1, up_to)) is not None:
        after = message.sequence
        yield [message]


async def _next(connection: Connection, stream: str, sequence: int, up_to: int) -> Message | None:
    """Ask the leader for the first message from a sequence on."""
    answer = await request_json(
        connection.client, f"$JS.API.STREAM.MSG.GET.{stream}", {"seq": sequence, "next_by_subj": ">"}
    )
    error = answer.get("error")
    if error and error["code"] == 404:
        return None
    if error:
        raise TransientError(f"{stream} refused a read: {error['description']}")
    found = _of_leader(answer["message"])
    return found if found.sequence <= up_to else None


def _of_leader(message: dict[str, Any]) -> Message:
    lines = base64.b64decode(message.get("hdrs", "")).decode("utf-8", "replace").split("\r\n")[1:]
    headers = {name.strip(): text.strip() for name, _, text in (line.partition(":") for line in lines) if name}
    return Message(
        sequence=message["seq"],
        subject=message["subject"],
        time=message["time"],
        headers=headers,
        data=base64.b64decode(message.get("data", "")),
    )
