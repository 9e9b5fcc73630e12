"""What waits for a consumer and since when, as metrics: asked of NATS every few seconds, by whoever does the work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import nats.errors
import structlog
from nats.js.errors import Error as JetStreamError
from prometheus_client import Gauge

from shared.errors import TransientError
from shared.messaging.connection import Connection
from shared.messaging.log import request_json
from shared.messaging.streams import WORK, Work, work

EVERY_SECONDS = 5.0
UNKNOWN = float("nan")

WAITING = Gauge("results_work_waiting", "Messages that wait for a consumer; NaN when NATS is away", ["consumer"])
IN_HAND = Gauge("results_work_in_hand", "Messages that are taken and not settled, put back ones included", ["consumer"])
OLDEST = Gauge("results_work_oldest_seconds", "Age of the oldest message that is not settled", ["consumer"])
LETTERS = Gauge("results_deadletters", "Dead letters that nobody has replayed or discarded yet", ["consumer"])

_logger = structlog.get_logger(__name__)


@asynccontextmanager
async def watched(connection: Connection, durable: str) -> AsyncIterator[None]:
    """Keep the gauges of one consumer fresh until left."""
    task = asyncio.create_task(_watch(connection, work(durable)), name=f"backlog {durable}")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(connection: Connection, one: Work) -> None:
    while True:
        try:
            await look(connection, one)
        except (nats.errors.Error, JetStreamError, TransientError, TimeoutError) as error:
            _logger.debug("backlog_unknown", consumer=one.durable, reason=repr(error))
            WAITING.labels(one.durable).set(UNKNOWN)
        await asyncio.sleep(EVERY_SECONDS)


async def look(connection: Connection, one: Work) -> None:
    """Set the gauges of one consumer to what is now."""
    info = await connection.js.consumer_info(one.stream, one.durable, timeout=5)
    waiting, in_hand = info.num_pending or 0, info.num_ack_pending or 0
    floor = info.ack_floor.stream_seq if info.ack_floor else 0
    oldest = await _oldest(connection, one, floor) if waiting or in_hand else None
    WAITING.labels(one.durable).set(waiting)
    IN_HAND.labels(one.durable).set(in_hand)
    OLDEST.labels(one.durable).set((datetime.now(UTC) - oldest).total_seconds() if oldest else 0)
    await _count_letters(connection)


async def _count_letters(connection: Connection) -> None:
    """All services' letters, whoever asks; requests to replay lie in the same stream and are none."""
    state = (await connection.js.stream_info("DEADLETTERS", subjects_filter="deadletter.>")).state
    counted = {
        subject.rsplit(".", 1)[1]: count for subject, count in (state.subjects or {}).items() if _is_letter(subject)
    }
    for one in WORK:
        if one.stream != "DEADLETTERS":
            LETTERS.labels(one.durable).set(counted.get(one.durable, 0))


def _is_letter(subject: str) -> bool:
    return not subject.startswith("deadletter.replay.")


async def _oldest(connection: Connection, one: Work, floor: int) -> datetime | None:
    """When the oldest unsettled message came. An inbox keeps nothing else, so it need not be searched."""
    if one.stream != "EVENTS":
        told = await request_json(connection.client, f"$JS.API.STREAM.INFO.{one.stream}", {})
        return datetime.fromisoformat(told["state"]["first_ts"]) if told["state"]["messages"] else None
    times = []
    for subject in one.filters:
        asked: dict[str, object] = {"seq": floor + 1, "next_by_subj": subject}
        told = await request_json(connection.client, f"$JS.API.STREAM.MSG.GET.{one.stream}", asked)
        if message := told.get("message"):
            times.append(datetime.fromisoformat(message["time"]))
    return min(times, default=None)
