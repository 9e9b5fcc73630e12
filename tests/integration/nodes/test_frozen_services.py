"""A service that stands still keeps its work until another takes it over, and then goes on as if nothing had been."""

import os
import secrets
import signal
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from local.server import wait_until
from shared.messaging.streams import ACK_WAIT_SECONDS
from tests.integration.deploy.deployment import Deployment
from tests.integration.deploy.pods import Pod, start_together
from tests.integration.nodes.load import Load
from tests.integration.nodes.proof import require_as_promised

SEED = os.environ.get("RESULTS_SEED") or secrets.token_hex(4)
LOAD_SECONDS = 2.0
TAKEN_OVER_SECONDS = ACK_WAIT_SECONDS + 4
HTTP_SECONDS = 6.0
GOES_ON_SECONDS_MAX = 60.0

pytestmark = pytest.mark.timeout(300)


def test_services_that_stood_still_lose_nothing_and_do_nothing_twice(deployment: Deployment) -> None:
    print(f"\nRESULTS_SEED={SEED}", flush=True)
    first = {service: deployment.pods_of(service)[0] for service in ("intake", "review", "validator", "publisher")}
    start_together([deployment.pod("validator"), deployment.pod("publisher")])
    with Load.of(deployment, f"{SEED}-services").running() as load:
        time.sleep(LOAD_SECONDS)
        with frozen([first["validator"], first["publisher"]]):
            before = len(load.approved)
            time.sleep(TAKEN_OVER_SECONDS)
            assert wait_until(lambda: len(load.approved) > before, GOES_ON_SECONDS_MAX), "nobody has taken over"
        with frozen([first["intake"], first["review"]]):
            time.sleep(HTTP_SECONDS)
        time.sleep(LOAD_SECONDS)

    require_as_promised(deployment, load)
    print(
        f"{len(load.promised)} results, {len(load.approved)} projects public, "
        f"longest wait {load.longest_wait(0):.1f} s, {len(load.repeated)} requests repeated",
        flush=True,
    )


@contextmanager
def frozen(pods: Iterable[Pod]) -> Iterator[None]:
    pods = list(pods)
    for pod in pods:
        os.kill(pod.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pod in pods:
            os.kill(pod.pid, signal.SIGCONT)
