"""The two buckets that review knows: it reads `clean` and puts into `receipts`."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from shared.messaging.events import Recorded
from shared.storage.ports import ObjectStore
from shared.storage.zones import CLEAN, RECEIPTS


@dataclass(frozen=True, slots=True)
class S3CleanZone:
    """The bucket `clean`, for reading."""

    store: ObjectStore

    async def size(self, key: str) -> int:
        return (await self.store.stat(CLEAN, key)).size

    def read(self, key: str, *, start: int, length: int) -> AsyncIterator[bytes]:
        return self.store.read(CLEAN, key, start=start, length=length)


@dataclass(frozen=True, slots=True)
class S3Receipts:
    """The bucket `receipts`: one small document per decision, named after its sequence and id."""

    store: ObjectStore

    async def keep(self, recorded: Recorded) -> None:
        _, project_id, thing, *_ = recorded.subject.split(".")
        receipt = {
            "subject": recorded.subject,
            "sequence": recorded.sequence,
            "headers": {name: text for name, text in recorded.headers.items() if name.startswith("ce-")},
            "data": json.loads(recorded.data),
        }
        key = f"{project_id}/{thing}/{recorded.sequence}-{recorded.id}.json"
        body = json.dumps(receipt, ensure_ascii=False, sort_keys=True).encode()
        await self.store.put_bytes(RECEIPTS, key, body, content_type="application/json")
