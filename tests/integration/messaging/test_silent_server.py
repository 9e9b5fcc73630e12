"""A server that stands still with every connection open, and goes on after a while, or does not."""

import asyncio
import os
import secrets
import signal
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import nats.aio.client
import pytest
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError
from pydantic import SecretStr

from local.servers import Credentials as ServerCredentials
from local.servers import NatsCluster, NatsServer
from shared.http.answer_stores import KvAnswerStore
from shared.http.idempotency import Entry
from shared.messaging.buckets import Bucket
from shared.messaging.connection import Connection, Credentials, connect
from tests.integration.deploy.authority import Tls, make_tls
from tests.integration.messaging.users import log_of

# Longer than one try, shorter than a client's patience with a server.
A_MOMENT_SECONDS = 2.4
LEFT_SECONDS_MAX = 30.0


@contextmanager
def frozen(server: NatsServer) -> Iterator[None]:
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


async def a_moment_frozen(server: NatsServer) -> None:
    with frozen(server):
        await asyncio.sleep(A_MOMENT_SECONDS)


@pytest.fixture
async def bucket(nats_server: NatsServer, credentials: ServerCredentials) -> AsyncIterator[Bucket]:
    async with log_of("intake", nats_server, credentials) as log:
        yield Bucket(log.connection.js, "uploads")


async def test_a_write_whose_answer_came_late_is_known_for_our_own(nats_server: NatsServer, bucket: Bucket) -> None:
    key = secrets.token_hex(8)
    first = await bucket.write(key, b"first", 0)
    frozen_meanwhile = asyncio.create_task(a_moment_frozen(nats_server))
    await asyncio.sleep(0.1)

    second = await bucket.write(key, b"second", first)

    await frozen_meanwhile
    assert await bucket.get(key) == (b"second", second)
    with pytest.raises(KeyWrongLastSequenceError):
        await bucket.write(key, b"third", first)
    assert await bucket.write(key, b"third", second) > second


async def test_a_deleted_key_is_written_anew_and_deleted_again_without_harm(bucket: Bucket) -> None:
    key = secrets.token_hex(8)
    await bucket.delete(key)
    revision = await bucket.write(key, b"one", 0)
    with pytest.raises(KeyWrongLastSequenceError):
        await bucket.delete(key, revision - 1)

    await bucket.delete(key, revision)

    with pytest.raises(KeyNotFoundError):
        await bucket.get(key)
    assert await bucket.put(key, b"two") > revision


async def test_an_answer_is_claimed_although_the_bucket_is_silent_for_a_moment(
    nats_server: NatsServer, credentials: ServerCredentials
) -> None:
    async with log_of("intake", nats_server, credentials) as log:
        store = KvAnswerStore(log.connection.js, "idempotency-intake")
        key, claim = secrets.token_hex(32), Entry(fingerprint="body", owner="me", at=1.0)
        frozen_meanwhile = asyncio.create_task(a_moment_frozen(nats_server))
        await asyncio.sleep(0.1)

        assert await store.read(key) is None
        revision = await store.write(key, claim, 0)

        await frozen_meanwhile
        assert await store.read(key) == (claim, revision)


async def test_a_client_leaves_the_node_that_stands_still(nats_cluster: NatsCluster) -> None:
    password = SecretStr(nats_cluster.credentials.nats["intake"])
    connection = await connect(Credentials(url=nats_cluster.url, user="intake", password=password), name="test")
    [node] = [one for one in nats_cluster.nodes if one.ports.nats == port_of(connection)]
    try:
        with frozen(node):
            async with asyncio.timeout(LEFT_SECONDS_MAX):
                while port_of(connection) in (None, node.ports.nats):  # noqa: ASYNC110 - the client says it to nobody
                    await asyncio.sleep(0.05)
            assert await Bucket(connection.js, "uploads").put(secrets.token_hex(8), b"here")
    finally:
        await connection.close()


def port_of(connection: Connection) -> int | None:
    url = connection.client.connected_url
    return url.port if url else None


async def test_who_is_left_for_being_silent_is_not_waited_for_to_say_good_bye(tmp_path: Path) -> None:
    """Under TLS asyncio would wait thirty seconds for the other side, which never reads again."""
    tls = make_tls(tmp_path)
    listening = socket.create_server(("127.0.0.1", 0))
    accepted = asyncio.create_task(asyncio.to_thread(accept_and_fall_silent, listening, tls))
    transport: Any = nats.aio.client.TcpTransport()  # type: ignore[attr-defined,no-untyped-call]  # a client makes it
    await transport.connect(urlparse(f"tls://127.0.0.1:{listening.getsockname()[1]}"), 4096, 10)
    trusting = ssl.create_default_context(cafile=str(tls.bundle))
    await transport.connect_tls("127.0.0.1", trusting, 4096, 10)
    silent = await accepted

    transport.close()
    async with asyncio.timeout(15):
        await transport.wait_closed()

    silent.close()
    listening.close()


def accept_and_fall_silent(listening: socket.socket, tls: Tls) -> ssl.SSLSocket:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tls.certificate, tls.key)
    connection, _ = listening.accept()
    return context.wrap_socket(connection, server_side=True)
