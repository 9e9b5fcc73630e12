"""Whatever happens to one of three nodes of NATS, writes go on, and nothing that was acknowledged is lost.

RESULTS_NODE_RUNS says how many runs (2), each with a disturbance of its own; RESULTS_SEED repeats their choices. With
more than two runs, two nodes at once are gone in the end.
"""

import asyncio
import os
import secrets
import time
from datetime import UTC, datetime

import httpx
import pytest

from bench.machine import Noise
from local.server import wait_until
from tests.e2e.site import eventually
from tests.integration.deploy.deployment import Deployment
from tests.integration.deploy.pods import start_together
from tests.integration.nodes import streams
from tests.integration.nodes.disturbances import BACK_SECONDS_MAX, Plan, require_caught_up
from tests.integration.nodes.load import Load, Silence
from tests.integration.nodes.proof import require_as_promised

RUNS = int(os.environ.get("RESULTS_NODE_RUNS", "2"))
SEED = os.environ.get("RESULTS_SEED") or secrets.token_hex(4)
POSTED_AGAIN = 8
RESUMED_SECONDS_MAX = 60.0
# The server's own time-out, by chance between four and nine; nothing sets it. Seldom a second round is needed.
ELECTION_SECONDS_MAX = 2 * 9.0
AGAIN_SECONDS_MAX = 3.0

pytestmark = pytest.mark.timeout(300)


@pytest.mark.parametrize("run", range(RUNS))
def test_writes_go_on_after_a_node_is_gone_and_nothing_is_lost(deployment: Deployment, run: int) -> None:
    plan = Plan.of(SEED, run)
    print(f"\nRESULTS_SEED={SEED} run {run}: {plan}", flush=True)
    noise = Noise(deployment)
    with Load.of(deployment, f"{SEED}-{run}").running() as load:
        outage = _disturbed(deployment, load, plan)

    require_as_promised(deployment, load)
    others = noise.summary()["others_share"]
    print(
        f"run {run}: {plan.kind} the {plan.victim}: no write for {outage.seconds:.1f} s, {outage.after_seconds:.1f} s "
        f"after it; longest wait {load.longest_wait(0):.1f} s, {len(load.promised)} results, "
        f"{len(load.approved)} projects public, {len(load.repeated)} requests repeated, "
        f"others took {others:.0%} of the machine",
        *load.repeated,
        sep="\n  ",
        flush=True,
    )
    assert outage.seconds < ELECTION_SECONDS_MAX + AGAIN_SECONDS_MAX / max(0.1, 1 - others)
    if run == RUNS - 1 > 1:
        _without_two_nodes_writers_are_told_to_come_back(deployment, load)


def _disturbed(deployment: Deployment, load: Load, plan: Plan) -> Silence:
    """Do it, wait until writes go on, bring the node back, and wait until it holds everything; the longest silence."""
    nodes = deployment.nats.nodes
    time.sleep(plan.after_seconds)
    node = plan.chosen(nodes, asyncio.run(streams.leader(deployment)))
    plan.strike(node)
    struck_at, clock = time.monotonic(), datetime.now(UTC)
    try:
        assert wait_until(lambda: load.posted_since(struck_at) >= POSTED_AGAIN, RESUMED_SECONDS_MAX), "nothing goes on"
        time.sleep(plan.away_seconds)
    finally:
        plan.bring_back(node)
    require_caught_up(node, asyncio.run(streams.last_sequences(deployment)))
    asyncio.run(streams.require_replicas(deployment))
    back_at = time.monotonic()
    print(
        f"{node.name} struck at {clock:%H:%M:%S.%f}, back and caught up {back_at - struck_at:.1f} s later", flush=True
    )
    return load.silence(struck_at, back_at)


def _without_two_nodes_writers_are_told_to_come_back(deployment: Deployment, load: Load) -> None:
    url = f"{load.addresses['intake']}/v1/projects/{load.projects[0]}/website"
    headers = {"Authorization": f"Bearer {load.coordinator}", "If-Match": "*"}
    body = {"url": "https://nodes.example.org/"}
    gone = deployment.nats.nodes[:2]
    with httpx.Client(timeout=60) as http:
        for node in gone:
            node.kill()
        began = time.monotonic()
        answer = http.put(url, headers=headers, json=body)
        print(f"without two nodes: {answer.status_code} after {time.monotonic() - began:.1f} s", flush=True)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        start_together(gone)
        eventually(lambda: http.put(url, headers=headers, json=body).is_success, within=BACK_SECONDS_MAX)
    asyncio.run(streams.require_replicas(deployment))
