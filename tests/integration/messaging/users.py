"""Connect as one of the platform's users."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from local.servers import Credentials as ServerCredentials
from local.servers import NatsServer
from shared.messaging.connection import Credentials, connect
from shared.messaging.log import Log


def login(user: str, server: NatsServer, credentials: ServerCredentials) -> Credentials:
    return Credentials(url=server.url, user=user, password=SecretStr(credentials.nats[user]))


@asynccontextmanager
async def log_of(user: str, server: NatsServer, credentials: ServerCredentials) -> AsyncIterator[Log]:
    connection = await connect(login(user, server, credentials), name=f"test {user}")
    try:
        yield Log(connection)
    finally:
        await connection.close()
