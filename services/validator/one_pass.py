"""One read of an object feeds its digest, the virus scanner, a spool file and the copy for the clean zone at once.

Bytes travel at the speed of the slowest of scanner and disk; the copy follows from the spool file in parts and is
completed only when the file passed. The spool is the same file that the parsers read.
"""

import asyncio
import contextlib
import hashlib
import itertools
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from services.validator.adapters.clamav import Session
from services.validator.content import Content
from shared.errors import TransientError
from shared.storage.ports import ObjectStore, StoreAwayError, UploadedPart
from shared.storage.zones import CLEAN, INCOMING

PART_BYTES = 5 * 1024 * 1024
PARTS_AT_ONCE = 2
COPY_AHEAD_FROM_BYTES = 2 * PART_BYTES
SPOOL_FULL_DELAY_SECONDS_MAX = 10.0


@dataclass(slots=True)
class Spool:
    """The file on local disk and how far it is written."""

    path: Path
    size: int = 0
    sha256: str = ""
    is_whole: bool = False
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def grew(self, size: int) -> None:
        """Note that so many bytes more can be read."""
        self.size += size
        self._more.set()

    def end(self, sha256: str) -> None:
        """Note that nothing more comes."""
        self.sha256, self.is_whole = sha256, True
        self._more.set()

    async def reached(self, size: int) -> None:
        """Wait until so many bytes are there, or all are."""
        while self.size < size and not self.is_whole:
            self._more.clear()
            await self._more.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePass:
    """Brings an object here. `folder` is emptied at start: what lies there belongs to nobody."""

    store: ObjectStore
    folder: Path

    def prepare(self) -> None:
        """Make the folder, and remove what an earlier process left in it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self.folder.iterdir():
            left.unlink()

    @contextlib.asynccontextmanager
    async def spool(self) -> AsyncIterator[Spool]:
        """Give a spool file and remove it in the end. Raises `TransientError` when the disk is full."""
        spool = Spool(self.folder.resolve() / secrets.token_hex(12))
        try:
            yield spool
        except OSError as error:
            raise TransientError(
                f"the spool cannot be written: {error.strerror}", delay_seconds_max=SPOOL_FULL_DELAY_SECONDS_MAX
            ) from error
        finally:
            spool.path.unlink(missing_ok=True)

    async def receive(self, content: Content, spool: Spool, session: Session) -> bool:
        """Read the object once; say whether size and digest are those of the event. Raises `StoreAwayError`."""
        digest = hashlib.sha256()
        with await asyncio.to_thread(_created, spool.path) as file:
            async for chunk in self.store.read(INCOMING, content.object_key):
                digest.update(chunk)
                _write(file, chunk)
                spool.grew(len(chunk))
                if spool.size > content.size:
                    break
                await session.send(chunk)
        spool.end(digest.hexdigest())
        return (spool.size, spool.sha256) == (content.size, content.sha256)

    @contextlib.asynccontextmanager
    async def copy(self, content: Content, spool: Spool) -> AsyncIterator["Copy"]:
        """Begin the copy into the clean zone; what is not completed leaves nothing behind."""
        copy = Copy(store=self.store, content=content, spool=spool)
        try:
            yield copy
        finally:
            await copy.give_up()


def _created(path: Path) -> BinaryIO:
    return open(path, "xb", buffering=0, opener=lambda name, flags: os.open(name, flags, 0o600))


def _write(file: BinaryIO, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]


@dataclass(slots=True, kw_only=True)
class Copy:
    """The copy of one file. Large ones travel in parts while they are still being scanned."""

    store: ObjectStore
    content: Content
    spool: Spool
    _parts: "asyncio.Task[list[UploadedPart]] | None" = None
    _upload_id: str = ""

    async def begin(self) -> None:
        """Send parts from now on, as they arrive; a small file waits for `complete`."""
        if self.content.size >= COPY_AHEAD_FROM_BYTES:
            self._upload_id = await self.store.create_upload(CLEAN, self.content.object_key)
            self._parts = asyncio.create_task(self._send())

    async def complete(self) -> None:
        """Make the object appear. Raises `StoreAwayError`."""
        if self._parts is None:
            await self.store.put_file(CLEAN, self.content.object_key, self.spool.path, sha256=self.content.sha256)
            return
        parts = await self._parts
        await self.store.complete_upload(CLEAN, self.content.object_key, self._upload_id, parts)
        self._upload_id = ""

    async def give_up(self) -> None:
        """Stop sending and drop the parts, unless the object has appeared."""
        if self._parts is not None and not self._parts.done():
            self._parts.cancel()
            await asyncio.wait([self._parts])
        if self._parts is not None and not self._parts.cancelled():
            self._parts.exception()
        if self._upload_id:
            with contextlib.suppress(StoreAwayError):
                await self.store.abort_upload(CLEAN, self.content.object_key, self._upload_id)

    async def _send(self) -> list[UploadedPart]:
        """Two parts at a time: the store, too, has more than one core."""
        offsets = enumerate(range(0, self.content.size, PART_BYTES), start=1)
        senders = [asyncio.create_task(self._send_some(offsets)) for _ in range(PARTS_AT_ONCE)]
        try:
            sent = await asyncio.gather(*senders)
        finally:
            for sender in senders:
                sender.cancel()
        return sorted(itertools.chain(*sent), key=lambda part: part.number)

    async def _send_some(self, offsets: Iterator[tuple[int, int]]) -> list[UploadedPart]:
        sent: list[UploadedPart] = []
        for number, at in offsets:
            await self.spool.reached(at + PART_BYTES)
            piece = await asyncio.to_thread(_piece, self.spool.path, at)
            if not piece:
                break
            key = self.content.object_key
            sent.append(await self.store.upload_part(CLEAN, key, self._upload_id, number, piece))
        return sent


def _piece(path: Path, at: int) -> bytes:
    with open(path, "rb") as file:
        file.seek(at)
        return file.read(PART_BYTES)
