"""Where an archive lies: a folder, or a prefix of a bucket. Names are written once, whole or not at all."""

import asyncio
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from local.terminal import CommandError
from shared.settings import S3Settings
from shared.storage.ports import CHUNK_BYTES, ObjectMissingError, ObjectStore
from shared.storage.s3 import S3ObjectStore

SCHEME = "s3://"


class Vault(Protocol):
    """Bytes by name. What stands under a name is never changed."""

    async def put(self, name: str, path: Path, sha256: str) -> None:
        """Take over a file of this digest; the file is gone or may be deleted afterwards."""
        ...

    def read(self, name: str) -> AsyncIterator[bytes]:
        """Stream what stands under a name. Raises ObjectMissingError."""
        ...

    def names(self, prefix: str) -> AsyncIterator[str]:
        """Every name that begins so, in order."""
        ...

    async def has(self, name: str) -> bool: ...

    async def delete(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class FolderVault:
    """A folder. A file appears under its name when all of it is on disk."""

    folder: Path

    async def put(self, name: str, path: Path, sha256: str) -> None:
        await asyncio.to_thread(self._take, name, path)

    def _take(self, name: str, path: Path) -> None:
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
        try:
            shutil.copyfile(path, beside)
            with beside.open("rb") as file:
                os.fsync(file.fileno())
            beside.replace(target)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    async def read(self, name: str) -> AsyncIterator[bytes]:
        try:
            file = await asyncio.to_thread((self.folder / name).open, "rb")
        except FileNotFoundError:
            raise ObjectMissingError(f"no {name} in {self.folder}") from None
        with file:
            while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                yield chunk

    async def names(self, prefix: str) -> AsyncIterator[str]:
        for name in await asyncio.to_thread(lambda: sorted(self._names(prefix))):
            yield name

    def _names(self, prefix: str) -> Iterator[str]:
        folder, begin = prefix.rpartition("/")[::2]
        for path in (self.folder / folder).rglob(f"{begin}*" if begin else "*"):
            name = path.relative_to(self.folder).as_posix()
            if path.is_file() and not path.name.startswith(".") and name.startswith(prefix):
                yield name

    async def has(self, name: str) -> bool:
        return await asyncio.to_thread((self.folder / name).is_file)

    async def delete(self, name: str) -> None:
        await asyncio.to_thread((self.folder / name).unlink, True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class BucketVault:
    """A prefix of a bucket, of any S3."""

    store: ObjectStore
    bucket: str
    prefix: str

    async def put(self, name: str, path: Path, sha256: str) -> None:
        await self.store.put_file(self.bucket, self.prefix + name, path, sha256=sha256)

    def read(self, name: str) -> AsyncIterator[bytes]:
        return self.store.read(self.bucket, self.prefix + name)

    async def names(self, prefix: str) -> AsyncIterator[str]:
        async for one in self.store.list(self.bucket, self.prefix + prefix):
            yield one.key.removeprefix(self.prefix)

    async def has(self, name: str) -> bool:
        try:
            await self.store.stat(self.bucket, self.prefix + name)
        except ObjectMissingError:
            return False
        return True

    async def delete(self, name: str) -> None:
        await self.store.delete(self.bucket, self.prefix + name)


@asynccontextmanager
async def opened(where: str, settings: S3Settings | None) -> AsyncIterator[Vault]:
    """Open the archive at a folder or `s3://bucket/prefix`; `settings` are the keys of the latter."""
    if not where.startswith(SCHEME):
        yield FolderVault(Path(where))
        return
    bucket, _, prefix = where.removeprefix(SCHEME).partition("/")
    if not bucket:
        raise CommandError(f"{where}: name the bucket, as in s3://bucket/prefix")
    if settings is None:
        raise CommandError(f"{where}: no keys; set RESULTS_ARCHIVE_S3_ENDPOINT, _ACCESS_KEY and _SECRET_KEY")
    store = S3ObjectStore(settings)
    try:
        yield BucketVault(store, bucket, f"{prefix.rstrip('/')}/" if prefix else "")
    finally:
        store.close()


async def put_bytes(vault: Vault, name: str, data: bytes) -> None:
    """Store something small."""
    with TemporaryDirectory(prefix="results-archive-") as folder:
        path = Path(folder) / "part"
        await asyncio.to_thread(path.write_bytes, data)
        await vault.put(name, path, hashlib.sha256(data).hexdigest())


async def read_bytes(vault: Vault, name: str) -> bytes:
    """Read something small."""
    return b"".join([chunk async for chunk in vault.read(name)])
