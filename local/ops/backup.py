"""Back up a platform: the log as a growing chain, what changes under it as a set per run, and the bytes both name.

The log is written in sealed files, each object before the first file that names it, so what is in the archive is
complete as far as its last file. Nothing that is there is written again: a run that was broken off is gone on with.
"""

import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from local.ops import segments, streams
from local.ops.log_archive import SEGMENT_BYTES_MAX, SEGMENT_MESSAGES_MAX, Done, LogArchive, recorded
from local.ops.objects import people_key, spooled
from local.ops.platform import Platform
from local.ops.runs import Run, last_run, write_run
from local.ops.segments import NO_DIGEST, Message, Segment, SegmentName
from local.ops.vault import Vault
from shared.messaging.log import STREAM
from shared.storage.zones import RECEIPTS

RECEIPTS_FOLDER = "receipts/"
PEOPLE_LOOKS = 5
# The inbox comes before the dead letters and both before the log, so that what is on its way stands somewhere.
# `uploads` and `progress` are about requests under way, which a restore ends; `rescans` begins anew.
WORK_STREAMS = ("UPSTREAM", "DEADLETTERS", "OUTCOMES", "KV_idempotency-intake", "KV_idempotency-review")
PEOPLE_STREAMS = ("KV_contacts", "KV_contacts-public")


@dataclass(slots=True)
class Backup:
    """One run into one archive. `log` is the chain under it: written by the run, or by somebody else meanwhile."""

    log: LogArchive

    @property
    def platform(self) -> Platform:
        return self.log.platform

    @property
    def vault(self) -> Vault:
        return self.log.vault

    @property
    def done(self) -> Done:
        return self.log.done

    async def run(self, *, keep: int) -> Done:
        """Write everything that is new, then what changes under the log; keep the sets of the last `keep` runs."""
        began = time.monotonic()
        before = await last_run(self.vault)
        await self.log.advance()
        await self._look_again(before)
        names = await self._sets()
        await self._receipts()
        run = Run(
            number=before.number + 1 if before else 1,
            at=datetime.now(UTC),
            position=self.done.position,
            tip=self.log.tip,
            previous=before.digest if before else NO_DIGEST,
            sets=names,
            missing=tuple(sorted(self.done.missing)),
        )
        await write_run(self.vault, run)
        await self._forget_sets(run.number - keep)
        self.done.seconds = time.monotonic() - began
        return self.done

    async def _look_again(self, before: Run | None) -> None:
        """What was missing may be there now; what somebody else left out is found by going through their files."""
        self.done.missing = sorted({*self.done.missing, *(before.missing if before else ())})
        if self.log.is_written_by_others:
            after = before.position if before else 0
            async for batch in streams.messages(self.platform.connection, STREAM, after, self.done.position):
                await self.log.copy_objects(batch)
        await self.log.copy_again()

    async def _sets(self) -> dict[str, tuple[str, ...]]:
        """Write the streams that change: work first, people last, and the log again until it names nobody they lack."""
        folder = f"sets/{datetime.now(UTC):%Y%m%dT%H%M%S%f}/"
        names = {stream: await self._set(folder, stream) for stream in WORK_STREAMS}
        for _ in range(PEOPLE_LOOKS):
            keys: set[str] = set()
            names |= {stream: await self._set(folder, stream, keys) for stream in PEOPLE_STREAMS}
            before = self.done.position
            await self.log.advance()
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
            run = await Run.opened(self.vault, name)
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
