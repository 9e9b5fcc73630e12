"""One deployment for a module of tests; its dozen processes end with it."""

from collections.abc import Iterator

import pytest

from tests.integration.deploy.deployment import Deployment, deployed

OVERLAY = "production"


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The overlay `production` on a three-node NATS, with two pods of each service."""
    with deployed(tmp_path_factory.mktemp("deployed"), OVERLAY) as made:
        yield made
