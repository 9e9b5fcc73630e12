"""An object store in memory, as far as serving the public needs one."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.storage.ports import ObjectMissingError, StoredObject, UploadedPart


@dataclass(slots=True)
class InMemoryStore:
    objects: dict[tuple[str, str], bytes] = field(default_factory=dict)

    async def put_file(
        self, bucket: str, key: str, path: Path, *, sha256: str, content_type: str = "application/octet-stream"
    ) -> None:
        raise NotImplementedError

    async def put_bytes(
        self, bucket: str, key: str, data: bytes, *, content_type: str = "application/octet-stream"
    ) -> None:
        self.objects[bucket, key] = data

    async def read(self, bucket: str, key: str, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        if (bucket, key) not in self.objects:
            raise ObjectMissingError(key)
        yield self.objects[bucket, key][start : None if length is None else start + length]

    async def stat(self, bucket: str, key: str) -> StoredObject:
        if (bucket, key) not in self.objects:
            raise ObjectMissingError(key)
        return StoredObject(key=key, size=len(self.objects[bucket, key]))

    async def delete(self, bucket: str, key: str) -> None:
        self.objects.pop((bucket, key), None)

    async def list(self, bucket: str, prefix: str = "") -> AsyncIterator[StoredObject]:
        for (where, key), data in sorted(self.objects.items()):
            if where == bucket and key.startswith(prefix):
                yield StoredObject(key=key, size=len(data))

    async def create_upload(self, bucket: str, key: str, *, content_type: str = "application/octet-stream") -> str:
        raise NotImplementedError

    async def upload_part(self, bucket: str, key: str, upload_id: str, number: int, data: bytes) -> UploadedPart:
        raise NotImplementedError

    async def complete_upload(self, bucket: str, key: str, upload_id: str, parts: Sequence[UploadedPart]) -> None:
        raise NotImplementedError

    async def abort_upload(self, bucket: str, key: str, upload_id: str) -> None:
        raise NotImplementedError

    async def compose(self, bucket: str, key: str, source_keys: Sequence[str]) -> None:
        raise NotImplementedError

    async def check(self, bucket: str) -> str | None:
        return None
