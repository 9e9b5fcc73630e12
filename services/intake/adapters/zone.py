"""The buckets that intake may write: new bytes into `incoming`, parts of uploads beside them, and receipts."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import structlog

from services.intake.ports import Spool
from shared.errors import PermanentError, TransientError
from shared.messaging.events import Recorded
from shared.storage.ports import ObjectStore
from shared.storage.zones import INCOMING, PARTS_PREFIX, RECEIPTS

LARGE_PUTS_MAX = 4
RECEIPT_TRIES = 8

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class S3Incoming:
    """The bucket `incoming`. Intake may only put there; what it put it cannot read back, parts apart."""

    store: ObjectStore
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(LARGE_PUTS_MAX))

    async def put(self, key: str, spool: Spool, sha256: str) -> None:
        """Store the bytes before the event that names them."""
        if spool.is_large:
            async with self._slots:
                await spool.put(self.store, INCOMING, key, sha256)
        else:
            await spool.put(self.store, INCOMING, key, sha256)

    async def put_part(self, key: str, data: bytes) -> None:
        """Store one part of an upload; its key begins with `parts/`."""
        assert key.startswith(PARTS_PREFIX)
        await self.store.put_bytes(INCOMING, key, data)

    def read_part(self, key: str) -> AsyncIterator[bytes]:
        """Stream one part of an upload."""
        return self.store.read(INCOMING, key)

    async def remove_parts(self, keys: list[str]) -> None:
        """Delete parts that were used or came to nothing."""
        for key in keys:
            await self.store.delete(INCOMING, key)


@dataclass(slots=True)
class S3Receipts:
    """The bucket `receipts`: a copy outside NATS of every submission that was acknowledged, written once."""

    store: ObjectStore
    _late: set[asyncio.Task[None]] = field(default_factory=set)

    async def keep(self, recorded: Recorded) -> None:
        """Store what was recorded; while the store is away it is tried again behind the answer."""
        try:
            await self._put(recorded)
        except (PermanentError, TransientError) as error:
            log.warning("receipt_delayed", subject=recorded.subject, reason=repr(error))
            task = asyncio.create_task(self._try_again(recorded))
            self._late.add(task)
            task.add_done_callback(self._late.discard)

    async def _try_again(self, recorded: Recorded) -> None:
        for attempt in range(RECEIPT_TRIES):
            await asyncio.sleep(min(2**attempt, 60))
            try:
                await self._put(recorded)
            except (PermanentError, TransientError) as error:
                log.warning("receipt_missing", subject=recorded.subject, attempt=attempt, reason=repr(error))
            else:
                return

    async def _put(self, recorded: Recorded) -> None:
        _, project_id, thing, *_ = recorded.subject.split(".")
        receipt = {
            "subject": recorded.subject,
            "sequence": recorded.sequence,
            "headers": recorded.headers,
            "data": json.loads(recorded.data),
        }
        key = f"{project_id}/{thing}/{recorded.sequence}-{recorded.id}.json"
        await self.store.put_bytes(RECEIPTS, key, json.dumps(receipt, ensure_ascii=False).encode())
