"""The log: load a project as of one position, append with a guard, look back, and follow."""

import asyncio
import base64
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import errors as js_errors

from shared import tracing
from shared.contracts.subjects import OWNERS
from shared.errors import PermanentError, ProblemError, TransientError
from shared.messaging.connection import Connection, ForbiddenError
from shared.messaging.events import Guard, NewEvent, ProjectLog, Recorded
from shared.messaging.following import Announced, followed
from shared.messaging.known import KnownProjects, grown
from shared.messaging.patience import STREAM_FULL, WRITE_SECONDS_MAX, WRONG_LAST_SEQUENCE, answered, soonest, within

STREAM = "EVENTS"
LOAD_TRIES_MAX = 60
CATCH_UP_SEQUENCES_MAX = 2_000
CATCH_UP_MESSAGES_MAX = 100
HISTORY_BATCH_MAX = 500
DECISIONS_MAX = 30
ANSWER_BYTES_MAX = 128 << 20
# The stream takes 1 MiB with the headers, which hold a few hundred characters, percent-encoded at worst.
EVENT_BYTES_MAX = (1 << 20) - (16 << 10)

_logger = structlog.get_logger(__name__)


class ConflictError(Exception):
    """Something else was appended under the guard since the load: load again and decide again."""


class TooManySubjectsError(Exception):
    """A load would answer more than the 1,024 subjects that the server gives at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """Where the event stands. `duplicate`: it had been appended before, by us."""

    sequence: int
    duplicate: bool = False


Decide = Callable[[ProjectLog], tuple[NewEvent, Guard] | None]


@dataclass(slots=True)
class Log:
    """One service's view of the stream `EVENTS`."""

    connection: Connection
    _direct: "DirectGet" = field(init=False)
    _known: KnownProjects = field(default_factory=KnownProjects)
    _locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def __post_init__(self) -> None:
        self._direct = DirectGet(self.connection)

    async def load(self, project_id: str) -> ProjectLog:
        """Return the last message of every thing of the project, fresh: the leader says how far it must reach."""
        if last := await self.last_message(f"*.{project_id}.>"):
            return await self.load_at(project_id, last)
        self._known.forget(project_id)
        return ProjectLog(project_id, 0, {})

    def remembered(self, project_id: str) -> ProjectLog | None:
        """Return what this process read of the project last, perhaps long ago: good for nothing but a first look."""
        return self._known.up_to(project_id, sys.maxsize)

    async def load_at(self, project_id: str, last: Recorded) -> ProjectLog:
        """Return the project as it was when `last`, a message of it, was recorded; nothing of the log ever goes."""
        known = self._known.up_to(project_id, last.sequence)
        project = await self._catch_up(known, last) if known else None
        project = project or await self._load_whole(project_id, last)
        self._known.keep(project)
        return project

    async def _catch_up(self, known: ProjectLog, last: Recorded) -> ProjectLog | None:
        """Read what has come since; None when that is much, or when the answering replica has not got it yet."""
        if known.position == last.sequence:
            return known
        if last.sequence - known.position > CATCH_UP_SEQUENCES_MAX:
            return None
        found = await self._direct.next_of(f"*.{known.project_id}.>", known.position + 1, CATCH_UP_MESSAGES_MAX)
        since = [one for one in found if one.sequence <= last.sequence]
        if not since or since[-1].sequence != last.sequence or not all(one.is_ours for one in since):
            return None
        return grown(known, since, last.sequence)

    async def _load_whole(self, project_id: str, last: Recorded) -> ProjectLog:
        for attempt in range(LOAD_TRIES_MAX):
            if found := await self._load_up_to(project_id, last):
                foreign = {one.subject: one.sequence for one in found if not one.is_ours}
                events = [event for one in found if (event := await self._ours(one))]
                events.sort(key=lambda one: one.sequence)
                return ProjectLog(project_id, last.sequence, {one.subject: one for one in events}, foreign)
            await asyncio.sleep(min(0.002 * 2**attempt, 0.25))
        raise TransientError("the log's replicas lag behind its leader")

    async def _load_up_to(self, project_id: str, last: Recorded) -> list[Recorded]:
        """Read one position of the project; empty when the answering replica has not reached it yet."""
        try:
            return await self._direct.last_of([f"*.{project_id}.>"], last.sequence)
        except TooManySubjectsError:
            # The last message goes into each request: an owner with nothing and a replica that lags both answer 404.
            parts = [
                await self._direct.last_of([f"{owner}.{project_id}.>", last.subject], last.sequence) for owner in OWNERS
            ]
            if not all(parts):
                return []
            return list({one.subject: one for one in itertools.chain(*parts)}.values())

    async def _ours(self, one: Recorded) -> Recorded | None:
        """Return a message, or the last event before it on its subject when it is none of ours."""
        if one.is_ours:
            return one
        _logger.error("foreign_message", subject=one.subject, sequence=one.sequence)
        last = None
        async for event in self.history(one.subject, up_to=one.sequence):
            last = event
        return last

    async def append(self, event: NewEvent, guard: Guard) -> Appended:
        """Append the event if nothing under the guard has changed; raise ConflictError if something has.

        An unanswered publish is repeated with the same id until it is known what became of it; TransientError when
        the server stays away. An event that stands there already, by its id, is a success. Raises 413
        `request-too-large` for a state that no event can hold: it would never be taken.
        """
        with tracing.piece(f"append {event.type}", "producer", _told(event)):
            return await self._append(event, guard)

    async def _append(self, event: NewEvent, guard: Guard) -> Appended:
        headers = event.headers() | {
            "Nats-Expected-Last-Subject-Sequence": str(guard.sequence),
            "Nats-Expected-Last-Subject-Sequence-Subject": guard.filter,
        }
        body = event.body()
        if len(body) > EVENT_BYTES_MAX:
            raise ProblemError(413, "request-too-large", limit=EVENT_BYTES_MAX)

        async def append() -> Appended:
            try:
                return await self._append_once(event, body, headers)
            except (nats.errors.Error, TimeoutError) as error:
                if self.connection.was_denied(event.subject):
                    raise ForbiddenError(f"not allowed to publish to {event.subject}") from error
                raise

        try:
            return await answered(append, "the log")
        except js_errors.APIError as error:
            raise TransientError(f"the log refused an event: {error}") from error

    async def _append_once(self, event: NewEvent, body: bytes, headers: dict[str, str]) -> Appended:
        try:
            ack = await self.connection.js.publish(
                event.subject, body, stream=STREAM, headers=dict(headers), timeout=WRITE_SECONDS_MAX
            )
        except js_errors.APIError as error:
            if error.err_code in STREAM_FULL:
                raise TransientError("the log is full") from error
            if error.err_code not in WRONG_LAST_SEQUENCE:
                raise
            return await self._after_refusal(event)
        if ack.duplicate:
            stands = await self.at(ack.seq)
            if (stands.subject, stands.id) != (event.subject, event.id):
                raise PermanentError(f"another event has the id of {event.type}", code="event-id-taken")
        return Appended(sequence=ack.seq, duplicate=bool(ack.duplicate))

    async def _after_refusal(self, event: NewEvent) -> Appended:
        """A refusal may be our own earlier success (a lost answer): look before calling it a conflict."""
        if own := await self.find(event.subject, event.id):
            return Appended(sequence=own.sequence, duplicate=True)
        raise ConflictError(event.subject)

    async def decide(self, project_id: str, decide: Decide) -> tuple[ProjectLog, Appended | None]:
        """Load, decide, append; on a conflict load and decide again, a bounded number of times.

        `decide` is pure: it returns the event and its guard, None when there is nothing to do, or raises a refusal.
        Returns the project as it is afterwards and where the event stands, None when there was nothing to do.
        """
        async with self.lock(project_id):
            for attempt in range(DECISIONS_MAX):
                project = await self.load(project_id)
                if (decision := decide(project)) is None:
                    return project, None
                event, guard = decision
                try:
                    appended = await self.append(event, guard)
                except ConflictError:
                    await asyncio.sleep(min(0.002 * 2**attempt, 0.2))
                else:
                    return _with(project, event, appended.sequence), appended
        raise TransientError(f"too many writers at once on project {project_id}")

    @asynccontextmanager
    async def lock(self, project_id: str) -> AsyncIterator[None]:
        """Hold this process's lock of the project: it makes conflicts rare, the guard makes them harmless."""
        lock = self._locks[project_id]
        try:
            async with lock:
                yield
        finally:
            if not lock.locked() and not getattr(lock, "_waiters", None):
                self._locks.pop(project_id, None)

    async def last_message(self, subject_filter: str) -> Recorded | None:
        """Ask the leader for the last message under a filter; never stale. On a single subject it is an event."""
        last = await self._leader_get({"last_by_subj": subject_filter})
        return last if last is None or last.subject != subject_filter else await self._ours(last)

    async def at(self, sequence: int) -> Recorded:
        """Return the message at a sequence; PermanentError when there is none."""
        if found := await self._leader_get({"seq": sequence}):
            return found
        raise PermanentError(f"no message at sequence {sequence}", code="no-such-sequence")

    async def last_sequence(self) -> int:
        """Return the sequence of the last message of the whole log, as its leader knows it."""
        return await self._last_under(">")

    async def _leader_get(self, request: dict[str, object]) -> Recorded | None:
        answer = await request_json(self.connection.client, f"$JS.API.STREAM.MSG.GET.{STREAM}", request)
        error = answer.get("error")
        if error and error["code"] == 404:
            return None
        if error:
            raise TransientError(f"the log refused a read: {error['description']}")
        message = answer["message"]
        return Recorded(
            subject=message["subject"],
            sequence=message["seq"],
            time=_time(message["time"]),
            headers=_headers(base64.b64decode(message.get("hdrs", ""))),
            data=base64.b64decode(message.get("data", "")),
        )

    async def history(
        self, subject_filter: str, after: int = 0, up_to: int | None = None, *, foreign: bool = False
    ) -> AsyncIterator[Recorded]:
        """Yield every event ever recorded under a filter, in order, as far as the leader has it now.

        `foreign`: also what is no event of ours.
        """
        if up_to is None:
            up_to = await self._last_under(subject_filter)
        while after < up_to:
            batch = await self._direct.next_of(subject_filter, after + 1, HISTORY_BATCH_MAX)
            if not batch:
                # A replica that lags, or nothing more under this filter: the leader knows which.
                up_to = min(up_to, await self._last_under(subject_filter))
                await asyncio.sleep(0.02 if after < up_to else 0)
            for one in batch:
                after = one.sequence
                if one.sequence <= up_to and (foreign or one.is_ours):
                    yield one

    async def _last_under(self, subject_filter: str) -> int:
        last = await self._leader_get({"last_by_subj": subject_filter})
        return last.sequence if last else 0

    async def find(self, subject: str, id_: str) -> Recorded | None:
        """Return the event with this id in the subject's whole history, newest first where it is cheap."""
        last = await self.last_message(subject)
        if last is None or last.id == id_:
            return last
        async for one in self.history(subject, up_to=last.sequence):
            if one.id == id_:
                return one
        return None

    async def follow(self, after: int = 0) -> AsyncIterator[list[Recorded]]:
        """Yield the whole log after a sequence, in order and in batches; then wait for more, for ever."""
        announced = Announced()
        client = self.connection.client
        subscriptions = [await client.subscribe(f"{owner}.>", cb=announced.take) for owner in OWNERS]
        try:
            async for batch in followed(lambda start, most: self._direct.next_of(">", start, most), announced, after):
                yield batch
        finally:
            for one in subscriptions:
                await _unsubscribe_quietly(one)


