"""Following the log without a consumer: a core subscription announces what comes, batched direct gets read it.

The announcement comes when an event is published, a little before it is stored, and also for events that the log then
refuses. So what was announced is awaited by its id: a few looks, further and further apart, and then not any more.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from nats.aio.msg import Msg

from shared.errors import TransientError
from shared.messaging.events import Recorded

BATCH_MAX = 500
POLL_SECONDS = 1.0
AWAY_SECONDS = 0.5
FIRST_LOOK_SECONDS = 0.002
# While events stream in, a look every 25 milliseconds finds several at once.
LOOKS_SECONDS = (0.025, 0.025, 0.05, 0.1)
READ_IDS_KEPT = 2_000

Read = Callable[[int, int], Awaitable[list[Recorded]]]
"""Gives up to so many (second argument) events from a sequence (first argument) on."""

_logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class Announced:
    """The ids of events that were announced and not read yet."""

    _awaited: set[str] = field(default_factory=set)
    _read: "OrderedDict[str, None]" = field(default_factory=OrderedDict)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, message: Msg) -> None:
        """Note one announcement; one that comes after its event was read says nothing new."""
        id_ = (message.headers or {}).get("ce-id", "")
        if id_ not in self._read:
            self._awaited.add(id_)
            self._more.set()

    def were_read(self, batch: Sequence[Recorded]) -> None:
        for one in batch:
            self._awaited.discard(one.id)
            self._read[one.id] = None
        while len(self._read) > READ_IDS_KEPT:
            self._read.popitem(last=False)

    @property
    def are_awaited(self) -> bool:
        return bool(self._awaited)

    def give_up(self) -> None:
        """Await nothing any more: what was announced was refused, or had been appended before."""
        self._awaited.clear()

    async def wait(self, seconds: float) -> None:
        """Return at the next announcement, or after so long."""
        self._more.clear()
        if not self._awaited:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._more.wait()


async def followed(read: Read, announced: Announced, after: int) -> AsyncIterator[list[Recorded]]:
    """Yield the whole log after a sequence, in order and in batches; then wait for more, for ever.

    A slow poll covers an announcement that was lost.
    """
    looks = 0
    while True:
        try:
            batch = await read(after + 1, BATCH_MAX)
        except TransientError as error:
            _logger.warning("follow_waits", reason=str(error))
            await asyncio.sleep(AWAY_SECONDS)
            continue
        announced.were_read(batch)
        if batch:
            after, looks = batch[-1].sequence, 0
            yield batch
        if len(batch) == BATCH_MAX:
            continue
        looks = await _pause(announced, looks)


async def _pause(announced: Announced, looks: int) -> int:
    """Wait until it is worth while to look again; returns how often we have looked in vain for what is awaited."""
    if not announced.are_awaited:
        await announced.wait(POLL_SECONDS)
        await asyncio.sleep(FIRST_LOOK_SECONDS)
        return 0
    if looks == len(LOOKS_SECONDS):
        announced.give_up()
        return 0
    await asyncio.sleep(LOOKS_SECONDS[looks])
    return looks + 1
