"""Objects on the real S3 server, each service with its own key."""

import asyncio
import hashlib
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from local.servers import SeaweedServer
from shared.errors import TransientError
from shared.health import NotReadyError
from shared.settings import S3Settings
from shared.storage.ports import (
    CHUNK_BYTES,
    ObjectCorruptError,
    ObjectMissingError,
    RangeOutsideError,
    StoreAwayError,
)
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import CLEAN, INCOMING, PARTS_PREFIX, PUBLIC, RECEIPTS

MIB = 1024 * 1024


def settings_of(server: SeaweedServer, user: str) -> S3Settings:
    access_key, secret_key = server.credentials.store[user]
    return S3Settings(s3_endpoint=server.endpoint, s3_access_key=access_key, s3_secret_key=SecretStr(secret_key))


def store_of(server: SeaweedServer, user: str) -> S3ObjectStore:
    return S3ObjectStore(settings_of(server, user))


@pytest.fixture
async def intake(store_server: SeaweedServer) -> AsyncIterator[S3ObjectStore]:
    store = store_of(store_server, "intake")
    yield store
    store.close()


@pytest.fixture
async def validator(store_server: SeaweedServer) -> AsyncIterator[S3ObjectStore]:
    store = store_of(store_server, "validator")
    yield store
    store.close()


@pytest.fixture
async def sweeper(store_server: SeaweedServer) -> AsyncIterator[S3ObjectStore]:
    store = store_of(store_server, "sweeper")
    yield store
    store.close()


@pytest.fixture
def key() -> str:
    return f"p-{uuid4().hex}/r/1/file ā+&%.pdf"


async def read(store: S3ObjectStore, bucket: str, key: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.read(bucket, key, start=start, length=length)])


async def test_a_file_comes_back_byte_for_byte(
    intake: S3ObjectStore, validator: S3ObjectStore, key: str, tmp_path: Path
) -> None:
    data = bytes(range(256)) * 9000
    path = tmp_path / "file"
    path.write_bytes(data)

    await intake.put_file(INCOMING, key, path, sha256=hashlib.sha256(data).hexdigest(), content_type="application/pdf")
    stat = await validator.stat(INCOMING, key)

    assert await read(validator, INCOMING, key) == data
    assert (stat.key, stat.size, stat.content_type) == (key, len(data), "application/pdf")
    assert stat.modified is not None


async def test_the_store_refuses_bytes_of_another_digest(
    intake: S3ObjectStore, validator: S3ObjectStore, key: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"these bytes")

    with pytest.raises(ObjectCorruptError):
        await intake.put_file(INCOMING, key, path, sha256=hashlib.sha256(b"those bytes").hexdigest())

    with pytest.raises(ObjectMissingError):
        await validator.stat(INCOMING, key)


async def test_a_file_of_ours_that_is_gone_is_not_the_stores_fault(
    intake: S3ObjectStore, key: str, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        await intake.put_file(INCOMING, key, tmp_path / "absent", sha256="0" * 64)


async def test_ranges_are_exact(validator: S3ObjectStore, key: str) -> None:
    await validator.put_bytes(CLEAN, key, b"0123456789")

    assert await read(validator, CLEAN, key, 2, 3) == b"234"
    assert await read(validator, CLEAN, key, 7) == b"789"
    assert await read(validator, CLEAN, key, 0, 1) == b"0"
    assert await read(validator, CLEAN, key, 3, 0) == b""
    with pytest.raises(RangeOutsideError):
        await read(validator, CLEAN, key, 10, 1)


async def test_an_empty_object_is_an_object(validator: S3ObjectStore, key: str) -> None:
    await validator.put_bytes(CLEAN, key, b"")

    assert (await validator.stat(CLEAN, key)).size == 0
    assert await read(validator, CLEAN, key) == b""


async def test_what_is_missing_is_missing(validator: S3ObjectStore, key: str) -> None:
    with pytest.raises(ObjectMissingError):
        await validator.stat(CLEAN, key)
    with pytest.raises(ObjectMissingError):
        await read(validator, CLEAN, key)
    await validator.delete(CLEAN, key)


async def test_what_is_deleted_is_gone(validator: S3ObjectStore, key: str) -> None:
    await validator.put_bytes(CLEAN, key, b"x")
    await validator.delete(CLEAN, key)

    with pytest.raises(ObjectMissingError):
        await validator.stat(CLEAN, key)


async def test_a_large_object_passes_in_bounded_memory(
    intake: S3ObjectStore, validator: S3ObjectStore, key: str, tmp_path: Path
) -> None:
    path, digest = tmp_path / "large", hashlib.sha256()
    with path.open("wb") as file:
        for number in range(60):
            block = bytes([number]) * MIB
            digest.update(block)
            file.write(block)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    await intake.put_file(INCOMING, key, path, sha256=digest.hexdigest())
    back, largest = hashlib.sha256(), 0
    async for chunk in validator.read(INCOMING, key):
        back.update(chunk)
        largest = max(largest, len(chunk))

    assert back.digest() == digest.digest()
    assert largest <= CHUNK_BYTES
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30 * 1024


async def test_a_stream_may_be_left_early(validator: S3ObjectStore, key: str) -> None:
    await validator.put_bytes(CLEAN, key, b"x" * (8 * MIB))

    for _ in range(40):
        stream = validator.read(CLEAN, key)
        assert await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]  # an asynchronous generator, so that it can be closed
    assert len(await read(validator, CLEAN, key)) == 8 * MIB


