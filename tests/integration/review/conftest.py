"""The desk on real servers."""

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local.servers import Credentials, NatsServer, SeaweedServer
from tests.integration.review.site import Project, Site, site_on


@pytest.fixture
async def site(
    nats_server: NatsServer, store_server: SeaweedServer, credentials: Credentials, tmp_path: Path
) -> AsyncIterator[Site]:
    async with site_on(nats_server, store_server, credentials, tmp_path / "state") as running:
        yield running


@pytest.fixture
async def project(site: Site) -> Project:
    """A registered project of agency LV01."""
    project = Project(site, f"rev-{secrets.token_hex(6)}")
    await project.register()
    return project
