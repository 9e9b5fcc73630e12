"""One deployment for all runs: three nodes of NATS, the store, clamd, and one pod of each service."""

from collections.abc import Iterator

import pytest

from tests.integration.deploy.deployment import Deployment, deployed

OVERLAY = "production"
# Nobody asks any more when these pods end.
LEAVE_AT_ONCE = {"RESULTS_HTTP_LEAVE_SECONDS": "0"}


@pytest.fixture(scope="package")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployed(tmp_path_factory.mktemp("nodes"), OVERLAY, pods_each=1, changes=LEAVE_AT_ONCE) as made:
        yield made
