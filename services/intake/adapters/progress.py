"""How far the checks of a result are, from the bucket that the validator writes. Only worth a short wait."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import nats.errors
import structlog
from nats.js import JetStreamContext
from nats.js.errors import APIError, KeyNotFoundError
from nats.js.kv import KeyValue
from pydantic import ValidationError

from services.intake.adapters.kv import bucket
from shared.contracts.progress import BUCKET, CheckProgress, progress_key

READ_SECONDS = 0.5
FORGOTTEN = timedelta(seconds=60)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class KvProgress:
    """The bucket `progress`. What does not come at once, or was not renewed for a minute, is no progress."""

    js: JetStreamContext
    _kv: KeyValue = field(init=False)

    def __post_init__(self) -> None:
        self._kv = bucket(self.js, BUCKET)

    async def read(self, result_id: str, revision: int) -> CheckProgress | None:
        """Return how far the checks of this revision are; None when nobody says. Never fails."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                found = await self._kv.get(progress_key(result_id))
            progress = CheckProgress.model_validate_json(found.value or b"")
        except KeyNotFoundError:
            return None
        except (nats.errors.Error, TimeoutError, APIError, ValidationError) as error:
            log.debug("progress_unknown", reason=repr(error))
            return None
        is_current = progress.revision == revision and datetime.now(UTC) - progress.at < FORGOTTEN
        return progress if is_current else None
