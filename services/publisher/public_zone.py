"""The public zone: bytes come in from the clean zone and are measured on the way, before and after."""

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO

import structlog

from services.publisher.deeds import Copy
from shared.errors import PermanentError, TransientError
from shared.storage.ports import ObjectMissingError, ObjectStore
from shared.storage.zones import CLEAN, PUBLIC

SPOOLED = "copy-"

_logger = structlog.get_logger(__name__)


class OtherBytesError(PermanentError):
    """The clean zone holds other bytes under this key than the agency approved: nothing is published."""

    code = "bytes-differ-from-approved"


class CopyNotVerifiedError(TransientError):
    """What the public zone holds after the copy is not what was sent; the copy is removed and made again."""


@dataclass(slots=True)
class PublicZone:
    """`spool` is a folder for files on their way; each is at most as large as an upload may be."""

    store: ObjectStore
    spool: Path
    copies_max: int = 4
    _slots: asyncio.Semaphore = field(init=False)
    _locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.copies_max)

    def prepare(self) -> None:
        """Make the spool, and remove what a killed process left there."""
        self.spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self.spool.glob(f"{SPOOLED}*"):
            left.unlink(missing_ok=True)

    async def put(self, copy: Copy) -> None:
        """Make sure that these very bytes stand in the public zone. Raises OtherBytesError when `clean` has others."""
        try:
            async with self._locks[copy.key], self._slots:
                if not await self._holds(copy):
                    await self._copy(copy)
        finally:
            if not self._locks[copy.key].locked():
                self._locks.pop(copy.key)

    async def ensure(self, copy: Copy) -> None:
        """Copy again what is named by the log and yet not there: a slow removal may have met a new publication."""
        try:
            await self.store.stat(PUBLIC, copy.key)
        except ObjectMissingError:
            _logger.warning("public_object_restored", key=copy.key)
            await self.put(copy)

    async def remove(self, key: str) -> None:
        await self.store.delete(PUBLIC, key)

    def read(self, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Stream an object or a part of it. Raises ObjectMissingError."""
        return self.store.read(PUBLIC, key, start=start, length=length)

    async def _copy(self, copy: Copy) -> None:
        with tempfile.NamedTemporaryFile(dir=self.spool, prefix=SPOOLED) as file:
            size = await self._spooled(copy, file)
            await self.store.put_file(
                PUBLIC, copy.key, Path(file.name), sha256=copy.sha256, content_type=copy.content_type
            )
        if not await self._holds(copy):
            await self.remove(copy.key)
            raise CopyNotVerifiedError(f"the copy of {copy.key} is not what was sent")
        _logger.info("copied_to_public", key=copy.key, size=size)

    async def _spooled(self, copy: Copy, file: IO[bytes]) -> int:
        """Fetch into a file; raise unless size and digest are the approved ones."""
        digest, size = sha256(), 0
        try:
            async for chunk in self.store.read(CLEAN, copy.key):
                size += len(chunk)
                if copy.size is not None and size > copy.size:
                    break
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
        except ObjectMissingError as error:
            raise TransientError(f"the clean zone does not hold {copy.key} yet") from error
        await asyncio.to_thread(file.flush)
        if digest.hexdigest() != copy.sha256 or (copy.size is not None and size != copy.size):
            raise OtherBytesError(f"the clean zone holds other bytes under {copy.key} than were approved")
        return size

    async def _holds(self, copy: Copy) -> bool:
        """Read back and compare: the store's own word is not taken for it."""
        digest = sha256()
        try:
            async for chunk in self.store.read(PUBLIC, copy.key):
                digest.update(chunk)
        except ObjectMissingError:
            return False
        return digest.hexdigest() == copy.sha256
