"""Where answers to repeated requests are kept: a NATS key-value bucket, or memory for tests."""

from dataclasses import dataclass, field

from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError

from shared.http.idempotency import Entry, StaleEntryError
from shared.messaging.buckets import Bucket


@dataclass(slots=True)
class InMemoryAnswerStore:
    """For tests, and for nothing that has two replicas."""

    _entries: dict[str, tuple[Entry, int]] = field(default_factory=dict)
    _revision: int = 0

    async def read(self, key: str) -> tuple[Entry, int] | None:
        return self._entries.get(key)

    async def write(self, key: str, entry: Entry, revision: int) -> int:
        if self._entries.get(key, (None, 0))[1] != revision:
            raise StaleEntryError(key)
        self._revision += 1
        self._entries[key] = (entry, self._revision)
        return self._revision

    async def remove(self, key: str, revision: int) -> None:
        if self._entries.get(key, (None, 0))[1] != revision:
            raise StaleEntryError(key)
        del self._entries[key]


@dataclass(slots=True)
class KvAnswerStore:
    """A bucket that provisioning made (`idempotency-intake`, `idempotency-review`); its TTL forgets old answers.

    It outlasts a change of leader; TransientError when NATS stays away.
    """

    js: JetStreamContext
    bucket: str
    _kept: Bucket = field(init=False)

    def __post_init__(self) -> None:
        self._kept = Bucket(self.js, self.bucket, direct=True)

    async def read(self, key: str) -> tuple[Entry, int] | None:
        try:
            data, revision = await self._kept.get(key)
        except KeyNotFoundError:
            return None
        return Entry.decode(data or b"{}"), revision

    async def write(self, key: str, entry: Entry, revision: int) -> int:
        try:
            return await self._kept.write(key, entry.encode(), revision)
        except KeyWrongLastSequenceError as error:
            raise StaleEntryError(key) from error

    async def remove(self, key: str, revision: int) -> None:
        try:
            await self._kept.delete(key, revision)
        except KeyWrongLastSequenceError as error:
            raise StaleEntryError(key) from error
