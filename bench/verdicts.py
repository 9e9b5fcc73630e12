"""When results and their verdicts are recorded, seen on the bus and not by asking: an operator's plain subscription."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from local.running import RunningPlatform


class WrongVerdictError(Exception):
    """A harmless file was not passed."""


@dataclass(slots=True)
class Verdicts:
    """The moments (`time.perf_counter`) of each result's recording and of its first verdict."""

    _posted: dict[str, float] = field(default_factory=dict)
    _arrived: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    _waiting: dict[str, asyncio.Event] = field(default_factory=dict)

    async def take(self, message: Msg) -> None:
        result_id = message.subject.rsplit(".", 1)[1]
        self._arrived.setdefault(result_id, (time.perf_counter(), message.data))
        if waiting := self._waiting.pop(result_id, None):
            waiting.set()

    async def note(self, message: Msg) -> None:
        self._posted.setdefault(message.subject.rsplit(".", 1)[1], time.perf_counter())

    async def checking(self, result_id: str) -> float:
        """Seconds from intake's event to the verdict: the validator's own share."""
        return await self.of(result_id) - self._posted[result_id]

    async def of(self, result_id: str, seconds_max: float = 60.0) -> float:
        """The moment at which the result passed. WrongVerdictError when it did not, TimeoutError without a verdict."""
        if result_id not in self._arrived:
            async with asyncio.timeout(seconds_max):
                await self._waiting.setdefault(result_id, asyncio.Event()).wait()
        moment, state = self._arrived[result_id]
        if json.loads(state)["outcome"] != "passed":
            raise WrongVerdictError(state.decode())
        return moment

    async def of_all(self, result_ids: Iterable[str]) -> dict[str, float]:
        return {result_id: await self.of(result_id) for result_id in result_ids}


async def operator(platform: RunningPlatform) -> Client:
    """A connection that may do everything."""
    return await nats.connect(
        platform.urls["nats"], user="operator", password=platform.credentials.nats["operator"], name="bench"
    )


@asynccontextmanager
async def watched(client: Client) -> AsyncIterator[Verdicts]:
    verdicts = Verdicts()
    subscriptions = [
        await client.subscribe("intake.*.result.*", cb=verdicts.note),
        await client.subscribe("validator.*.result.*", cb=verdicts.take),
    ]
    await client.flush()
    try:
        yield verdicts
    finally:
        for subscription in subscriptions:
            await subscription.unsubscribe()
