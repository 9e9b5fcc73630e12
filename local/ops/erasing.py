"""Where a person may stand beside the record, and taking them out of there for good."""

import json
import zlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

from local.ops import streams
from local.ops.segments import Message
from local.terminal import CommandError
from shared.contracts.publication import PublicationState
from shared.contracts.result import RoundState
from shared.contracts.review import ReviewResultState, ReviewRoundState
from shared.messaging.connection import Connection
from shared.messaging.deadletters import unpacked
from shared.messaging.events import ProjectLog, Recorded
from shared.messaging.log import STREAM, Log

Match = Callable[[bytes], bool]
# Copies of what was sent and answered. The inbox is looked at apart: what waits there has not been handled yet.
COPIES = ("DEADLETTERS", "OUTCOMES", "KV_idempotency-intake", "KV_idempotency-review")
SHORTEST = 4


@dataclass(frozen=True, slots=True)
class Person:
    """What one knows a person by. Texts shorter than four characters would match anything and are left out."""

    texts: frozenset[str]

    @classmethod
    def of(cls, texts: Iterable[object]) -> "Person":
        return cls(frozenset(text.strip() for text in texts if isinstance(text, str) and len(text.strip()) >= SHORTEST))

    def is_in(self, data: bytes) -> bool:
        """Tell whether a message speaks of the person, whichever way it writes letters."""
        read = data.decode("utf-8", "replace")
        return any(text in read or json.dumps(text)[1:-1] in read for text in self.texts)


@dataclass(slots=True)
class Copies:
    """Messages beside the record that speak of a person."""

    connection: Connection
    person: Person
    erased: dict[str, int] = field(default_factory=dict)

    async def erase(self) -> dict[str, int]:
        """Overwrite them on disk and say how many there were in each stream."""
        for stream in COPIES:
            self.erased[stream] = 0
            async for message in self._found(stream):
                await erase_message(self.connection, stream, message.sequence)
                self.erased[stream] += 1
        return self.erased

    async def waiting(self) -> list[int]:
        """Sequences of the inbox that speak of the person and are still to be handled."""
        return [message.sequence async for message in self._found("UPSTREAM")]

    async def _found(self, stream: str) -> AsyncIterator[Message]:
        last = await streams.last_sequence(self.connection, stream)
        async for batch in streams.messages(self.connection, stream, 0, last):
            for message in batch:
                if self.person.is_in(_all_of(message)):
                    yield message


def _all_of(message: Message) -> bytes:
    """Body and headers, and the message inside a dead letter."""
    inside = b""
    if message.subject.startswith("deadletter."):
        try:
            letter = json.loads(message.data)
            inside = unpacked(letter["data"], packed=letter.get("packed", False))
        except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
            inside = b""
    return b"\n".join((message.data, inside, json.dumps(message.headers, ensure_ascii=False).encode()))


async def erase_message(connection: Connection, stream: str, sequence: int) -> None:
    """Delete one message so that its bytes are overwritten, not only forgotten."""
    await connection.js.delete_msg(stream, sequence)


async def erase_key(connection: Connection, bucket: str, key: str) -> bool:
    """Overwrite what lies under a key of a bucket; False when there is nothing."""
    subject = f"$KV.{bucket}.{key}"
    found = False
    last = await streams.last_sequence(connection, f"KV_{bucket}")
    async for batch in streams.messages(connection, f"KV_{bucket}", 0, last):
        for message in batch:
            if message.subject == subject:
                await erase_message(connection, f"KV_{bucket}", message.sequence)
                found = found or "KV-Operation" not in message.headers
    return found


async def keys_under(connection: Connection, bucket: str, prefix: str) -> list[str]:
    """Every key of a bucket that begins so."""
    start = f"$KV.{bucket}."
    last = await streams.last_sequence(connection, f"KV_{bucket}")
    found = []
    async for batch in streams.messages(connection, f"KV_{bucket}", 0, last):
        found += [one.subject.removeprefix(start) for one in batch if one.subject.startswith(start + prefix)]
    return found


async def erase_event(connection: Connection, sequence: int) -> Recorded:
    """Take one event out of the record: only one that a later state replaced and that nothing rests on."""
    log = Log(connection)
    event = await log.at(sequence)
    project = await log.load(event.address.project_id)
    if project.messages[event.subject].sequence == sequence:
        raise CommandError(f"{sequence} is the present state of {event.subject}: have it changed first, then erase it")
    if sequence in await _rested_on(log, project):
        raise CommandError(f"an approval or a publication rests on {sequence}: it cannot be erased")
    await erase_message(connection, STREAM, sequence)
    return event


async def _rested_on(log: Log, project: ProjectLog) -> set[int]:
    """Every sequence that a submission, a decision or a publication of the project ever named."""
    found: set[int] = set()
    async for event in log.history(f"*.{project.project_id}.>"):
        match event.state():
            case RoundState() as state:
                found |= {one.sequence for one in state.manifest}
            case ReviewRoundState() as state if state.approved:
                found |= {one.sequence for one in state.approved.manifest} | {state.approved.sequence or 0}
                found.add(event.sequence)
            case ReviewResultState() as state if state.decision:
                found |= {state.decision.sequence, event.sequence}
            case PublicationState() as state if state.basis:
                found |= set(state.basis.model_dump().values()) | {state.sequence, event.sequence}
    return found
