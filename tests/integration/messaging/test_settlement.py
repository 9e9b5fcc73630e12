"""Work on the real server: done once, put back while a dependency is away, dead letters, replay, drift."""

import asyncio
import itertools
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import nats.errors
import pytest
from nats.js import JetStreamContext

from local.servers import Credentials as ServerCredentials
from local.servers import NatsServer
from shared.errors import PermanentError, TransientError
from shared.messaging import deadletters, settlement
from shared.messaging.log import Log
from shared.messaging.settlement import Task, add_work, build_broker
from shared.messaging.streams import STREAMS, DriftError, check_drift, consumer_config, work
from tests.integration.messaging.users import login

Handle = Callable[[Task], Awaitable[None]]


@pytest.fixture
def worker(nats_server: NatsServer, credentials: ServerCredentials, intake: Log):  # type: ignore[no-untyped-def]  # a context manager factory
    @asynccontextmanager
    async def work_on(handle: Handle, *, slots: int = 2) -> AsyncIterator[None]:
        broker = build_broker(login("intake", nats_server, credentials), name="test worker")
        add_work(broker, "intake-upstream", handle, lambda: intake.connection.js, slots=slots)
        await broker.start()
        try:
            yield
        finally:
            await broker.stop()

    return work_on


async def post(js: JetStreamContext, body: bytes = b"{}") -> str:
    name = f"upstream.test.{secrets.token_hex(6)}"
    await js.publish(name, body, headers={"ce-id": name})
    return name


async def eventually(fact: Callable[[], Awaitable[bool]], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not await fact():  # noqa: ASYNC110 - the fact is on a server
            await asyncio.sleep(0.02)


async def unhandled(js: JetStreamContext) -> int:
    return (await js.stream_info("UPSTREAM")).state.messages


async def letters_of(js: JetStreamContext, name: str) -> list[tuple[int, deadletters.DeadLetter]]:
    return [(sequence, one) async for sequence, one in deadletters.letters(js) if one.subject == name]


async def test_a_handled_message_is_gone(worker, operator: Log) -> None:  # type: ignore[no-untyped-def]
    js = operator.connection.js
    seen: list[str] = []

    async def handle(task: Task) -> None:
        seen.append(task.recorded.subject)

    async with worker(handle):
        name = await post(js)
        await eventually(lambda: _none_left(js))

    assert seen == [name]


async def _none_left(js: JetStreamContext) -> bool:
    return await unhandled(js) == 0


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{not json"),
        ("application/json", b"\xff\xfe"),
        ("text/plain", b"\xff\xfe"),
        ("", b"[" * 3_000),
    ],
    ids=["broken", "no text", "no plain text", "deep"],
)
async def test_whatever_the_body_is_the_handler_sees_it(worker, operator: Log, kind: str, body: bytes) -> None:  # type: ignore[no-untyped-def]
    js = operator.connection.js
    seen: list[bytes] = []

    async def handle(task: Task) -> None:
        seen.append(task.recorded.data)

    async with worker(handle):
        headers = {"ce-id": secrets.token_hex(6)} | ({"content-type": kind} if kind else {})
        await js.publish(f"upstream.test.{secrets.token_hex(6)}", body, headers=headers)
        await eventually(lambda: _none_left(js))

    assert seen == [body]


async def test_a_dependency_that_is_away_delays_and_never_loses(worker, operator: Log) -> None:  # type: ignore[no-untyped-def]
    js = operator.connection.js
    tries: list[float] = []

    async def handle(task: Task) -> None:
        tries.append(asyncio.get_running_loop().time())
        if len(tries) < 4:
            raise TransientError("the store is away", delay_seconds_max=0.5)

    async with worker(handle):
        await post(js)
        await eventually(lambda: _none_left(js))

    pauses = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert len(tries) == 4
    assert all(pause > 0.15 for pause in pauses), pauses


TEXT = json.dumps({"text": secrets.token_urlsafe(720_000)}).encode()
NOISE = secrets.token_bytes(1_000_000)


@pytest.mark.parametrize(("body", "is_whole"), [(TEXT, True), (NOISE, False)], ids=["text", "noise"])
async def test_a_message_as_large_as_the_inbox_takes_becomes_a_dead_letter_too(  # type: ignore[no-untyped-def]
    worker, operator: Log, body: bytes, is_whole: bool
) -> None:
    js = operator.connection.js

    async def handle(task: Task) -> None:
        raise PermanentError("cannot be read", code="not-readable")

    async with worker(handle):
        name = await post(js, body)
        await eventually(lambda: _none_left(js))

    ((_, letter),) = await letters_of(js, name)
    assert (letter.body == body) is is_whole
    assert body.startswith(letter.body)
    assert ("1000000 bytes" in letter.reason) is not is_whole


