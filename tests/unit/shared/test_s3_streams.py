"""A stream that ends too early is an error, whether it breaks in the first bytes or later."""

import asyncio

import pytest
from pydantic import SecretStr

from shared.settings import S3Settings
from shared.storage.ports import CHUNK_BYTES, StoreAwayError
from shared.storage.s3 import S3ObjectStore


async def store_that_breaks_off(promised: int, sent: int) -> asyncio.Server:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {promised}\r\n\r\n".encode() + b"x" * sent)
        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


@pytest.mark.parametrize(
    ("promised", "sent"), [(200, 100), (2 * CHUNK_BYTES, CHUNK_BYTES), (3 * CHUNK_BYTES, 1_500_000)]
)
async def test_a_broken_stream_never_looks_whole(promised: int, sent: int) -> None:
    server = await store_that_breaks_off(promised, sent)
    port = server.sockets[0].getsockname()[1]
    store = S3ObjectStore(
        S3Settings(s3_endpoint=f"127.0.0.1:{port}", s3_access_key="key", s3_secret_key=SecretStr("secret"))
    )
    try:
        with pytest.raises(StoreAwayError):
            _ = [chunk async for chunk in store.read("clean", "key")]
    finally:
        store.close()
        server.close()
