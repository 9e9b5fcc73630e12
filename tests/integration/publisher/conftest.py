"""A project of its own for each test, on the servers of the session."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local.servers import Credentials, NatsServer, SeaweedServer
from tests.integration.publisher.world import World, world_on


@pytest.fixture
async def world(
    nats_server: NatsServer, store_server: SeaweedServer, credentials: Credentials, tmp_path: Path
) -> AsyncIterator[World]:
    async with world_on(nats_server, store_server, credentials, tmp_path) as one:
        yield one
