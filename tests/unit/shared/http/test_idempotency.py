"""The same key and body answers the first answer again; the effect happens once, however many ask at once."""

import asyncio
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from shared.errors import ProblemError
from shared.http.answer_stores import InMemoryAnswerStore
from shared.http.idempotency import Entry, Idempotency, RepetitionKey, fingerprint

KEY = RepetitionKey.of("k-1", sub="anna", method="POST", path="/v1/projects/p/results")
BODY = fingerprint(b'{"title":"x"}')


async def anybody() -> None:
    """The look at a caller who may."""


class Creation:
    """An effect that counts how often it happened."""

    def __init__(self, seconds: float = 0.0, until: asyncio.Event | None = None) -> None:
        self.count = 0
        self.seconds = seconds
        self.until = until

    async def __call__(self) -> Response:
        self.count += 1
        number = self.count
        await asyncio.sleep(self.seconds)
        if self.until:
            await self.until.wait()
        return JSONResponse({"id": number}, 201, headers={"ETag": '"5-0"', "Location": "/v1/results/1"})


@pytest.fixture
def idempotency() -> Idempotency:
    return Idempotency(store=InMemoryAnswerStore(), wait_seconds=1.0)


async def test_a_repetition_gets_the_first_answer(idempotency: Idempotency) -> None:
    create = Creation()

    first = await idempotency.run(KEY, BODY, create, may=anybody)
    again = await idempotency.run(KEY, BODY, create, may=anybody)

    assert create.count == 1
    assert (again.status_code, again.body) == (first.status_code, first.body)
    assert again.headers["etag"] == '"5-0"'
    assert again.headers["content-type"] == "application/json"
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers.getlist("content-length") == [str(len(first.body))]


async def test_who_may_no_longer_read_it_gets_no_answer_again(idempotency: Idempotency) -> None:
    async def no_longer() -> None:
        raise ProblemError(404, "unknown-project")

    create = Creation()
    await idempotency.run(KEY, BODY, create, may=anybody)

    with pytest.raises(ProblemError, match="unknown-project"):
        await idempotency.run(KEY, BODY, create, may=no_longer)
    assert create.count == 1
    assert (await idempotency.run(KEY, BODY, create, may=anybody)).status_code == 201


async def test_without_a_key_nothing_is_remembered(idempotency: Idempotency) -> None:
    create = Creation()

    await idempotency.run(None, BODY, create, may=anybody)
    await idempotency.run(None, BODY, create, may=anybody)

    assert create.count == 2


async def test_another_body_under_the_same_key_is_refused(idempotency: Idempotency) -> None:
    await idempotency.run(KEY, BODY, Creation(), may=anybody)

    with pytest.raises(ProblemError) as raised:
        await idempotency.run(KEY, fingerprint(b"other"), Creation(), may=anybody)

    assert (raised.value.status, raised.value.code) == (422, "idempotency-key-reused")


async def test_many_at_once_create_once_and_all_hear_of_it(idempotency: Idempotency) -> None:
    create = Creation(seconds=0.05)

    answers = await asyncio.gather(*(idempotency.run(KEY, BODY, create, may=anybody) for _ in range(20)))

    assert create.count == 1
    assert {bytes(answer.body) for answer in answers} == {b'{"id":1}'}


async def test_who_waits_too_long_is_told_to_come_back() -> None:
    idempotency = Idempotency(store=InMemoryAnswerStore(), wait_seconds=0.1)
    first = asyncio.create_task(idempotency.run(KEY, BODY, Creation(seconds=0.6), may=anybody))
    await asyncio.sleep(0.02)

    with pytest.raises(ProblemError) as raised:
        await idempotency.run(KEY, BODY, Creation(), may=anybody)

    assert (raised.value.status, raised.value.code) == (409, "request-in-progress")
    assert (await first).status_code == 201


async def test_a_refusal_is_not_kept(idempotency: Idempotency) -> None:
    async def refuse() -> Response:
        raise ProblemError(409, "project-locked")

    with pytest.raises(ProblemError):
        await idempotency.run(KEY, BODY, refuse, may=anybody)

    create = Creation()
    assert (await idempotency.run(KEY, fingerprint(b"mended"), create, may=anybody)).status_code == 201


async def test_the_claim_of_a_process_that_died_is_taken_over() -> None:
    store, now = InMemoryAnswerStore(), 1000.0
    await store.write(KEY.digest, Entry(fingerprint=BODY, owner="dead", at=now), 0)
    early = Idempotency(store=store, wait_seconds=0.05, claim_seconds=120, clock=lambda: now + 10)
    late = Idempotency(store=store, wait_seconds=0.05, claim_seconds=120, clock=lambda: now + 121)

    with pytest.raises(ProblemError, match="request-in-progress"):
        await early.run(KEY, BODY, Creation(), may=anybody)
    assert (await late.run(KEY, BODY, Creation(), may=anybody)).status_code == 201


async def test_an_act_that_takes_longer_than_a_claim_lasts_keeps_its_claim() -> None:
    store, moments, go_on = InMemoryAnswerStore(), [1000.0], asyncio.Event()
    idempotency = Idempotency(store=store, wait_seconds=30.0, claim_seconds=0.2, clock=lambda: moments[-1])
    create = Creation(until=go_on)

    first = asyncio.create_task(idempotency.run(KEY, BODY, create, may=anybody))
    async with asyncio.timeout(20):
        for _ in range(3):
            moments.append(moments[-1] + 0.15)
            await _claimed_at(store, moments[-1])
    again = asyncio.create_task(idempotency.run(KEY, BODY, create, may=anybody))
    await asyncio.sleep(0.1)
    go_on.set()

    assert (await again).body == (await first).body
    assert create.count == 1


async def _claimed_at(store: InMemoryAnswerStore, moment: float) -> None:
    while True:
        found = await store.read(KEY.digest)
        if found and found[0].at == moment:
            return
        await asyncio.sleep(0.01)


def test_keys_are_bound_to_caller_method_and_address() -> None:
    def digest(**changes: str) -> str:
        return RepetitionKey.of("k-1", **{"sub": "anna", "method": "POST", "path": "/v1/a", **changes}).digest

    digests = {digest(), digest(sub="bob"), digest(method="PUT"), digest(path="/v1/b")}
    assert len(digests) == 4
    assert digest() == digest()


@pytest.mark.parametrize("key", ["", "k" * 256, "ķ", "a\nb", "a\x7f"])
def test_an_unusable_key_is_refused(key: str) -> None:
    with pytest.raises(ProblemError, match="idempotency-key-invalid"):
        RepetitionKey.of(key, sub="anna", method="POST", path="/")


def test_fingerprints_do_not_run_together() -> None:
    parts: list[tuple[Any, ...]] = [("ab", "c"), ("a", "bc"), ("abc",), ("abc", "")]
    assert len({fingerprint(*one) for one in parts}) == 4


def test_an_entry_survives_the_wire() -> None:
    entry = Entry(fingerprint="f", owner="o", at=1.5, status=201, headers=(("etag", '"1-0"'),), body="e30=")
    assert Entry.decode(entry.encode()) == entry
