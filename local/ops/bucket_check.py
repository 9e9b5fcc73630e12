"""Compare what lies in the buckets with what the log says: the other half of `results verify`."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from nats.js.errors import KeyNotFoundError

from local.ops.objects import Inventory, digest_in, digest_of, people_key
from local.ops.platform import Platform
from shared.messaging.events import Recorded
from shared.storage.ports import ObjectMissingError
from shared.storage.zones import CLEAN, PUBLIC

AT_ONCE = 12


@dataclass(slots=True)
class BucketCheck:
    """Takes a history event by event, then looks. Every published content is read whole and its digest taken."""

    platform: Platform
    digests: int = 0
    complaints: list[str] = field(default_factory=list)
    _inventory: Inventory = field(default_factory=Inventory)
    _people: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def take(self, event: Recorded) -> None:
        self._inventory.take(event)
        if event.address[0] == "intake" and event.address[2] in ("project", "contact"):
            bucket = "contacts" if event.address.thing == "project" else "contacts-public"
            self._people[event.subject] = bucket, people_key(event)

    async def finish(self) -> list[str]:
        """Return what does not hold, a sentence each."""
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._is_public(key, gate) for key in sorted(self.public)))
        await asyncio.gather(*(self._is_kept(key, gate) for key in sorted(self._inventory.keys(CLEAN))))
        await self._people_are_there()
        return sorted(self.complaints)

    @property
    def public(self) -> set[str]:
        """The keys that must be public as of the events that were taken."""
        return self._inventory.keys(PUBLIC)

    async def _is_public(self, key: str, gate: asyncio.Semaphore) -> None:
        async with gate:
            found = await digest_in(self.platform.buckets.read(PUBLIC, key))
        self.digests += 1
        if found is None:
            self.complaints.append(f"{PUBLIC}/{key} is published and not there")
        elif found != digest_of(key):
            self.complaints.append(f"{PUBLIC}/{key} holds other bytes: {found}")

    async def _is_kept(self, key: str, gate: asyncio.Semaphore) -> None:
        async with gate:
            try:
                await self.platform.buckets.stat(CLEAN, key)
            except ObjectMissingError:
                self.complaints.append(f"{CLEAN}/{key} passed and is not there")

    async def _people_are_there(self) -> None:
        for subject, (bucket, key) in self._people.items():
            if key is None:
                continue
            store = await self.platform.connection.js.key_value(bucket)
            try:
                await store.get(key)
            except KeyNotFoundError:
                self.complaints.append(f"{subject} names people that the bucket {bucket} does not hold")


async def strangers(platform: Platform, is_named: Callable[[str], bool]) -> list[str]:
    """Return a sentence for each public object that no publication names."""
    return [
        f"{PUBLIC}/{one.key} lies there and no publication names it"
        async for one in platform.buckets.list(PUBLIC)
        if not is_named(one.key)
    ]
