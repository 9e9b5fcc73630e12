"""Bytes on their way in: counted and digested while they arrive, in memory while they are few, else in a file."""

import asyncio
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from services.intake.domain.files import Content, too_large
from shared.storage.ports import ObjectStore

MEMORY_BYTES_MAX = 1 << 20


@dataclass(frozen=True, slots=True)
class FileSpools:
    """The folder where large files wait, and the largest size that is taken, in bytes."""

    folder: Path
    bytes_max: int

    def clear(self) -> None:
        """Remove what a process that was killed left behind."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self.folder.glob("*.spool"):
            left.unlink(missing_ok=True)

    def holding(self, data: bytes) -> "FileSpool":
        """Give a spool that holds these few bytes."""
        return FileSpool.of(data)

    @contextmanager
    def open(self) -> Iterator["FileSpool"]:
        """Give a spool that leaves nothing behind, whatever happens."""
        spool = FileSpool(self.folder / f"{secrets.token_hex(12)}.spool", self.bytes_max)
        try:
            yield spool
        finally:
            spool.discard()


class FileSpool:
    """One file that arrives. Nothing of it stays when it grows too large."""

    def __init__(self, path: Path, bytes_max: int) -> None:
        self.size = 0
        self._path = path
        self._bytes_max = bytes_max
        self._buffer = bytearray()
        self._digest = hashlib.sha256()
        self._file: BinaryIO | None = None

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Return a spool that holds these few bytes."""
        spool = cls(Path(), len(data))
        spool._buffer += data
        spool.size = len(data)
        return spool

    @property
    def is_large(self) -> bool:
        """Tell whether the bytes lie in a file."""
        return self._file is not None

    async def write(self, data: bytes) -> None:
        """Take more bytes; 413 `file-too-large` as soon as there are too many."""
        self.size += len(data)
        if self.size > self._bytes_max:
            self.discard()
            raise too_large(self._bytes_max)
        self._buffer += data
        if len(self._buffer) >= MEMORY_BYTES_MAX and self.size > MEMORY_BYTES_MAX:
            await self._flush()

    async def finish(self, name: str, declared_type: str | None) -> Content:
        """Return what was measured once the last byte has come."""
        if self._file:
            await self._flush()
            self._file.flush()
        else:
            self._digest = hashlib.sha256(self._buffer)
        return Content(name=name, size=self.size, sha256=self._digest.hexdigest(), declared_type=declared_type)

    async def put(self, store: ObjectStore, bucket: str, key: str, sha256: str) -> None:
        """Store the bytes; memory stays bounded, since a large file is sent from disk."""
        if self._file:
            await store.put_file(bucket, key, self._path, sha256=sha256)
        else:
            await store.put_bytes(bucket, key, bytes(self._buffer))

    def discard(self) -> None:
        """Forget the bytes."""
        self._buffer = bytearray()
        if self._file:
            self._file.close()
            self._file = None
            self._path.unlink(missing_ok=True)

    async def _flush(self) -> None:
        block, self._buffer = self._buffer, bytearray()
        await asyncio.to_thread(self._append, block)

    def _append(self, block: bytearray) -> None:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("xb")
        self._digest.update(block)
        self._file.write(block)
