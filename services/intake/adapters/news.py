"""Waking those who watch a project: core subscriptions, kept only while somebody watches.

A wake-up can be lost while NATS is away, so whoever waits also looks by itself now and then.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared.contracts.subjects import OWNERS

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NatsNews:
    """Hears every event of a project, whoever appended it."""

    client: Client

    @asynccontextmanager
    async def of(self, project_id: str) -> AsyncIterator[asyncio.Event]:
        """Give an event that is set whenever something happens; whoever waits clears it before looking."""
        happened = asyncio.Event()

        async def on_message(_: Msg) -> None:
            happened.set()

        heard = [await self.client.subscribe(f"{owner}.{project_id}.>", cb=on_message) for owner in OWNERS]
        try:
            yield happened
        finally:
            for one in heard:
                try:
                    await one.unsubscribe()
                except nats.errors.Error:
                    log.debug("subscription_was_closed")
