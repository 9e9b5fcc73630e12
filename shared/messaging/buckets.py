"""Key-value buckets that provisioning made, whose every call outlasts a change of leader.

A write carries a mark of its own: when its answer was lost and the repetition is refused, the mark that stands there
tells whether it was we who had written.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from nats.js import JetStreamContext, api
from nats.js.errors import APIError, KeyNotFoundError, KeyWrongLastSequenceError, NotFoundError
from nats.js.kv import KeyValue

from shared.errors import TransientError
from shared.messaging.patience import WRITE_SECONDS_MAX, WRONG_LAST_SEQUENCE, answered, soonest, within

OPERATION, DELETED = "KV-Operation", frozenset({"DEL", "PURGE"})


@dataclass(slots=True)
class Bucket:
    """One bucket. Reads come from its leader and are never stale, unless they are `direct`.

    The handle is made here, not by `js.key_value`, which would need to reach the server at start. Every call raises
    TransientError when the server stays away.
    """

    js: JetStreamContext
    name: str
    direct: bool = False
    _kv: KeyValue = field(init=False)

    def __post_init__(self) -> None:
        self._kv = KeyValue(
            name=self.name, stream=self._stream, pre=f"$KV.{self.name}.", js=self.js, direct=self.direct
        )

    async def get(self, key: str) -> tuple[bytes, int]:
        """Return what stands under a key and its revision. Raises KeyNotFoundError."""
        try:
            found = await answered(lambda: soonest(lambda seconds: within(self._kv.get(key), seconds)), self._what)
        except KeyNotFoundError:
            raise
        except APIError as error:
            raise TransientError(f"{self._what} refused a read: {error}") from error
        assert found.revision is not None
        return found.value or b"", found.revision

    async def put(self, key: str, data: bytes) -> int:
        """Write, whatever stands there; return the revision."""
        return await self._publish(key, data, {})

    async def write(self, key: str, data: bytes, revision: int) -> int:
        """Write over a revision (0: there is none) and return the new one. Raises KeyWrongLastSequenceError."""
        try:
            return await self._publish(key, data, _over(revision))
        except KeyWrongLastSequenceError:
            if revision or (deleted := await self._deleted_at(key)) is None:
                raise
            return await self._publish(key, data, _over(deleted))

    async def delete(self, key: str, revision: int | None = None) -> None:
        """Delete a key, there or not; with a revision only over that one, else KeyWrongLastSequenceError."""
        guard = {} if revision is None else _over(revision)
        await self._publish(key, b"", {OPERATION: "DEL"} | guard)

    @property
    def _stream(self) -> str:
        return f"KV_{self.name}"

    @property
    def _what(self) -> str:
        return f"the bucket {self.name}"

    async def _publish(self, key: str, data: bytes, headers: Mapping[str, str]) -> int:
        mark, tries = secrets.token_hex(12), 0

        async def publish() -> int:
            nonlocal tries
            tries += 1
            try:
                return await self._publish_once(key, data, {**headers, api.Header.MSG_ID.value: mark})
            except KeyWrongLastSequenceError:
                if tries == 1 or (own := await self._written_at(key, mark)) is None:
                    raise
                return own

        try:
            return await answered(publish, self._what)
        except KeyWrongLastSequenceError:
            raise
        except APIError as error:
            raise TransientError(f"{self._what} refused a write: {error}") from error

    async def _publish_once(self, key: str, data: bytes, headers: dict[str, str]) -> int:
        try:
            ack = await self.js.publish(
                f"$KV.{self.name}.{key}", data, stream=self._stream, headers=headers, timeout=WRITE_SECONDS_MAX
            )
        except APIError as error:
            if error.err_code in WRONG_LAST_SEQUENCE:
                raise KeyWrongLastSequenceError(description=error.description) from error
            raise
        return ack.seq

    async def _deleted_at(self, key: str) -> int | None:
        last = await self._last(key)
        return last.seq if last and (last.headers or {}).get(OPERATION) in DELETED else None

    async def _written_at(self, key: str, mark: str) -> int | None:
        last = await self._last(key)
        return last.seq if last and (last.headers or {}).get(api.Header.MSG_ID.value) == mark else None

    async def _last(self, key: str) -> api.RawStreamMsg | None:
        """The last message of a key as the leader has it, deletions included."""
        try:
            return await answered(
                lambda: within(self.js.get_last_msg(self._stream, f"$KV.{self.name}.{key}")), self._what
            )
        except NotFoundError:
            return None


def _over(revision: int) -> dict[str, str]:
    return {api.Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value: str(revision)}