def _with(project: ProjectLog, event: NewEvent, sequence: int) -> ProjectLog:
    """Return the project with an event of ours that has just been appended, without asking the log again."""
    recorded = Recorded(event.subject, sequence, event.at, event.headers(), event.body())
    return grown(project, [recorded], max(project.position, sequence))


def _told(event: NewEvent) -> dict[str, str]:
    return {
        "messaging.system": "nats",
        "messaging.operation.type": "send",
        "messaging.destination.name": event.subject,
        "messaging.message.id": event.id,
    }


async def _unsubscribe_quietly(subscription: object) -> None:
    """Give a subscription back; on a connection that is closed there is nothing left to give back."""
    try:
        await subscription.unsubscribe()  # type: ignore[attr-defined]  # nats-py exports no public type for it
    except nats.errors.Error:
        _logger.debug("subscription_was_closed")


async def request_json(client: Client, subject: str, body: dict[str, object]) -> dict[str, Any]:
    """Ask a JetStream API and return its answer, refusals too; TransientError when nobody answers in time.

    Only for reads: it asks again while a cluster elects a new leader, which takes seconds.
    """

    async def ask(seconds: float) -> dict[str, Any]:
        answer = await client.request(subject, json.dumps(body).encode(), timeout=seconds)
        told: dict[str, Any] = json.loads(answer.data)
        if told.get("error", {}).get("code", 0) >= 500:
            raise nats.errors.NoRespondersError
        return told

    return await answered(lambda: soonest(ask), subject)


