"""What services need of an object store, and how it fails."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from shared.errors import PermanentError, TransientError

CHUNK_BYTES = 1024 * 1024


class ObjectMissingError(PermanentError):
    """There is no such object (or upload)."""

    code = "object-missing"


class ObjectCorruptError(PermanentError):
    """The store refused the bytes: they do not have the announced digest."""

    code = "object-corrupt"


class RangeOutsideError(PermanentError):
    """The wanted range begins behind the end of the object."""

    code = "range-not-satisfiable"


class StoreRefusedError(PermanentError):
    """The store will never accept this request. The message holds its own code."""

    code = "object-store-refused"


class StoreAwayError(TransientError):
    """The store does not answer, or not for this key: rights can be mended, so the work is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """What the store knows of an object. `size` in bytes."""

    key: str
    size: int
    etag: str | None = None
    modified: datetime | None = None
    content_type: str | None = None


class UploadedPart(NamedTuple):
    """One part of a multipart upload, as `complete_upload` wants it back. Numbers count from 1."""

    number: int
    etag: str


class ObjectStore(Protocol):
    """Objects by bucket and key. All calls raise StoreAwayError while the store is away."""

    async def put_file(
        self, bucket: str, key: str, path: Path, *, sha256: str, content_type: str = "application/octet-stream"
    ) -> None:
        """Store a file; the store itself compares the digest (64 hex digits). Raises ObjectCorruptError."""
        ...

    async def put_bytes(
        self, bucket: str, key: str, data: bytes, *, content_type: str = "application/octet-stream"
    ) -> None: ...

    def read(self, bucket: str, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """Stream an object, or `length` bytes from `start`, in chunks of at most CHUNK_BYTES.

        Raises ObjectMissingError, RangeOutsideError. A stream that breaks off raises StoreAwayError.
        """
        ...

    async def stat(self, bucket: str, key: str) -> StoredObject:
        """Raises ObjectMissingError."""
        ...

    async def delete(self, bucket: str, key: str) -> None:
        """Succeeds whether or not the object is there."""
        ...

    def list(self, bucket: str, prefix: str = "") -> AsyncIterator[StoredObject]:
        """Every object under the prefix, in the order of keys."""
        ...

    async def create_upload(self, bucket: str, key: str, *, content_type: str = "application/octet-stream") -> str:
        """Begin a multipart upload and return its id."""
        ...

    async def upload_part(self, bucket: str, key: str, upload_id: str, number: int, data: bytes) -> UploadedPart:
        """Store one part, of at least 5 MiB unless it is the last. Raises ObjectMissingError for an unknown upload."""
        ...

    async def complete_upload(self, bucket: str, key: str, upload_id: str, parts: Sequence[UploadedPart]) -> None: ...

    async def abort_upload(self, bucket: str, key: str, upload_id: str) -> None: ...

    async def compose(self, bucket: str, key: str, source_keys: Sequence[str]) -> None:
        """Join objects of the same bucket, each of at least 5 MiB but the last, without moving their bytes here."""
        ...

    async def check(self, bucket: str) -> str | None:
        """Readiness: the store answers and knows our key. Raises NotReadyError."""
        ...
