"""One deployment for a module of tests; its dozen processes end with it."""

import os
from collections.abc import Iterator

import pytest

from tests.integration.deploy.deployment import Deployment, deployed

# Another one by hand: RESULTS_OVERLAY=three-zones .venv/bin/pytest tests/integration/deploy
OVERLAY = os.environ.get("RESULTS_OVERLAY", "production")


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The overlay `production` on a three-node NATS, with as many pods of each service as it says."""
    with deployed(tmp_path_factory.mktemp("deployed"), OVERLAY) as made:
        yield made
