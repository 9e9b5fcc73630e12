"""Give new hints when the words about a result change and its bytes do not."""

from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from services.validator.about import known_of
from services.validator.content import content_of
from services.validator.domain import Specimen
from services.validator.use_cases.check_content import CheckContent
from services.validator.verdicts import described_event, is_judged
from shared.messaging.events import Recorded

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DescribeContent:
    """Look at title, description and languages again, and append the verdict with new hints when they differ.

    A verdict that is not there yet will be made with the words of that moment. What cannot be looked at stays as it is.
    """

    check: CheckContent

    async def __call__(self, cause: Recorded) -> bool:
        """Say whether a verdict was appended."""
        content = content_of(cause)
        if content is None:
            return False
        project = await self.check.log.load(content.project_id)
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
