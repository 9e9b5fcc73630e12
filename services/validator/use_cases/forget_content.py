"""Remove from the clean zone what the log says is deleted."""

from dataclasses import dataclass

from services.validator.content import standing_content
from shared.contracts.subjects import subject
from shared.contracts.verdict import VerdictState
from shared.messaging.events import Recorded
from shared.messaging.log import Log
from shared.storage.ports import ObjectStore
from shared.storage.zones import CLEAN


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetContent:
    """Delete the clean objects of every revision up to the deletion. Deleting twice is the same as once."""

    log: Log
    store: ObjectStore

    async def __call__(self, deletion: Recorded) -> None:
        """Look up in our own history what was ever kept of the thing, and delete it."""
        where = deletion.address
        project = await self.log.load(where.project_id)
        standing = standing_content(project, where.thing, where.thing_id)
        kept = standing.object_key if standing else None
        async for one in self.log.history(subject("validator", where.project_id, where.thing, where.thing_id)):
            verdict = one.state_as(VerdictState)
            if verdict.in_clean and verdict.object_key != kept:
                await self.store.delete(CLEAN, verdict.object_key)