class DirectGet:
    """`$JS.API.DIRECT.GET`, which answers one request with many messages; nats-py has no helper for it."""

    def __init__(self, connection: Connection, stream: str = STREAM) -> None:
        self._connection = connection
        self._subject = f"$JS.API.DIRECT.GET.{stream}"
        self._prefix = connection.client.new_inbox()
        self._tokens = itertools.count()
        self._waiting: dict[str, asyncio.Queue[Msg]] = {}
        self._subscribing: Awaitable[object] | None = None

    async def last_of(self, filters: Sequence[str], up_to: int) -> list[Recorded]:
        """Return the last message of each subject under the filters, none newer than `up_to`.

        Empty when there is none, or when the replica that answers has not reached `up_to`.
        """
        return await self._request({"multi_last": list(filters), "up_to_seq": up_to})

    async def next_of(self, subject_filter: str, sequence: int, batch: int) -> list[Recorded]:
        """Return up to `batch` messages under the filter from a sequence on."""
        return await self._request({"seq": sequence, "batch": batch, "next_by_subj": subject_filter})

    async def _request(self, request: dict[str, object]) -> list[Recorded]:
        await self._subscribe()
        return await answered(lambda: self._ask(request), "a direct get")

    async def _ask(self, request: dict[str, object]) -> list[Recorded]:
        token = str(next(self._tokens))
        answers = self._waiting[token] = asyncio.Queue()
        try:
            await self._connection.client.publish(
                self._subject, json.dumps(request).encode(), reply=f"{self._prefix}.{token}"
            )
            return await self._collect(answers)
        finally:
            del self._waiting[token]

    async def _collect(self, answers: "asyncio.Queue[Msg]") -> list[Recorded]:
        """Take answers until the last one. A request that was sent twice, over a new connection, is answered twice."""
        found: dict[int, Recorded] = {}
        while True:
            message = answers.get_nowait() if answers.qsize() else await within(answers.get())
            headers = message.headers or {}
            status = headers.get("Status")
            if status is None:
                one = _from_direct(message)
                found[one.sequence] = one
            elif status in {"204", "404"}:
                return list(found.values())
            elif status == "413":
                raise TooManySubjectsError
            elif status == "503":
                raise nats.errors.NoRespondersError
            else:
                raise TransientError(f"the log answered {status} {headers.get('Description', '')}")

    async def _subscribe(self) -> None:
        if self._subscribing is None:
            self._subscribing = asyncio.ensure_future(
                self._connection.client.subscribe(
                    f"{self._prefix}.*",
                    cb=self._on_answer,
                    pending_msgs_limit=0,
                    pending_bytes_limit=ANSWER_BYTES_MAX,
                )
            )
        await self._subscribing

    async def _on_answer(self, message: Msg) -> None:
        if queue := self._waiting.get(message.subject.rsplit(".", 1)[1]):
            queue.put_nowait(message)


def _from_direct(message: Msg) -> Recorded:
    headers = {str(getattr(name, "value", name)): value for name, value in (message.headers or {}).items()}
    return Recorded(
        subject=headers["Nats-Subject"],
        sequence=int(headers["Nats-Sequence"]),
        time=_time(headers["Nats-Time-Stamp"]),
        headers=headers,
        data=message.data,
    )


def _time(text: str) -> datetime:
    """Parse a server's time; it has nanoseconds, of which Python keeps six digits."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6] or '0'}+00:00")


def _headers(raw: bytes) -> dict[str, str]:
    lines = raw.decode("utf-8", "replace").split("\r\n")[1:]
    return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines) if name}