async def test_a_listing_names_everything_under_its_prefix(intake: S3ObjectStore, sweeper: S3ObjectStore) -> None:
    prefix = f"list-{uuid4().hex}/"
    keys = [f"{prefix}{number:04}/a" for number in range(620)]
    await asyncio.gather(*(intake.put_bytes(INCOMING, one, b"x") for one in keys))
    await intake.put_bytes(INCOMING, f"other-{prefix}x", b"x")

    assert [found.key async for found in sweeper.list(INCOMING, prefix)] == keys


async def test_parts_become_one_object_only_when_completed(
    intake: S3ObjectStore, validator: S3ObjectStore, key: str
) -> None:
    first, second = b"a" * (5 * MIB), b"b" * 1000
    upload_id = await intake.create_upload(INCOMING, key, content_type="video/mp4")
    parts = [
        await intake.upload_part(INCOMING, key, upload_id, 1, first),
        await intake.upload_part(INCOMING, key, upload_id, 2, second),
    ]
    with pytest.raises(ObjectMissingError):
        await validator.stat(INCOMING, key)

    await intake.complete_upload(INCOMING, key, upload_id, parts)

    assert await read(validator, INCOMING, key) == first + second


async def test_an_aborted_upload_leaves_nothing(intake: S3ObjectStore, validator: S3ObjectStore, key: str) -> None:
    upload_id = await intake.create_upload(INCOMING, key)
    await intake.upload_part(INCOMING, key, upload_id, 1, b"x")
    await intake.abort_upload(INCOMING, key, upload_id)
    await intake.abort_upload(INCOMING, key, upload_id)

    with pytest.raises(ObjectMissingError):
        await intake.upload_part(INCOMING, key, upload_id, 2, b"x")
    with pytest.raises(ObjectMissingError):
        await validator.stat(INCOMING, key)


async def test_parts_can_be_joined_by_the_store(intake: S3ObjectStore, validator: S3ObjectStore, key: str) -> None:
    sources = [f"{PARTS_PREFIX}{key}/{number}" for number in (1, 2)]
    await intake.put_bytes(INCOMING, sources[0], b"a" * (5 * MIB))
    await intake.put_bytes(INCOMING, sources[1], b"end")

    await intake.compose(INCOMING, key, sources)

    assert (await read(validator, INCOMING, key))[-4:] == b"aend"


@pytest.mark.parametrize(
    ("user", "bucket"), [("validator", PUBLIC), ("publisher", INCOMING), ("review", CLEAN), ("intake", CLEAN)]
)
async def test_no_service_writes_another_zone(store_server: SeaweedServer, key: str, user: str, bucket: str) -> None:
    store = store_of(store_server, user)
    try:
        with pytest.raises(StoreAwayError, match="AccessDenied"):
            await store.put_bytes(bucket, key, b"x")
    finally:
        store.close()


async def test_readiness_knows_a_good_key_from_a_bad_one(store_server: SeaweedServer) -> None:
    good = store_of(store_server, "intake")
    settings = settings_of(store_server, "intake")
    bad = S3ObjectStore(settings.model_copy(update={"s3_secret_key": SecretStr("wrong-wrong")}))

    assert await good.check(INCOMING) is None
    assert await good.check(RECEIPTS) is None
    with pytest.raises(NotReadyError, match="SignatureDoesNotMatch"):
        await bad.check(INCOMING)


async def test_a_store_that_is_away_is_a_transient_trouble(key: str, tmp_path: Path) -> None:
    store = S3ObjectStore(
        S3Settings(s3_endpoint="127.0.0.1:9", s3_access_key="nobody", s3_secret_key=SecretStr("nothing"))
    )

    for attempt in (store.put_bytes(CLEAN, key, b"x"), store.stat(CLEAN, key), read(store, CLEAN, key)):
        with pytest.raises(TransientError, match="does not answer"):
            await attempt
    with pytest.raises(NotReadyError, match=r"127\.0\.0\.1:9 does not answer"):
        await store.check(CLEAN)


async def serve_half_an_object(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nContent-Type: text/plain\r\n\r\n" + b"x" * 500)
    await writer.drain()
    writer.close()


async def test_a_stream_that_breaks_off_is_never_taken_for_the_whole() -> None:
    server = await asyncio.start_server(serve_half_an_object, "127.0.0.1", 0)
    address, port = server.sockets[0].getsockname()
    store = S3ObjectStore(
        S3Settings(s3_endpoint=f"{address}:{port}", s3_access_key="nobody", s3_secret_key=SecretStr("nothing"))
    )
    try:
        with pytest.raises(StoreAwayError):
            await read(store, CLEAN, "key")
    finally:
        store.close()
        server.close()


async def test_a_store_that_asks_to_try_again_is_asked_again() -> None:
    error = b"<Error><Code>InternalError</Code><Resource>/clean/key</Resource></Error>"
    answers = [(b"500 Internal Server Error", error), (b"503 Slow Down", error), (b"200 OK", b"the object")]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        status, body = answers.pop(0)
        writer.write(b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address, port = server.sockets[0].getsockname()
    store = S3ObjectStore(
        S3Settings(s3_endpoint=f"{address}:{port}", s3_access_key="nobody", s3_secret_key=SecretStr("nothing"))
    )
    try:
        assert await read(store, CLEAN, "key") == b"the object"
    finally:
        store.close()
        server.close()
