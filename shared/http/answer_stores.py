"""Where answers to repeated requests are kept: a NATS key-value bucket, or memory for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import APIError, KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from shared.errors import TransientError
from shared.http.idempotency import Entry, StaleEntryError
from shared.messaging.log import WRONG_LAST_SEQUENCE


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

    The bucket's handle is made here, not by `js.key_value`, which would need to reach the server at start.
    """

    js: JetStreamContext
    bucket: str
    _kv: KeyValue = field(init=False)

    def __post_init__(self) -> None:
        self._kv = KeyValue(
            name=self.bucket, stream=f"KV_{self.bucket}", pre=f"$KV.{self.bucket}.", js=self.js, direct=True
        )

    async def read(self, key: str) -> tuple[Entry, int] | None:
        with _away_is_transient():
            try:
                found = await self._kv.get(key)
            except KeyNotFoundError:
                return None
        assert found.revision is not None
        return Entry.decode(found.value or b"{}"), found.revision

    async def write(self, key: str, entry: Entry, revision: int) -> int:
        with _away_is_transient():
            try:
                if revision == 0:
                    return await self._kv.create(key, entry.encode())
                return await self._kv.update(key, entry.encode(), last=revision)
            except (KeyWrongLastSequenceError, KeyNotFoundError) as error:
                raise StaleEntryError(key) from error

    async def remove(self, key: str, revision: int) -> None:
        with _away_is_transient():
            try:
                await self._kv.delete(key, last=revision)
            except APIError as error:
                if error.err_code in WRONG_LAST_SEQUENCE:
                    raise StaleEntryError(key) from error
                raise


@contextmanager
def _away_is_transient() -> Iterator[None]:
    try:
        yield
    except (nats.errors.Error, TimeoutError, APIError) as error:
        raise TransientError(f"the key-value store did not answer: {error!r}") from error
