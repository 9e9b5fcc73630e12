"""The log as a growing chain of sealed files, and the bytes that its events name before the file that names them."""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime

from local.ops import segments, streams
from local.ops.objects import ZONES, digest_of, named_by, spooled
from local.ops.platform import Platform
from local.ops.segments import NO_DIGEST, BrokenArchiveError, Message, Segment, SegmentName
from local.ops.vault import Vault
from local.terminal import CommandError
from shared.messaging.events import Recorded
from shared.messaging.log import STREAM, Log
from shared.storage.ports import ObjectMissingError

LOG_FOLDER = "log/"
OBJECTS_FOLDER = "objects/"
SEGMENT_MESSAGES_MAX = 1_000
SEGMENT_BYTES_MAX = 8 << 20
OBJECTS_AT_ONCE = 12
OTHERS_SECONDS_MAX = 180.0


@dataclass(slots=True, kw_only=True)
class Done:
    """What was written. `missing` are keys that the log still names and no bucket holds: an alarm, not a detail."""

    position: int = 0
    events: int = 0
    segments: int = 0
    objects: int = 0
    object_bytes: int = 0
    receipts: int = 0
    set_messages: int = 0
    missing: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass(slots=True)
class LogArchive:
    """One writer of one chain. With `is_written_by_others` it only waits until `results archive` has come so far."""

    platform: Platform
    vault: Vault
    is_written_by_others: bool = False
    done: Done = field(default_factory=Done)
    _tip: SegmentName | None = None
    _is_known: bool = False

    @property
    def tip(self) -> str:
        """The digest of the last file."""
        return self._tip.digest if self._tip else NO_DIGEST

    async def advance(self) -> Done:
        """Bring the chain to the end of the log. Cheap when there is nothing new: good for every few seconds."""
        await self._look_once()
        up_to = await streams.last_sequence(self.platform.connection, STREAM)
        if up_to < self._reached:
            raise BrokenArchiveError(
                f"the archive reaches {self._reached}, the log {up_to}: "
                "it is another platform's, or one restored from less"
            )
        if self.is_written_by_others:
            await self._wait_for(up_to)
        else:
            await self._write(up_to)
        self.done.position = self._reached
        return self.done

    @property
    def _reached(self) -> int:
        return self._tip.last if self._tip else 0

    async def _look_once(self) -> None:
        """Listing every file is for the start; afterwards the end is known."""
        if self._is_known:
            return
        found = await segments.names(self.vault, LOG_FOLDER)
        self._tip = found[-1] if found else None
        await self._require_same_log()
        self._is_known = True

    async def _require_same_log(self) -> None:
        """Two platforms in one archive would make a chain that is nobody's."""
        kept = (await segments.read(self.vault, self._tip)).messages if self._tip else ()
        if not kept:
            return
        async for batch in streams.messages(self.platform.connection, STREAM, kept[-1].sequence - 1, kept[-1].sequence):
            if batch and (batch[0].subject, batch[0].data) != (kept[-1].subject, kept[-1].data):
                raise BrokenArchiveError(f"the log has another message at {kept[-1].sequence}: another platform's")

    async def _write(self, up_to: int) -> None:
        waiting: list[Message] = []
        async for batch in streams.messages(self.platform.connection, STREAM, self._reached, up_to):
            waiting += batch
            if len(waiting) >= SEGMENT_MESSAGES_MAX:
                await self._seal(waiting, waiting[-1].sequence)
                waiting = []
        if up_to > self._reached:
            await self._seal(waiting, up_to)

    async def _seal(self, messages: list[Message], last: int) -> None:
        await self.copy_objects(messages)
        if taken := await self._next_of_others():
            raise BrokenArchiveError(f"{taken} was written by somebody else: one process at a time writes an archive")
        parts = list(segments.in_parts(messages, SEGMENT_BYTES_MAX)) or [[]]
        for number, part in enumerate(parts):
            end = last if number == len(parts) - 1 else part[-1].sequence
            segment = Segment(stream=STREAM, after=self._reached, last=end, previous=self.tip, messages=tuple(part))
            self._tip = await segments.write(self.vault, LOG_FOLDER, segment)
            self.done.segments += 1
            self.done.events += len(part)

    async def _next_of_others(self) -> SegmentName | None:
        found = await segments.names(self.vault, f"{LOG_FOLDER}{self._reached:012d}-")
        return found[0] if found else None

    async def _wait_for(self, up_to: int) -> None:
        deadline = time.monotonic() + OTHERS_SECONDS_MAX
        while self._reached < up_to:
            if following := await self._next_of_others():
                self._tip = following
            elif time.monotonic() > deadline:
                raise CommandError(
                    f"the archive reaches {self._reached}, the log {up_to}, and nobody writes: "
                    "is `results archive follow` running?"
                )
            else:
                await asyncio.sleep(1)

    async def copy_objects(self, messages: list[Message]) -> None:
        """Have everything in the archive that events name."""
        found: dict[str, Recorded] = {}
        for message in messages:
            event = recorded(message)
            found |= dict.fromkeys((key for _, key in named_by(event)), event)
        gate = asyncio.Semaphore(OBJECTS_AT_ONCE)

        async def one(key: str, event: Recorded) -> None:
            async with gate:
                if not await self.copy(key) and await self._still_stands(event):
                    self.done.missing.append(key)

        await asyncio.gather(*(one(key, event) for key, event in found.items()))

    async def copy(self, key: str) -> bool:
        """Have an object in the archive; False when no bucket holds the bytes that its key promises."""
        digest = digest_of(key)
        name = object_name(digest)
        if await self.vault.has(name):
            return True
        for zone in ZONES:
            try:
                async with spooled(self.platform.buckets.read(zone, key)) as (path, came):
                    if came == digest:
                        size = path.stat().st_size
                        await self.vault.put(name, path, digest)
                        self.done.objects += 1
                        self.done.object_bytes += size
                        return True
            except ObjectMissingError:
                continue
        return False

    async def copy_again(self) -> None:
        """What was missing may be there now."""
        self.done.missing = [key for key in self.done.missing if not await self.copy(key)]

    async def _still_stands(self, event: Recorded) -> bool:
        last = await Log(self.platform.connection).last_message(event.subject)
        return last is not None and last.sequence == event.sequence


def object_name(digest: str) -> str:
    """Where the bytes of a digest lie in an archive."""
    return f"{OBJECTS_FOLDER}{digest[:2]}/{digest}"


def recorded(message: Message) -> Recorded:
    """Return an archived event as the log gives it."""
    return Recorded(
        subject=message.subject,
        sequence=message.sequence,
        time=datetime.fromisoformat(message.time),
        headers=message.headers,
        data=message.data,
    )
