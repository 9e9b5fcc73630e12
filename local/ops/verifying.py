"""`results verify`: the whole record once, then project by project against the rules and against the buckets.

In memory is one project at a time; the record lies on disk meanwhile.
"""

from dataclasses import dataclass, field
from typing import Any

from local.ops.bucket_check import BucketCheck, strangers
from local.ops.platform import Platform
from local.ops.spool import Spool, spool
from local.verify import Verifier, Violation
from shared.messaging.events import Recorded
from shared.messaging.log import Log

BATCH = 500


@dataclass(slots=True, kw_only=True)
class Verified:
    """What was looked at, and what did not hold. `digests` is None where the buckets were left alone."""

    events: int = 0
    digests: int | None = None
    violations: list[Violation] = field(default_factory=list)
    of_buckets: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        return [*map(str, self.violations), *sorted(self.of_buckets)]

    def as_json(self) -> dict[str, Any]:
        violations = [{"sequence": one.sequence, "subject": one.subject, "what": one.what} for one in self.violations]
        return {
            "events": self.events,
            "digests": self.digests,
            "violations": violations,
            "complaints": self.complaints,
        }


async def verified(platform: Platform, *, buckets: bool = True) -> Verified:
    """Read the log once and prove that everything held; with `buckets`, read every published content too."""
    found = Verified(digests=0 if buckets else None)
    with spool() as record:
        found.events = await _spooled(platform, record)
        for project_id in record.projects():
            await _project(platform, record, project_id, found)
        for sequence, subject in record.ids_of_two_projects():
            found.violations.append(Violation(sequence, subject, "an event with this id stands in another project"))
        if buckets:
            found.of_buckets += await strangers(platform, record.is_named)
    found.violations.sort(key=lambda one: one.sequence)
    return found


async def _spooled(platform: Platform, record: Spool) -> int:
    waiting: list[Recorded] = []
    events = 0
    async for event in Log(platform.connection).history(">", foreign=True):
        waiting.append(event)
        if len(waiting) >= BATCH:
            events += record.take(waiting)
            waiting = []
    return events + record.take(waiting)


async def _project(platform: Platform, record: Spool, project_id: str, found: Verified) -> None:
    verifier, look = Verifier(), BucketCheck(platform)
    for event in record.events(project_id):
        found.violations += verifier.take(event)
        look.take(event)
    if found.digests is not None:
        found.of_buckets += await look.finish()
        found.digests += look.digests
        record.name(look.public)
