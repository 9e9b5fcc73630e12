"""One deployment for the drills of a module: three nodes of NATS, the store, clamd, and one pod of each service."""

import os
from collections.abc import Iterator

import pytest

from tests.integration.deploy.deployment import Deployment, deployed

OVERLAY = "production"
RUNS = int(os.environ.get("RESULTS_NODE_RUNS", "2"))
# Only in long runs; it takes half a minute.
collect_ignore = [] if RUNS > 2 else ["test_frozen_services.py"]
# Nobody asks any more when these pods end.
LEAVE_AT_ONCE = {"RESULTS_HTTP_LEAVE_SECONDS": "0"}


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with deployed(tmp_path_factory.mktemp("nodes"), OVERLAY, pods_each=1, changes=LEAVE_AT_ONCE) as made:
        yield made
