"""Logs of real users on the real server."""

import secrets
from collections.abc import AsyncIterator

import pytest

from local.servers import Credentials as ServerCredentials
from local.servers import NatsServer
from shared.messaging.log import Log
from tests.integration.messaging.users import log_of


@pytest.fixture
async def intake(nats_server: NatsServer, credentials: ServerCredentials) -> AsyncIterator[Log]:
    async with log_of("intake", nats_server, credentials) as log:
        yield log


@pytest.fixture
async def review(nats_server: NatsServer, credentials: ServerCredentials) -> AsyncIterator[Log]:
    async with log_of("review", nats_server, credentials) as log:
        yield log


@pytest.fixture
async def operator(nats_server: NatsServer, credentials: ServerCredentials) -> AsyncIterator[Log]:
    async with log_of("operator", nats_server, credentials) as log:
        yield log


@pytest.fixture
def project() -> str:
    return f"P-{secrets.token_hex(6)}"
