"""Every test of the manifests runs on every overlay."""

import pytest

from tests.unit.deploy.cluster import OVERLAYS, Cluster, rendered


@pytest.fixture(params=OVERLAYS)
def cluster(request: pytest.FixtureRequest) -> Cluster:
    return rendered(request.param)
