"""Remove from the public zone what the log does not name: copies that were never published, removals that broke off."""

import asyncio
import time
from dataclasses import dataclass, field

import structlog

from services.publisher.public_zone import PublicZone
from services.publisher.readmodel import queries
from shared.contracts.project import PublicLogoState
from shared.contracts.publication import PublicationState
from shared.contracts.subjects import result_subject, subject
from shared.errors import TransientError
from shared.messaging.log import Log
from shared.readmodel import ReadModel

GRACE_SECONDS = 600.0

_logger = structlog.get_logger(__name__)


@dataclass(slots=True, kw_only=True)
class Sweep:
    """Candidates come from the read model; the leader of the log has the last word on each. Each is looked at once."""

    model: ReadModel
    log: Log
    zone: PublicZone
    every_seconds: float
    grace_seconds: float = GRACE_SECONDS
    _done: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Sweep at start, when the read model has caught up, and then every so often, for ever."""
        while True:
            try:
                await self()
            except TransientError as error:
                _logger.warning("sweep_put_off", reason=str(error))
                await asyncio.sleep(5)
                continue
            except Exception:
                _logger.exception("sweep_failed")
            await asyncio.sleep(self.every_seconds)

    async def __call__(self) -> int:
        """Return how many keys were removed, whether or not something lay there."""
        await self.model.wait_until(await self.log.last_sequence(), seconds_max=60)
        before = time.time() - self.grace_seconds
        found = await self.model.read(lambda db: queries.unnamed_objects(db, before))
        unseen = [(key, owner) for key, owner in found if key not in self._done]
        removed = 0
        for key, owner in unseen:
            if not await self._is_named(key, owner):
                await self.zone.remove(key)
                removed += 1
            self._done.add(key)
        if removed:
            _logger.info("swept", keys=removed)
        return removed

    async def _is_named(self, key: str, owner: str) -> bool:
        project_id, _, is_logo = owner.partition("/")
        if is_logo:
            last = await self.log.last_message(subject("publisher", project_id, "logo"))
            return last is not None and last.state_as(PublicLogoState).object_key == key
        last = await self.log.last_message(result_subject("publisher", owner))
        state = last.state_as(PublicationState) if last else None
        return state is not None and state.status == "published" and state.object_key == key
