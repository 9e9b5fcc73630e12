"""Put a platform back from an archive: the same events at the same sequences, then people, work and bytes.

Sequences are facts: approvals, manifests and publications name them. So the log is filled in order, each message on
condition that it gets its own sequence; where one was deleted, a filler takes its place and is deleted too. Nothing
else may write meanwhile: the services must be stopped, and the first message of somebody else ends the restore.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from local.ops import receipts, segments, streams
from local.ops.backup import PEOPLE_STREAMS, RECEIPTS_FOLDER, WORK_STREAMS
from local.ops.log_archive import LOG_FOLDER, object_name, recorded
from local.ops.log_writer import ANSWER_SECONDS, LogWriter, without_transport
from local.ops.objects import ZONES, Inventory, digest_of, spooled
from local.ops.platform import Platform
from local.ops.receipts import PutBack
from local.ops.runs import Run, runs
from local.ops.segments import BrokenArchiveError, Message, SegmentName
from local.ops.vault import Vault
from local.terminal import CommandError
from shared.messaging.log import STREAM
from shared.messaging.streams import WORK
from shared.messaging.upgrade import provision
from shared.storage.ports import ObjectMissingError
from shared.storage.zones import RECEIPTS

OBJECTS_AT_ONCE = 12


@dataclass(slots=True, kw_only=True)
class Restored:
    """What was put back. `missing`: keys that the log names and the archive lacks. Of acknowledged submissions and
    decisions that are newer than the archive, `put_back` are in the log again, `receipts_after` need a person."""

    position: int = 0
    events: int = 0
    deleted: int = 0
    set_messages: int = 0
    objects: int = 0
    receipts: int = 0
    missing: list[str] = field(default_factory=list)
    put_back: list[str] = field(default_factory=list)
    receipts_after: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Restore:
    """One archive into one platform that is empty, or on which the same restore was broken off."""

    platform: Platform
    vault: Vault
    done: Restored = field(default_factory=Restored)
    _inventory: Inventory = field(default_factory=Inventory)

    async def run(self, *, to_sequence: int | None, replicas: int) -> Restored:
        """Restore up to a sequence, or everything. CommandError when the platform is in use or holds something else."""
        found = await segments.names(self.vault, LOG_FOLDER)
        if not found:
            raise CommandError("there is no backup in this archive")
        newest = found[-1].last
        position = newest if to_sequence is None else to_sequence
        if position > newest:
            raise CommandError(f"the archive reaches sequence {newest}, not {position}")
        await provision(self.platform.connection.js, replicas=replicas)
        await self._require_quiet()
        writer = await self._log(found, position, is_whole=to_sequence is None)
        await self._sets(await _run_of(self.vault, position), is_whole=position == newest)
        await self._objects()
        await self._receipts()
        await self._receipts_after(position, writer if to_sequence is None else None)
        return self.done

    async def _require_quiet(self) -> None:
        for one in WORK:
            info = await self.platform.connection.js.consumer_info(one.stream, one.durable)
            if info.num_waiting:
                raise CommandError(f"{one.service} is running: stop the services before a restore")

    async def _log(self, found: Sequence[SegmentName], position: int, *, is_whole: bool) -> LogWriter:
        stands = await streams.last_sequence(self.platform.connection, STREAM)
        if stands > position and not (is_whole and await receipts.are_all_after(self.platform, position)):
            raise CommandError(f"the log holds {stands} events already: restore into a fresh platform")
        writer = LogWriter(self.platform.connection, stands)
        last: Message | None = None
        async for segment in segments.chain(self.vault, [one for one in found if one.after < position]):
            for message in segment.messages:
                if message.sequence > position:
                    break
                self._inventory.take(recorded(message))
                await writer.put(message)
                last = message
            await writer.skip_to(min(segment.last, position))
        await writer.finish()
        await self._same(last)
        self.done.position, self.done.events, self.done.deleted = position, writer.written, writer.gaps
        return writer

    async def _same(self, last: Message | None) -> None:
        """What stood there before must be the beginning of this very log."""
        if last is None:
            return
        async for batch in streams.messages(self.platform.connection, STREAM, last.sequence - 1, last.sequence):
            if [(one.subject, one.data) for one in batch] == [(last.subject, last.data)]:
                return
        raise CommandError(
            f"the log has another message at {last.sequence} than the archive: restore into a fresh platform"
        )

    async def _sets(self, run: Run | None, *, is_whole: bool) -> None:
        """People always; answers and work under way only with the whole log, they may rest on its last event."""
        if run is None:
            return
        for stream in (*PEOPLE_STREAMS, *(WORK_STREAMS if is_whole else ())):
            await self.platform.connection.js.purge_stream(stream)
            async for segment in segments.chain(self.vault, [SegmentName.parse(one) for one in run.sets[stream]]):
                for message in segment.messages:
                    await self.platform.connection.js.publish(
                        message.subject, message.data, headers=without_transport(message), timeout=ANSWER_SECONDS
                    )
                    self.done.set_messages += 1

    async def _objects(self) -> None:
        gate = asyncio.Semaphore(OBJECTS_AT_ONCE)

        async def one(zone: str, key: str) -> None:
            async with gate:
                await self._object(zone, key)

        for zone in ZONES:
            await asyncio.gather(*(one(zone, key) for key in sorted(self._inventory.keys(zone))))

    async def _object(self, zone: str, key: str) -> None:
        if await self._lies_there(zone, key):
            return
        digest = digest_of(key)
        try:
            async with spooled(self.vault.read(object_name(digest))) as (path, came):
                if came != digest:
                    raise BrokenArchiveError(f"the archive holds other bytes for {digest}")
                await self.platform.buckets.put_file(zone, key, path, sha256=digest)
                self.done.objects += 1
        except ObjectMissingError:
            self.done.missing.append(f"{zone}/{key}")

    async def _lies_there(self, bucket: str, key: str) -> bool:
        try:
            await self.platform.buckets.stat(bucket, key)
        except ObjectMissingError:
            return False
        return True

    async def _receipts(self) -> None:
        async for name in self.vault.names(RECEIPTS_FOLDER):
            key = name.removeprefix(RECEIPTS_FOLDER)
            if not await self._lies_there(RECEIPTS, key):
                async with spooled(self.vault.read(name)) as (path, digest):
                    await self.platform.buckets.put_file(RECEIPTS, key, path, sha256=digest)
                self.done.receipts += 1

    async def _receipts_after(self, position: int, writer: LogWriter | None) -> None:
        """Put back what still fits; to a point in time nothing, since what came after it was not wanted."""
        keys = await receipts.newer_than(self.platform, position)
        if writer is None:
            self.done.receipts_after = keys
            return
        put = PutBack(self.platform, writer)
        await put.run(keys, position)
        self.done.put_back, self.done.receipts_after = put.done, put.refused


async def _run_of(vault: Vault, position: int) -> Run | None:
    """The first run that reached so far and whose sets are still kept, else the newest one that has them."""
    kept = [run for run in await runs(vault) if await _has_sets(vault, run)]
    return next((run for run in kept if run.position >= position), kept[-1] if kept else None)


async def _has_sets(vault: Vault, run: Run) -> bool:
    return all([await vault.has(name) for names in run.sets.values() for name in names[:1]])
