"""The operator's hand on a platform: a connection with the operator's rights, for the command line."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from pydantic import SecretStr

from local.credentials import Credentials
from local.home import Home
from local.ops import platform as platforms
from local.ports import is_free
from local.terminal import CommandError
from shared.messaging.connection import Connection, connect
from shared.messaging.connection import Credentials as NatsCredentials

CONNECT_SECONDS_MAX = 3.0
Answer = TypeVar("Answer")


@asynccontextmanager
async def operator_connection(home: Home) -> AsyncIterator[Connection]:
    """Connect as `operator`. CommandError when no platform runs there."""
    url, password = home.urls["nats"], Credentials.of_home(home.path).nats["operator"]
    absent = CommandError(f"no platform answers at {url}: start one with `make up`")
    if is_free(home.ports.nats):
        raise absent
    credentials = NatsCredentials(url=url, user="operator", password=SecretStr(password))
    try:
        connection = await connect(credentials, name="results", attempts_seconds=CONNECT_SECONDS_MAX)
    except (TimeoutError, OSError) as error:
        raise absent from error
    try:
        yield connection
    finally:
        await connection.close()


def as_operator(work: Callable[[Connection], Awaitable[Answer]]) -> Answer:
    """Run `work` with a connection to the platform that RESULTS_... describes, else to that of the current home."""

    async def connected() -> Answer:
        if "RESULTS_NATS_URL" not in os.environ:
            async with operator_connection(Home.current()) as connection:
                return await work(connection)
        async with platforms.opened(platforms.access()) as platform:
            return await work(platform.connection)

    return asyncio.run(connected())
