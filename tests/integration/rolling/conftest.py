"""One deployment for all drills; each finds at least one pod of each service."""

import os
from collections.abc import Iterator

import pytest

from tests.integration.deploy.deployment import Deployment, deployed
from tests.integration.rolling.balancer import Balancer
from tests.integration.rolling.rollout import Rollout, rollouts
from tests.unit.deploy.cluster import SERVICES

OVERLAY = "production"
IS_LONG = os.environ.get("RESULTS_DRILLS") == "long"
SHORTER = {} if IS_LONG else {"RESULTS_HTTP_LEAVE_SECONDS": "1.5"}
# The chart's own waiting times.
LAME_DUCK = {"lame_duck_duration": "30s", "lame_duck_grace_period": "10s" if IS_LONG else "3s"}


@pytest.fixture(scope="package")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("rolling")
    with deployed(home, OVERLAY, changes=SHORTER, of_nats=LAME_DUCK) as made:
        yield made


@pytest.fixture(scope="package")
def rollout(deployment: Deployment) -> Iterator[Rollout]:
    with rollouts(deployment, {service: Balancer(service) for service in SERVICES}) as made:
        yield made
