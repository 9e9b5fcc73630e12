"""How far the checks of a result are, from the bucket that the validator writes. Only worth a short wait."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError
from pydantic import ValidationError

from shared.contracts.progress import BUCKET, CheckProgress, progress_key
from shared.errors import TransientError
from shared.messaging.buckets import Bucket

READ_SECONDS = 0.5
FORGOTTEN = timedelta(seconds=60)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class KvProgress:
    """The bucket `progress`. What does not come at once, or was not renewed for a minute, is no progress."""

    js: JetStreamContext
    _kept: Bucket = field(init=False)

    def __post_init__(self) -> None:
        self._kept = Bucket(self.js, BUCKET)

    async def read(self, result_id: str, revision: int) -> CheckProgress | None:
        """Return how far the checks of this revision are; None when nobody says. Never fails."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                data, _ = await self._kept.get(progress_key(result_id))
            progress = CheckProgress.model_validate_json(data)
        except KeyNotFoundError:
            return None
        except (TransientError, TimeoutError, ValidationError) as error:
            log.debug("progress_unknown", reason=repr(error))
            return None
        is_current = progress.revision == revision and datetime.now(UTC) - progress.at < FORGOTTEN
        return progress if is_current else None
