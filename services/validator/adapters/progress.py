"""Telling how far a check is, in the bucket `progress`: at most twice a second, for checks that take long, unanswered.

Nothing waits for it. It is published without an acknowledgement, by a task of its own and with a deadline; what goes
wrong with it is only a line in the log. A check that is over in half a second is never told of.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import nats.errors
import structlog
from nats.aio.client import Client

from services.validator.progress import Progress
from shared.contracts.progress import BUCKET, CheckProgress, progress_key

TELL_SECONDS = 0.5
TELL_AGAIN_SECONDS = 10.0
PUBLISH_SECONDS = 2.0
_GONE = {"KV-Operation": "PURGE", "Nats-Rollup": "sub"}

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class ProgressTeller:
    """Tells of every content that is `watched`."""

    client: Client
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @contextlib.asynccontextmanager
    async def watched(self, progress: Progress) -> AsyncIterator[Progress]:
        """Tell while the block runs, then take it back; leaving the block waits for nothing. Of logos nobody asks."""
        if progress.content.thing != "result":
            yield progress
            return
        is_over = asyncio.Event()
        task = asyncio.create_task(self._tell(progress, is_over))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            yield progress
        finally:
            is_over.set()

    async def _tell(self, progress: Progress, is_over: asyncio.Event) -> None:
        subject = f"$KV.{BUCKET}.{progress_key(progress.content.thing_id)}"
        told = None
        while not await _set_within(is_over, TELL_SECONDS):
            state = progress.state(datetime.now(UTC))
            if told is None or _is_news(told, state):
                await self._publish(subject, state.model_dump_json().encode())
                told = state
        if told is not None:
            await self._publish(subject, b"", _GONE)

    async def _publish(self, subject: str, data: bytes, headers: dict[str, str] | None = None) -> None:
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self.client.publish(subject, data, headers=headers)
        except (nats.errors.Error, TimeoutError) as error:
            _log.debug("progress_not_told", reason=repr(error))


def _is_news(told: CheckProgress, now: CheckProgress) -> bool:
    """Say whether to tell again: something has changed, or readers might take it for forgotten."""
    return now != told.model_copy(update={"at": now.at}) or (now.at - told.at).total_seconds() >= TELL_AGAIN_SECONDS


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
