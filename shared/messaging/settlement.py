"""How a message of work is settled: the one place that acknowledges, delays or gives up (style.md 4.6).

FastStream is the shell; its own acknowledgement is switched off, since its default ends a message at the first
exception. Each slot is a subscriber that fetches one message when it is free, so nothing waits unacknowledged
behind something slow.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import nats.errors
import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.nats.security import NatsNKey, NatsSecurity, NatsUserPassword
from nats.js import JetStreamContext
from prometheus_client import Counter, Gauge, Histogram
from pydantic import ValidationError

from shared import tracing
from shared.errors import PermanentError, TransientError
from shared.messaging import deadletters
from shared.messaging.connection import PING_SECONDS, PINGS_UNANSWERED_MAX, RECONNECT_SECONDS, Credentials
from shared.messaging.deadletters import DeadLetter
from shared.messaging.events import Recorded
from shared.messaging.streams import ACK_WAIT_SECONDS, Work, work
from shared.telemetry import span

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from nats.aio.msg import Msg

# A request that waits for work is lost when NATS restarts, and nobody says so: this is how long it is waited for.
FETCH_SECONDS = 1.0
WORK_ENDS_SECONDS_MAX = 25.0
BUG_ATTEMPTS_MAX = 8
DELAY_SECONDS_FIRST = 0.25
ALARM_AGE_SECONDS = 600.0

SETTLED = Counter("results_work_settled_total", "Messages settled, by how", ["consumer", "how"])
DURATION = Histogram("results_work_seconds", "Time to handle one message", ["consumer"])
BUSY = Gauge("results_work_busy", "Messages being handled", ["consumer"])
OVERDUE = Counter("results_work_overdue_total", "Messages put back that are older than ten minutes", ["consumer"])

_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One message of work and how often it was delivered, counting from 1."""

    recorded: Recorded
    attempt: int


Handle = Callable[[Task], Awaitable[None]]


def build_broker(
    credentials: Credentials, *, name: str, work_ends_seconds_max: float = WORK_ENDS_SECONDS_MAX
) -> NatsBroker:
    """Return FastStream's broker as we need it: reconnects for ever, answers come to the service's own inbox.

    `stop` takes nothing new and waits up to `work_ends_seconds_max` for what is being handled.
    """
    return NatsBroker(
        credentials.url.split(","),
        name=name,
        inbox_prefix=f"_INBOX.{credentials.user}",
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]  # typed int, used as asyncio.sleep takes it
        ping_interval=PING_SECONDS,  # type: ignore[arg-type]  # the same
        max_outstanding_pings=PINGS_UNANSWERED_MAX,
        ack_policy=AckPolicy.MANUAL,
        decoder=_undecoded,
        # Nothing is injected into our one handler; looking for it costs more than handling most messages.
        apply_types=False,
        graceful_timeout=work_ends_seconds_max,
        logger=None,
        security=_security(credentials),
    )


def _security(credentials: Credentials) -> NatsSecurity:
    login = credentials.login
    if seed := login.get("nkeys_seed_str"):
        return NatsNKey.from_seed(seed)
    return NatsUserPassword(login["user"], login["password"])


async def _undecoded(message: NatsMessage) -> NatsMessage:
    """The message as it came: a body that FastStream cannot decode would never reach us, so never be settled."""
    return message


def add_work(
    broker: NatsBroker, durable: str, handle: Handle, js: Callable[[], JetStreamContext], *, slots: int
) -> None:
    """Let the broker take the consumer's messages into `slots` slots; `js` sends dead letters."""
    declared = work(durable)
    settle = Settlement(work=declared, handle=handle, js=js)
    _subscribe(broker, declared, settle, slots)
    if declared.stream != "DEADLETTERS":
        replays = work(f"{declared.service}-replay")
        _subscribe(broker, replays, Settlement(work=declared, handle=handle, js=js, replays=True), 1)


def _subscribe(broker: NatsBroker, declared: Work, settle: "Settlement", slots: int) -> None:
    for slot in range(slots):

        @broker.subscriber(
            declared.filters[0],
            stream=JStream(declared.stream, declare=False),
            durable=declared.durable,
            pull_sub=PullSub(batch_size=1, timeout=FETCH_SECONDS),
            inbox_prefix=f"_INBOX.{declared.service}.".encode(),
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
            include_in_schema=slot == 0,
            title=declared.durable,
        )
        async def on_message(message: NatsMessage) -> None:
            await settle(message.raw_message)


