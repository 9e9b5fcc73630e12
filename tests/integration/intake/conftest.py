"""One replica of intake for each test; the servers behind it are there once."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from local.servers import Credentials as ServerCredentials
from local.servers import NatsServer, SeaweedServer
from local.tokens import Signer
from shared.messaging.log import Log
from tests.integration.intake.site import Desk, Site, issuing
from tests.integration.messaging.users import log_of


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    with issuing(tmp_path_factory.mktemp("issuer")) as found:
        yield found


@pytest.fixture
def site(
    nats_server: NatsServer,
    store_server: SeaweedServer,
    credentials: ServerCredentials,
    signer: Signer,
    tmp_path: Path,
) -> Site:
    return Site(nats=nats_server, store=store_server, credentials=credentials, signer=signer, home=tmp_path)


@pytest.fixture
async def desk(site: Site) -> AsyncIterator[Desk]:
    async with site.running() as app:
        yield Desk(site=site, app=app)


@pytest.fixture
async def operator(nats_server: NatsServer, credentials: ServerCredentials) -> AsyncIterator[Log]:
    async with log_of("operator", nats_server, credentials) as log:
        yield log


@pytest.fixture
async def review(nats_server: NatsServer, credentials: ServerCredentials) -> AsyncIterator[Log]:
    async with log_of("review", nats_server, credentials) as log:
        yield log
