"""Check again what was checked long ago, with the signatures of today, because an operator asks.

A request is a message on the validator's replays, which one slot takes one by one: new work goes first. It names an
event of intake, and so a content that may have been replaced meanwhile and still be public.
"""

from dataclasses import dataclass

import structlog
from prometheus_client import Counter

from services.validator import policy
from services.validator.content import content_of
from services.validator.slots import UNBOUND, Slot
from services.validator.use_cases.check_content import CheckContent, CheckUnfinishedError, ScannerAwayError
from services.validator.verdicts import rescan_event
from shared.contracts.verdict import VerdictOutcome
from shared.errors import PermanentError
from shared.messaging.deadletters import RESCAN_HEADER
from shared.messaging.events import Recorded
from shared.storage.zones import CLEAN

TRIES_MAX = 5
RESCANNED = Counter("results_rescanned_total", "Contents checked again, by what came of it", ["outcome"])

_log = structlog.get_logger(__name__)


class RescanImpossibleError(PermanentError):
    """A check could not be completed, however often it was tried."""

    code = "rescan-impossible"


def is_rescan(recorded: Recorded) -> bool:
    """Tell a request to check again from a message that is new."""
    return RESCAN_HEADER in recorded.headers


@dataclass(frozen=True, slots=True)
class RescanContent:
    """Judge the bytes, append what is new, take what is harmful out of the clean zone."""

    check: CheckContent

    async def __call__(self, cause: Recorded, *, attempt: int, slot: Slot = UNBOUND) -> VerdictOutcome | None:
        """Return the outcome; None when the content is gone. Raises CheckUnfinishedError while tries are left."""
        content = content_of(cause)
        if content is None:
            return None
        slot.expect(content.sha256)
        project = await self.check.log.load(content.project_id)
        background = await self.check.background(project, content, is_last_try=attempt >= TRIES_MAX)
        async with self.check.scanner.session() as session:
            if not session.is_connected:
                raise ScannerAwayError("the virus scanner is away")
            examined = await self.check.examine(content, session, attempt, background, slot)
        if any(one.outcome == "error" for one in examined.judgement.checks):
            if attempt < TRIES_MAX:
                raise CheckUnfinishedError("a check could not run")
            raise RescanImpossibleError(f"{content.object_key} could not be checked again")
        if background.lacks_contacts and examined.outcome is not VerdictOutcome.MALWARE:
            raise RescanImpossibleError(f"{content.object_key}: the contacts that do not count could not be read")
        _, appended = await self.check.log.decide(
            content.project_id, lambda project: rescan_event(project, content, examined, cause=cause)
        )
        if not policy.may_be_kept(examined.judgement.checks):
            await self.check.one_pass.store.delete(CLEAN, content.object_key)
        RESCANNED.labels(examined.outcome).inc()
        _log.info("rescanned", outcome=examined.outcome, revision=content.revision, news=appended is not None)
        return examined.outcome
