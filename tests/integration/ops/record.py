"""The whole record of a platform, to be compared with another's."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from local.running import RunningPlatform
from shared.messaging.connection import Credentials, connect
from shared.messaging.log import Log
from shared.settings import S3Settings
from shared.storage.s3 import S3ObjectStore

Line = tuple[int, str, str, str, bytes]


async def record(url: str, password: str) -> list[Line]:
    """Sequence, subject, id, time and body of every event."""
    connection = await connect(Credentials(url=url, user="operator", password=SecretStr(password)), name="test")
    try:
        return [
            (one.sequence, one.subject, one.id, one.time.isoformat(), one.data)
            async for one in Log(connection).history(">")
        ]
    finally:
        await connection.close()


def operator_store(platform: RunningPlatform) -> S3ObjectStore:
    access_key, secret_key = platform.credentials.store["operator"]
    return S3ObjectStore(
        S3Settings(
            s3_endpoint=platform.urls["s3"].removeprefix("http://"),
            s3_access_key=access_key,
            s3_secret_key=SecretStr(secret_key),
        )
    )


@contextmanager
def changed_object(platform: RunningPlatform, bucket: str, key: str) -> Iterator[None]:
    """Other bytes under a key for the moment."""
    store = operator_store(platform)

    async def swap(data: bytes) -> bytes:
        before = b"".join([chunk async for chunk in store.read(bucket, key)])
        await store.put_bytes(bucket, key, data)
        return before

    original = asyncio.run(swap(b"something else"))
    try:
        yield
    finally:
        asyncio.run(swap(original))
        store.close()
