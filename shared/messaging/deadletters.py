"""Dead letters: what could never be handled, kept with its reason until an operator replays or discards it.

A letter carries the whole message, since an inbox message is gone once it is settled. A replay is a message of its
own on `deadletter.replay.<service>`, so it is as durable as the letter; the service handles it like the original.
"""

import base64
from collections.abc import AsyncIterator
from datetime import datetime

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from pydantic import Field

from shared.contracts.model import WireModel

STREAM = "DEADLETTERS"
RESCAN_HEADER = "results-rescan"
"""On a replayed message of the validator: check the content again although it has a verdict."""


class DeadLetter(WireModel):
    """One message that could not be handled. `stream` and `sequence` say where it came from."""

    service: str
    consumer: str
    stream: str
    sequence: int
    subject: str
    headers: dict[str, str] = Field(default_factory=dict)
    data: str
    code: str
    reason: str
    attempts: int
    at: datetime

    @property
    def body(self) -> bytes:
        """The original body."""
        return base64.b64decode(self.data)


async def send(js: JetStreamContext, letter: DeadLetter) -> None:
    """Store a letter and wait until it is stored; the same failure of the same message is stored once."""
    await js.publish(
        f"deadletter.{letter.service}.{letter.consumer}",
        letter.model_dump_json().encode(),
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