@dataclass(slots=True, kw_only=True)
class Settlement:
    """Handles one message and settles it by what came of it."""

    work: Work
    handle: Handle
    js: Callable[[], JetStreamContext]
    replays: bool = False

    async def __call__(self, message: "Msg") -> None:
        """Handle, then ack; or nak with a delay; or dead letter, then ack. Never raises."""
        attempt = message.metadata.num_delivered or 1
        BUSY.labels(self.work.durable).inc()
        try:
            with DURATION.labels(self.work.durable).time():
                how = await self._handle(message, attempt)
        finally:
            BUSY.labels(self.work.durable).dec()
        SETTLED.labels(self.work.durable, how).inc()

    async def _handle(self, message: "Msg", attempt: int) -> str:
        try:
            recorded = self._recorded(message)
            with self._span(recorded, attempt):
                tracing.describe(_told(recorded, self.work.durable, attempt))
                async with _heartbeat(message):
                    await self.handle(Task(recorded=recorded, attempt=attempt))
                await message.ack_sync(timeout=5)
            return "done"
        except TransientError as error:
            return await self._put_back(message, attempt, error, error.delay_seconds_max)
        except (PermanentError, ValidationError, UnicodeDecodeError) as error:
            return await self._give_up(message, attempt, error)
        except (nats.errors.Error, TimeoutError) as error:
            return await self._put_back(message, attempt, error, 60.0)
        except Exception as error:
            _logger.exception("work_failed", consumer=self.work.durable, attempt=attempt)
            if attempt < BUG_ATTEMPTS_MAX:
                return await self._put_back(message, attempt, error, 60.0)
            return await self._give_up(message, attempt, error)

    def _span(self, recorded: Recorded, attempt: int) -> AbstractContextManager[object]:
        return span(
            recorded.headers.get("traceparent"),
            entry=(f"process {self.work.durable}", "consumer"),
            request_id=recorded.headers.get("ce-correlationid"),
            subject=recorded.subject,
            consumer=self.work.durable,
            sequence=str(recorded.sequence),
            attempt=str(attempt),
        )

    def _recorded(self, message: "Msg") -> Recorded:
        if self.replays:
            letter = DeadLetter.model_validate_json(message.data)
            return Recorded(letter.subject, letter.sequence, letter.at, letter.headers, letter.body)
        sequence = message.metadata.sequence.stream
        return Recorded(
            message.subject, sequence, message.metadata.timestamp, dict(message.headers or {}), message.data
        )

    async def _put_back(self, message: "Msg", attempt: int, error: Exception, delay_seconds_max: float) -> str:
        delay = min(DELAY_SECONDS_FIRST * 2 ** min(attempt - 1, 12), delay_seconds_max) * random.uniform(0.75, 1.0)  # noqa: S311
        age = (datetime.now(UTC) - message.metadata.timestamp).total_seconds()
        if age > ALARM_AGE_SECONDS:
            OVERDUE.labels(self.work.durable).inc()
        log = _logger.error if age > ALARM_AGE_SECONDS else _logger.warning
        log(
            "work_put_back",
            consumer=self.work.durable,
            attempt=attempt,
            delay_seconds=round(delay, 2),
            reason=repr(error),
        )
        await _quietly(message.nak(delay=delay))
        return "put_back"

    async def _give_up(self, message: "Msg", attempt: int, error: Exception) -> str:
        try:
            recorded = self._recorded(message)
        except ValidationError:
            recorded = Recorded(message.subject, message.metadata.sequence.stream, datetime.now(UTC), {}, message.data)
        letter = DeadLetter(
            service=self.work.service,
            consumer=self.work.durable,
            stream=self.work.stream,
            sequence=recorded.sequence,
            subject=recorded.subject,
            headers=recorded.headers,
            **deadletters.kept(recorded.data),
            code=getattr(error, "code", type(error).__name__),
            reason=str(error)[:2_000],
            attempts=attempt,
            at=datetime.now(UTC),
        )
        try:
            await deadletters.send(self.js(), letter)
        except (nats.errors.Error, TimeoutError) as failure:
            return await self._put_back(message, attempt, failure, 60.0)
        _logger.error("dead_letter", consumer=self.work.durable, code=letter.code, reason=letter.reason)
        await _quietly(message.ack_sync(timeout=5))
        return "dead_letter"


def _told(recorded: Recorded, durable: str, attempt: int) -> dict[str, str | int]:
    return {
        "messaging.system": "nats",
        "messaging.operation.type": "process",
        "messaging.destination.name": recorded.subject,
        "messaging.consumer.group.name": durable,
        "messaging.message.id": recorded.id,
        "results.event.type": recorded.type,
        "results.attempt": attempt,
    }


@asynccontextmanager
async def _heartbeat(message: "Msg") -> "AsyncIterator[None]":
    """Tell the server every third of the ack wait that the work goes on."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(ACK_WAIT_SECONDS / 3)
            await _quietly(message.in_progress())

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()


async def _quietly(settled: Awaitable[object]) -> None:
    """Settle; when NATS is away the message comes again by itself, so that is only worth a log line."""
    try:
        await settled
    except (nats.errors.Error, TimeoutError) as error:
        _logger.warning("settlement_lost", reason=repr(error))
