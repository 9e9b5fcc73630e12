"""Back up a platform: the log as a growing chain, what changes under it as a set per run, and the bytes both name.

The log is written in sealed files, each object before the first file that names it, so what is in the archive is
complete as far as its last file. Nothing that is there is written again: a run that was broken off is gone on with.
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from local.ops import segments, streams
from local.ops.objects import ZONES, digest_of, named_by, people_key, spooled
from local.ops.platform import Platform
from local.ops.runs import Run, last_run, write_run
from local.ops.segments import NO_DIGEST, Message, Segment, SegmentName
from local.ops.vault import Vault
from shared.messaging.events import Recorded
from shared.messaging.log import STREAM, Log
from shared.storage.ports import ObjectMissingError
from shared.storage.zones import RECEIPTS

LOG_FOLDER = "log/"
OBJECTS_FOLDER = "objects/"
RECEIPTS_FOLDER = "receipts/"
SEGMENT_MESSAGES_MAX = 1_000
SEGMENT_BYTES_MAX = 8 << 20
OBJECTS_AT_ONCE = 12
PEOPLE_LOOKS = 5
# The inbox comes before the dead letters and both before the log, so that what is on its way stands somewhere.
# `uploads` and `progress` are about requests under way, which a restore ends.
WORK_STREAMS = ("UPSTREAM", "DEADLETTERS", "OUTCOMES", "KV_idempotency-intake", "KV_idempotency-review")
PEOPLE_STREAMS = ("KV_contacts", "KV_contacts-public")


@dataclass(slots=True, kw_only=True)
class Done:
    """What one run wrote. `missing` are keys that the log still names and no bucket holds: an alarm, not a detail."""

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
class Backup:
    """One archive of one platform."""

    platform: Platform
    vault: Vault
    done: Done = field(default_factory=Done)
    _tip: SegmentName | None = None

    async def run(self, *, keep: int) -> Done:
        """Write everything that is new, then what changes under the log; keep the sets of the last `keep` runs."""
        began = time.monotonic()
        before = await last_run(self.vault)
        await self.archive_log()
        await self._again(before.missing if before else ())
        names = await self._sets()
        await self._receipts()
        run = Run(
            number=before.number + 1 if before else 1,
            at=datetime.now(UTC),
            position=self.done.position,
            tip=self._tip.digest if self._tip else NO_DIGEST,
            previous=before.digest if before else NO_DIGEST,
            sets=names,
            missing=tuple(sorted(self.done.missing)),
        )
        await write_run(self.vault, run)
        await self._forget_sets(run.number - keep)
        self.done.seconds = time.monotonic() - began
        return self.done

    async def archive_log(self) -> Done:
        """Append what the log has since the last file. Cheap when there is nothing: good for every few seconds."""
        found = await segments.names(self.vault, LOG_FOLDER)
        self._tip = found[-1] if found else None
        after = self._tip.last if self._tip else 0
        up_to = await streams.last_sequence(self.platform.connection, STREAM)
        if up_to < after:
            raise segments.BrokenArchiveError(
                f"the archive reaches {after}, the log {up_to}: it is another platform's, or one restored from less"
            )
        await self._same_log()
        waiting: list[Message] = []
        async for batch in streams.messages(self.platform.connection, STREAM, after, up_to):
            waiting += batch
            if len(waiting) >= SEGMENT_MESSAGES_MAX:
                after = await self._seal(waiting, after, waiting[-1].sequence)
                waiting = []
        if up_to > after:
            await self._seal(waiting, after, up_to)
        self.done.position = up_to
        return self.done

    async def _same_log(self) -> None:
        """Two platforms in one archive would make a chain that is nobody's."""
        if self._tip is None:
            return
        kept = (await segments.read(self.vault, self._tip)).messages
        if not kept:
            return
        async for batch in streams.messages(self.platform.connection, STREAM, kept[-1].sequence - 1, kept[-1].sequence):
            if batch and (batch[0].subject, batch[0].data) != (kept[-1].subject, kept[-1].data):
                raise segments.BrokenArchiveError(
                    f"the log has another message at {kept[-1].sequence}: another platform's"
                )

    async def _seal(self, messages: list[Message], after: int, last: int) -> int:
        await self._objects_of(messages)
        parts = list(segments.in_parts(messages, SEGMENT_BYTES_MAX)) or [[]]
        for number, part in enumerate(parts):
            end = last if number == len(parts) - 1 else part[-1].sequence
            digest = self._tip.digest if self._tip else NO_DIGEST
            segment = Segment(stream=STREAM, after=after, last=end, previous=digest, messages=tuple(part))
            self._tip = await segments.write(self.vault, LOG_FOLDER, segment)
            after = end
            self.done.segments += 1
            self.done.events += len(part)
        return last

    async def _objects_of(self, messages: list[Message]) -> None:
        found: dict[str, Recorded] = {}
        for message in messages:
            event = recorded(message)
            found |= dict.fromkeys((key for _, key in named_by(event)), event)
        gate = asyncio.Semaphore(OBJECTS_AT_ONCE)

        async def one(key: str, event: Recorded) -> None:
            async with gate:
                if not await self._copy(key) and await self._still_stands(event):
                    self.done.missing.append(key)

        await asyncio.gather(*(one(key, event) for key, event in found.items()))

    async def _copy(self, key: str) -> bool:
        """Have an object in the archive; False when no bucket holds the bytes that its key promises."""
        digest = digest_of(key)
        name = f"{OBJECTS_FOLDER}{digest[:2]}/{digest}"
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

    async def _still_stands(self, event: Recorded) -> bool:
        last = await Log(self.platform.connection).last_message(event.subject)
        return last is not None and last.sequence == event.sequence

    async def _again(self, keys: tuple[str, ...]) -> None:
        """What the last run missed may be there now."""
        for key in keys:
            if not await self._copy(key):
                self.done.missing.append(key)

    async def _sets(self) -> dict[str, tuple[str, ...]]:
        """Write the streams that change: work first, people last, and the log again until it names nobody they lack."""
        folder = f"sets/{datetime.now(UTC):%Y%m%dT%H%M%S%f}/"
        names = {stream: await self._set(folder, stream) for stream in WORK_STREAMS}
        for _ in range(PEOPLE_LOOKS):
            keys: set[str] = set()
            names |= {stream: await self._set(folder, stream, keys) for stream in PEOPLE_STREAMS}
            before = self.done.position
            await self.archive_log()
            if not await self._people_named_after(before) - keys:
                break
        return names

    async def _people_named_after(self, after: int) -> set[str]:
        found: set[str | None] = set()
        async for batch in streams.messages(self.platform.connection, STREAM, after, self.done.position):
            found |= {people_key(recorded(message)) for message in batch}
        return {key for key in found if key}

    async def _set(self, folder: str, stream: str, keys: set[str] | None = None) -> tuple[str, ...]:
        written: list[SegmentName] = []
        digest, after = NO_DIGEST, 0
        up_to = await streams.last_sequence(self.platform.connection, stream)
        async for part in _parts(streams.messages(self.platform.connection, stream, 0, up_to)):
            live = tuple(one for one in part if "KV-Operation" not in one.headers)
            segment = Segment(stream=stream, after=after, last=part[-1].sequence, previous=digest, messages=live)
            written.append(await segments.write(self.vault, f"{folder}{stream}/", segment))
            digest, after = written[-1].digest, part[-1].sequence
            self.done.set_messages += len(live)
            if keys is not None:
                keys |= {one.subject.split(".", 2)[2] for one in live}
        return tuple(map(str, written))

    async def _receipts(self) -> None:
        kept = {name async for name in self.vault.names(RECEIPTS_FOLDER)}
        async for one in self.platform.buckets.list(RECEIPTS):
            name = RECEIPTS_FOLDER + one.key
            if name not in kept:
                async with spooled(self.platform.buckets.read(RECEIPTS, one.key)) as (path, digest):
                    await self.vault.put(name, path, digest)
                self.done.receipts += 1

    async def _forget_sets(self, up_to_run: int) -> None:
        """Remove the sets of old runs, and of runs that were broken off: they hold people."""
        keep: set[str] = set()
        async for name in self.vault.names("runs/"):
            run = await Run.read(self.vault, name)
            if run.number > up_to_run:
                keep |= set(itertools.chain(*run.sets.values()))
        for name in [name async for name in self.vault.names("sets/") if name not in keep]:
            await self.vault.delete(name)


async def _parts(batches: AsyncIterator[list[Message]]) -> AsyncIterator[list[Message]]:
    """Gather batches into parts of a good size for one file."""
    waiting: list[Message] = []
    size = 0
    async for batch in batches:
        waiting += batch
        size += sum(len(one.data) + 500 for one in batch)
        if len(waiting) >= SEGMENT_MESSAGES_MAX or size >= SEGMENT_BYTES_MAX:
            yield waiting
            waiting, size = [], 0
    if waiting:
        yield waiting


def recorded(message: Message) -> Recorded:
    """Return an archived event as the log gives it."""
    return Recorded(
        subject=message.subject,
        sequence=message.sequence,
        time=datetime.fromisoformat(message.time),
        headers=message.headers,
        data=message.data,
    )
