"""Dead letters: what could never be handled, kept with its reason until an operator replays or discards it.

A letter carries the whole message, since an inbox message is gone once it is settled. A replay is a message of its
own on `deadletter.replay.<service>`, so it is as durable as the letter; the service handles it like the original.
"""

import base64
import zlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from pydantic import Field

from shared.contracts.model import WireModel

STREAM = "DEADLETTERS"
# What a server takes in one message is 1 MiB with its headers, and a message of the inbox may be as large.
LETTER_BYTES_MAX = (1 << 20) - 4_096
PACKED_FROM_BYTES = 256 << 10
BODY_BYTES_CUT = 256 << 10
HEADERS_CUT, HEADER_CHARACTERS_CUT = 50, 1_000
RESCAN_HEADER = "results-rescan"
"""On a replayed message of the validator: check the content again although it has a verdict."""


class DeadLetter(WireModel):
    """One message that could not be handled. `stream` and `sequence` say where it came from.

    `data` is the body in base64, of a large one its zlib stream in base85: then it is `packed`.
    """

    service: str
    consumer: str
    stream: str
    sequence: int
    subject: str
    headers: dict[str, str] = Field(default_factory=dict)
    data: str
    packed: bool = False
    code: str
    reason: str
    attempts: int
    at: datetime

    @property
    def body(self) -> bytes:
        """The original body."""
        return unpacked(self.data, packed=self.packed)


def kept(body: bytes) -> dict[str, Any]:
    """Return the fields of a letter that hold a body."""
    if len(body) < PACKED_FROM_BYTES:
        return {"data": base64.b64encode(body).decode()}
    return {"data": base64.b85encode(zlib.compress(body)).decode(), "packed": True}


def unpacked(data: str, *, packed: bool) -> bytes:
    """Return the body that a letter holds."""
    return zlib.decompress(base64.b85decode(data)) if packed else base64.b64decode(data)


def _fitting(letter: DeadLetter) -> bytes:
    """Return a letter as it is sent. Of what stays too large, which is no text, only the beginning can be kept."""
    whole = letter.model_dump_json().encode()
    if len(whole) <= LETTER_BYTES_MAX:
        return whole
    body = letter.body
    headers = {name: text[:HEADER_CHARACTERS_CUT] for name, text in [*letter.headers.items()][:HEADERS_CUT]}
    reason = f"{letter.reason} (cut: the body had {len(body)} bytes, there were {len(letter.headers)} headers)"
    changes = {"headers": headers, "reason": reason, "packed": False} | kept(body[:BODY_BYTES_CUT])
    return letter.model_copy(update=changes).model_dump_json().encode()


async def send(js: JetStreamContext, letter: DeadLetter) -> None:
    """Store a letter and wait until it is stored; the same failure of the same message is stored once."""
    await js.publish(
        f"deadletter.{letter.service}.{letter.consumer}",
        _fitting(letter),
        stream=STREAM,
        headers={"Nats-Msg-Id": f"{letter.consumer}:{letter.stream}:{letter.sequence}:{letter.attempts}"},
        timeout=5,
    )


async def letters(js: JetStreamContext) -> AsyncIterator[tuple[int, DeadLetter]]:
    """Yield the letters that wait for an operator, oldest first, each with its sequence."""
    state = (await js.stream_info(STREAM)).state
    for sequence in range(max(state.first_seq, 1), state.last_seq + 1):
        if (letter := await find(js, sequence)) is not None:
            yield sequence, letter


async def find(js: JetStreamContext, sequence: int) -> DeadLetter | None:
    """Return the letter at a sequence; None when there is none, or when a replay stands there."""
    try:
        message = await js.get_msg(STREAM, sequence)
    except NotFoundError:
        return None
    if message.subject is None or message.subject.startswith("deadletter.replay."):
        return None
    return DeadLetter.model_validate_json(message.data or b"")


async def replay(js: JetStreamContext, sequence: int) -> DeadLetter:
    """Ask the letter's service to handle it again; the letter leaves the list once the request is stored."""
    letter = await _must_find(js, sequence)
    await js.publish(
        f"deadletter.replay.{letter.service}",
        letter.model_dump_json().encode(),
        stream=STREAM,
        headers={"Nats-Msg-Id": f"replay:{sequence}"},
        timeout=5,
    )
    await js.delete_msg(STREAM, sequence)
    return letter


async def discard(js: JetStreamContext, sequence: int) -> DeadLetter:
    """Remove a letter for good and return what it was."""
    letter = await _must_find(js, sequence)
    await js.delete_msg(STREAM, sequence)
    return letter


async def _must_find(js: JetStreamContext, sequence: int) -> DeadLetter:
    letter = await find(js, sequence)
    if letter is None:
        raise LookupError(f"no dead letter {sequence}: see `results deadletters list`")
    return letter