async def test_a_message_that_can_never_be_handled_becomes_a_dead_letter_and_stops_nothing(  # type: ignore[no-untyped-def]
    worker, operator: Log
) -> None:
    js = operator.connection.js
    handled: list[str] = []

    async def handle(task: Task) -> None:
        if task.recorded.data == b"poison":
            raise PermanentError("cannot be read", code="not-readable")
        handled.append(task.recorded.subject)

    async with worker(handle):
        poison = await post(js, b"poison")
        good = await post(js)
        await eventually(lambda: _none_left(js))

    [(_, letter)] = await letters_of(js, poison)
    assert (letter.code, letter.reason, letter.body) == ("not-readable", "cannot be read", b"poison")
    assert handled == [good]


async def test_a_replayed_letter_is_handled_and_leaves_the_list(worker, operator: Log) -> None:  # type: ignore[no-untyped-def]
    js = operator.connection.js
    fixed = asyncio.Event()
    handled: list[tuple[str, bytes]] = []

    async def handle(task: Task) -> None:
        if not fixed.is_set():
            raise PermanentError("not yet", code="not-yet")
        handled.append((task.recorded.headers["ce-id"], task.recorded.data))

    async with worker(handle):
        name = await post(js, b"content")
        await eventually(lambda: _none_left(js))
        [(sequence, _)] = await letters_of(js, name)
        fixed.set()
        await deadletters.replay(js, sequence)
        await eventually(lambda: _handled(handled))

    assert handled == [(name, b"content")]
    assert await letters_of(js, name) == []


async def _handled(handled: list[tuple[str, bytes]]) -> bool:
    return bool(handled)


async def test_a_bug_is_tried_again_a_bounded_number_of_times(  # type: ignore[no-untyped-def]
    worker, operator: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settlement, "BUG_ATTEMPTS_MAX", 3)
    js = operator.connection.js
    tries: list[int] = []

    async def handle(task: Task) -> None:
        tries.append(task.attempt)
        raise RuntimeError("our own mistake")

    async with worker(handle):
        name = await post(js)
        await eventually(lambda: _none_left(js))

    [(_, letter)] = await letters_of(js, name)
    assert tries == [1, 2, 3]
    assert letter.code == "RuntimeError"


async def test_something_slow_holds_one_slot_only(worker, operator: Log) -> None:  # type: ignore[no-untyped-def]
    js = operator.connection.js
    release = asyncio.Event()
    done: list[bytes] = []

    async def handle(task: Task) -> None:
        if task.recorded.data == b"slow":
            await release.wait()
        done.append(task.recorded.data)

    async with worker(handle, slots=2):
        await post(js, b"slow")
        for number in range(5):
            await post(js, str(number).encode())
        await eventually(lambda: _five(done))
        release.set()
        await eventually(lambda: _none_left(js))

    assert done[-1] == b"slow"


async def _five(done: list[bytes]) -> bool:
    return len(done) == 5


async def test_a_stopping_worker_finishes_what_it_has(worker, operator: Log) -> None:  # type: ignore[no-untyped-def]
    js = operator.connection.js
    started, done = asyncio.Event(), []

    async def handle(task: Task) -> None:
        started.set()
        await asyncio.sleep(0.5)
        done.append(task.recorded.subject)

    async with worker(handle):
        name = await post(js)
        await started.wait()

    assert done == [name]
    assert await unhandled(js) == 0


async def test_services_find_streams_and_consumers_as_declared(
    nats_server: NatsServer, intake: Log, review: Log
) -> None:
    await check_drift(intake.connection.js, service="intake")
    await check_drift(review.connection.js, service="review")


async def test_drift_is_named_field_by_field(operator: Log, intake: Log) -> None:
    js = operator.connection.js
    declared = next(one for one in STREAMS if one.name == "DEADLETTERS")
    await js.update_stream((await js.stream_info("DEADLETTERS")).config.evolve(max_age=3_600))
    try:
        with pytest.raises(DriftError, match=r"stream DEADLETTERS: max_age is 3600.0, declared 7776000.0"):
            await check_drift(intake.connection.js, service="intake")
    finally:
        await js.update_stream((await js.stream_info("DEADLETTERS")).config.evolve(max_age=declared.max_age))


async def test_a_changed_consumer_is_drift(operator: Log) -> None:
    js = operator.connection.js
    declared = consumer_config(work("publisher-publish"))
    await js.add_consumer("EVENTS", declared.evolve(ack_wait=5))
    try:
        with pytest.raises(DriftError, match="consumer publisher-publish: ack_wait"):
            await check_drift(js)
    finally:
        await js.add_consumer("EVENTS", declared)


async def test_no_service_can_delete_purge_or_create(intake: Log) -> None:
    client = intake.connection.client
    for subject, body in (
        ("$JS.API.STREAM.PURGE.EVENTS", {}),
        ("$JS.API.STREAM.DELETE.EVENTS", {}),
        ("$JS.API.STREAM.MSG.DELETE.EVENTS", {"seq": 1}),
        ("$JS.API.CONSUMER.CREATE.EVENTS", {"stream_name": "EVENTS", "config": {}}),
        ("$JS.API.CONSUMER.MSG.NEXT.EVENTS.validator-check", {}),
    ):
        with pytest.raises(nats.errors.TimeoutError):
            await client.request(subject, json.dumps(body).encode(), timeout=0.3)
        assert intake.connection.was_denied(subject)
