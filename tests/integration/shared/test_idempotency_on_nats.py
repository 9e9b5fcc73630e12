"""Answers kept in the real bucket with the rights of the real user: two replicas, one effect."""

import asyncio
import secrets
from collections.abc import AsyncIterator

import pytest
from starlette.responses import JSONResponse, Response

from local.servers import Credentials as ServerCredentials
from local.servers import NatsServer
from shared.errors import ProblemError
from shared.http.answer_stores import InMemoryAnswerStore, KvAnswerStore
from shared.http.idempotency import AnswerStore, Entry, Idempotency, RepetitionKey, StaleEntryError, fingerprint
from tests.integration.messaging.users import log_of

BODY = fingerprint("body")


@pytest.fixture(params=["memory", "nats"])
async def store(
    request: pytest.FixtureRequest, nats_server: NatsServer, credentials: ServerCredentials
) -> AsyncIterator[AnswerStore]:
    if request.param == "memory":
        yield InMemoryAnswerStore()
        return
    async with log_of("intake", nats_server, credentials) as log:
        yield KvAnswerStore(log.connection.js, "idempotency-intake")


def new_key() -> RepetitionKey:
    return RepetitionKey.of(secrets.token_hex(8), sub="anna", method="POST", path="/v1/projects/p/results")


def entry(**changes: object) -> Entry:
    return Entry(**{"fingerprint": BODY, "owner": "me", "at": 1.0, **changes})  # type: ignore[arg-type]  # as named


async def test_an_entry_is_written_only_over_the_revision_that_was_read(store: AnswerStore) -> None:
    key = new_key().digest

    assert await store.read(key) is None
    first = await store.write(key, entry(), 0)
    with pytest.raises(StaleEntryError):
        await store.write(key, entry(owner="other"), 0)
    second = await store.write(key, entry(status=201), first)
    with pytest.raises(StaleEntryError):
        await store.write(key, entry(owner="other"), first)

    assert await store.read(key) == (entry(status=201), second)


async def test_a_removed_entry_can_be_written_again(store: AnswerStore) -> None:
    key = new_key().digest
    revision = await store.write(key, entry(), 0)

    await store.remove(key, revision)

    assert await store.read(key) is None
    assert await store.write(key, entry(owner="other"), 0)


async def test_a_claim_that_was_taken_over_is_not_removed(store: AnswerStore) -> None:
    key = new_key().digest
    old = await store.write(key, entry(), 0)
    await store.write(key, entry(owner="other"), old)

    with pytest.raises(StaleEntryError):
        await store.remove(key, old)

    found = await store.read(key)
    assert found is not None
    assert found[0].owner == "other"


async def anybody() -> None:
    """The look at a caller who may."""


async def test_two_replicas_create_once(store: AnswerStore) -> None:
    key, created = new_key(), 0

    async def create() -> Response:
        nonlocal created
        created += 1
        await asyncio.sleep(0.05)
        return JSONResponse({"id": created}, 201)

    replicas = [Idempotency(store=store), Idempotency(store=store)]
    answers = await asyncio.gather(*(replicas[number % 2].run(key, BODY, create, may=anybody) for number in range(12)))

    assert created == 1
    assert {bytes(answer.body) for answer in answers} == {b'{"id":1}'}
    with pytest.raises(ProblemError, match="idempotency-key-reused"):
        await replicas[0].run(key, fingerprint("another body"), create, may=anybody)
