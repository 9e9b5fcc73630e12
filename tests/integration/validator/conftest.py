"""Fixtures: the real servers, a running validator, somebody who posts."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local.servers import ClamdServer, NatsServer, SeaweedServer
from local.servers import Credentials as ServerCredentials
from shared.health import Readiness
from tests.integration.validator.platform import Intake, Servers, intake_of, validator_of


@pytest.fixture(scope="session")
def servers(
    nats_server: NatsServer, store_server: SeaweedServer, clamd_server: ClamdServer, credentials: ServerCredentials
) -> Servers:
    return Servers(nats=nats_server, store=store_server, clamd=clamd_server, credentials=credentials)


@pytest.fixture
async def intake(servers: Servers) -> AsyncIterator[Intake]:
    async with intake_of(servers) as someone:
        yield someone


@pytest.fixture
async def validator(servers: Servers, tmp_path: Path) -> AsyncIterator[Readiness]:
    async with validator_of(servers, tmp_path) as readiness:
        yield readiness
