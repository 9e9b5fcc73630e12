"""Give new hints when the words about a result change and its bytes do not."""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from services.validator.about import known_of
from services.validator.content import content_of, is_due
from services.validator.domain import Specimen
from services.validator.use_cases.check_content import RETRY_SECONDS_MAX, CheckContent
from services.validator.verdicts import described_event, is_judged
from shared.errors import TransientError
from shared.messaging.events import Recorded

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DescribeContent:
    """Look at title, description and languages again, and append the verdict with new hints when they differ.

    A verdict that is not there yet is waited for: it may be made with the words from before. What cannot be looked at
    stays as it is.
    """

    check: CheckContent

    async def __call__(self, cause: Recorded) -> bool:
        """Say whether a verdict was appended. Raises `TransientError` while the first verdict is still to come."""
        content = content_of(cause)
        if content is None:
            return False
        project = await self.check.log.load(content.project_id)
        if is_due(project, content, again=False):
            raise TransientError("the verdict is not there yet", delay_seconds_max=RETRY_SECONDS_MAX)
        known = known_of(project, content)
        if known is None or not is_judged(project, content):
            return False
        specimen = Specimen(path="", name=content.name, size=content.size)
        hints = self.check.examiner.policy.result(await self.check.examiner.hints(specimen, known))
        at = datetime.now(UTC)
        _, appended = await self.check.log.decide(
            content.project_id, lambda now: described_event(now, content, hints, cause=cause, at=at)
        )
        _log.info("described", revision=content.revision, news=appended is not None)
        return appended is not None
