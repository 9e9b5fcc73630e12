"""Sweeping `incoming`: what no event names, what was deleted since, and parts of uploads that came to nothing.

An object is judged by the whole history of its subject, read fresh, and looked at again just before it is deleted: a
request that comes again puts the same key anew, and is then younger than the age from which things are swept.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from services.intake.ports import SessionStore
from shared.contracts.project import PROJECT_ID, LogoState
from shared.contracts.result import ResultState
from shared.contracts.subjects import SEPARATOR, subject
from shared.messaging.log import Log
from shared.storage.ports import ObjectMissingError, ObjectStore, StoredObject
from shared.storage.zones import INCOMING, PARTS_PREFIX

ORPHAN_AGE = timedelta(hours=24)
_KEY = re.compile(r"([^/]+)/(logo|[a-z2-7]{26})/(\d+)/([0-9a-f]{64})")
_PART = re.compile(re.escape(PARTS_PREFIX) + r"([0-9a-f]{40})/[^/]+")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepIncoming:
    """`store` speaks with the sweeper's key, which alone may list and delete there."""

    store: ObjectStore
    events: Log
    sessions: SessionStore
    age: timedelta = ORPHAN_AGE
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def __call__(self) -> Counter[str]:
        """Go through the bucket once; returns how many objects were `kept`, `deleted` and `unknown`."""
        counted: Counter[str] = Counter()
        async for one in self.store.list(INCOMING):
            counted[await self._judge(one)] += 1
        log.info("incoming_swept", **counted)
        return counted

    async def _judge(self, one: StoredObject) -> str:
        if not self._is_old(one):
            return "kept"
        named = await self._is_named(one.key)
        if named is None:
            log.warning("unknown_object", key=one.key)
            return "unknown"
        if named or not await self._is_still_old(one.key):
            return "kept"
        await self.store.delete(INCOMING, one.key)
        log.info("orphan_deleted", key=one.key, size=one.size)
        return "deleted"

    def _is_old(self, one: StoredObject) -> bool:
        return one.modified is not None and self.now() - one.modified > self.age

    async def _is_still_old(self, key: str) -> bool:
        """The sweeper's key may not read, so a listing tells the age."""
        try:
            async for one in self.store.list(INCOMING, key):
                if one.key == key:
                    return self._is_old(one)
        except ObjectMissingError:
            return False
        return False

    async def _is_named(self, key: str) -> bool | None:
        """Tell whether anything names an object; None for a key that is not one of ours."""
        if part := _PART.fullmatch(key):
            return await self._is_part_of_an_upload(part[1], key)
        found = _KEY.fullmatch(key)
        if found is None or PROJECT_ID.fullmatch(found[1]) is None:
            return None
        project_id, thing = found[1], found[2]
        if thing == "logo":
            name = subject("intake", project_id, "logo")
        else:
            name = subject("intake", project_id, "result", f"{project_id}{SEPARATOR}{thing}")
        named, gone_at = False, None
        async for recorded in self.events.history(name):
            state = recorded.state()
            assert isinstance(state, ResultState | LogoState)
            named = named or bool(state.file and state.file.object_key == key)
            gone_at = recorded.time if _is_gone(state) else None
        return named and (gone_at is None or self.now() - gone_at <= self.age)

    async def _is_part_of_an_upload(self, upload_id: str, key: str) -> bool:
        found = await self.sessions.read(upload_id)
        if found is None or found[0].expires_at <= self.now():
            return False
        return any(part.key == key for part in found[0].parts)


def _is_gone(state: ResultState | LogoState) -> bool:
    """Tell whether this is the end of a thing: a result deleted, which was never public, or a logo removed."""
    return state.deleted if isinstance(state, ResultState) else state.file is None
