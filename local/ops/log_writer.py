"""Filling an empty log with archived events, each at its own sequence, many at once."""

import asyncio
import itertools
import json
from collections import deque
from dataclasses import dataclass, field

from nats.aio.msg import Msg
from nats.js.errors import NotFoundError

from local.ops.segments import Message
from local.terminal import CommandError
from shared.errors import TransientError
from shared.messaging.connection import Connection
from shared.messaging.events import RECORDED_HEADER
from shared.messaging.log import STREAM
from shared.messaging.patience import WRONG_LAST_SEQUENCE

IN_FLIGHT_MAX = 256
ANSWER_SECONDS = 20.0
FILLER_SUBJECT = "intake.restored.filler"
# Conditions and ids were for the first append; here the sequence is the condition.
_TRANSPORT = ("nats-msg-id", "nats-expected-")


def without_transport(message: Message) -> dict[str, str]:
    """Return the headers without what was said to the server alone."""
    return {name: text for name, text in message.headers.items() if not name.lower().startswith(_TRANSPORT)}


@dataclass(slots=True)
class LogWriter:
    """Appends in order. `stands`: the log's last sequence now; what lies before it is taken as written already.

    nats-py's own asynchronous publish leaves its caller waiting when the server refuses, so answers are gathered here.
    """

    connection: Connection
    stands: int
    written: int = 0
    gaps: int = 0
    _next: int = 1
    _under_way: "deque[tuple[int, asyncio.Future[bytes]]]" = field(default_factory=deque)
    _answers: "dict[str, asyncio.Future[bytes]]" = field(default_factory=dict)
    _tokens: "itertools.count[int]" = field(default_factory=itertools.count)
    _inbox: str = ""

    async def put(self, message: Message) -> None:
        """Append a message unless it stands there. CommandError when something else does."""
        await self.skip_to(message.sequence - 1)
        self._next = message.sequence + 1
        if message.sequence <= self.stands:
            return
        stamped = {RECORDED_HEADER: message.time} | without_transport(message)
        await self._send(message.sequence, message.subject, message.data, stamped)
        self.written += 1

    async def skip_to(self, sequence: int) -> None:
        """Leave the gap that deletions left, up to and including a sequence."""
        gap = range(self._next, sequence + 1)
        for missing in gap:
            if missing > self.stands:
                await self._send(missing, FILLER_SUBJECT, b"", {})
        if gap:
            await self.finish()
        for missing in gap:
            await self._delete(missing)
            self.gaps += 1
        self._next = max(self._next, sequence + 1)

    async def finish(self) -> None:
        """Wait until everything is on disk."""
        while self._under_way:
            await self._settle()

    async def _delete(self, sequence: int) -> None:
        """Delete a filler; one of a run that was broken off may be gone already."""
        try:
            stands = await self.connection.js.get_msg(STREAM, sequence)
        except NotFoundError:
            return
        if stands.subject != FILLER_SUBJECT:
            raise CommandError(f"the log has a message at {sequence}, the archive none: restore into a fresh platform")
        await self.connection.js.delete_msg(STREAM, sequence)

    async def _send(self, sequence: int, subject: str, data: bytes, headers: dict[str, str]) -> None:
        token = await self._token()
        answer = self._answers[token] = asyncio.get_running_loop().create_future()
        condition = {"Nats-Expected-Stream": STREAM, "Nats-Expected-Last-Sequence": str(sequence - 1)}
        await self.connection.client.publish(subject, data, reply=token, headers=headers | condition)
        self._under_way.append((sequence, answer))
        while len(self._under_way) >= IN_FLIGHT_MAX:
            await self._settle()

    async def _token(self) -> str:
        if not self._inbox:
            self._inbox = self.connection.client.new_inbox()
            await self.connection.client.subscribe(f"{self._inbox}.*", cb=self._on_answer)
        return f"{self._inbox}.{next(self._tokens)}"

    async def _on_answer(self, message: Msg) -> None:
        if (answer := self._answers.pop(message.subject, None)) and not answer.done():
            answer.set_result(message.data)

    async def _settle(self) -> None:
        sequence, answer = self._under_way.popleft()
        try:
            told = json.loads(await asyncio.wait_for(answer, ANSWER_SECONDS))
        except TimeoutError as error:
            raise TransientError(f"the log did not answer at {sequence}") from error
        if refusal := told.get("error"):
            if refusal["err_code"] in WRONG_LAST_SEQUENCE:
                raise CommandError(f"somebody else writes to the log at {sequence}: stop the services")
            raise TransientError(f"the log refused {sequence}: {refusal['description']}")
        if told["seq"] != sequence:
            raise CommandError(f"the event of {sequence} came to stand at {told['seq']}: restore into a fresh platform")
