"""How far the scan of everything public is, in the bucket `rescans`: one key, written over its last revision only.

So it survives restarts, and of several validators one does it: whoever writes second is refused and stops.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import nats.errors
from nats.js import JetStreamContext
from nats.js.errors import APIError, KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from shared.contracts.model import WireModel
from shared.errors import TransientError

BUCKET, KEY = "rescans", "public"


class TakenOverError(TransientError):
    """Another validator has gone on with it."""


class Ledger(WireModel):
    """One pass over everything public. `after` is the first event of the last project that is done.

    `done` are the last signature sets with which a whole pass was begun, newest last: a validator whose clamd lags
    behind does not begin an old one again.
    """

    signatures: str
    holder: str
    renewed_at: datetime
    started_at: datetime
    finished_at: datetime | None = None
    after: int = 0
    scanned: int = 0
    found: int = 0
    failed: int = 0
    done: tuple[str, ...] = ()


@dataclass(slots=True)
class RescanLedger:
    """Reads and writes the ledger; `TransientError` while NATS is away."""

    js: JetStreamContext
    _kv: KeyValue = field(init=False)

    def __post_init__(self) -> None:
        self._kv = KeyValue(name=BUCKET, stream=f"KV_{BUCKET}", pre=f"$KV.{BUCKET}.", js=self.js, direct=False)

    async def read(self) -> tuple[Ledger | None, int]:
        """Return the ledger and its revision; None when there is none, or somebody has deleted it."""
        with _away_is_transient():
            try:
                found = await self._kv.get(KEY)
            except KeyNotFoundError as error:
                return None, error.entry.revision if error.entry else 0
        return Ledger.from_json(found.value or b""), found.revision or 0

    async def write(self, ledger: Ledger, revision: int) -> int:
        """Write over a revision and return the new one. Raises `TakenOverError` when another was quicker."""
        with _away_is_transient():
            try:
                return await self._kv.update(KEY, ledger.to_json(), revision)
            except KeyWrongLastSequenceError as error:
                raise TakenOverError("another validator scans what is public") from error


@contextmanager
def _away_is_transient() -> Iterator[None]:
    try:
        yield
    except KeyNotFoundError:
        raise
    except (nats.errors.Error, TimeoutError, APIError) as error:
        raise TransientError(f"the bucket {BUCKET} did not answer: {error!r}") from error
