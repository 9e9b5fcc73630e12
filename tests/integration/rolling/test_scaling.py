"""Validators come and go under load: the work is shared, nothing is lost, and nothing is done twice for nothing.

RESULTS_DRILLS=long does it three times.
"""

import asyncio
import os
import re
from collections.abc import Iterable, Sequence

import httpx
import pytest

from local.ports import HOST
from shared.messaging.connection import connect
from shared.messaging.events import Recorded
from tests.e2e.site import eventually
from tests.integration.deploy.deployment import Deployment
from tests.integration.deploy.pods import Pod
from tests.integration.rolling.load import Load
from tests.integration.rolling.record import require_kept, settled, verdicts
from tests.integration.rolling.rollout import Rollout

SERVICE, DURABLE = "validator", "validator-check"
KINDS = (*("text", "file") * 3, "queue")
SETTLED = re.compile(rf'^results_work_settled_total{{consumer="{DURABLE}",how="done"}} (\S+)$', re.MULTILINE)
SHARED_SECONDS_MAX = 30.0
WORK_MIN = 30
# One message for each slot that waits for work while its validator ends may come again.
TIMES = 3 if os.environ.get("RESULTS_DRILLS") == "long" else 1
AGAIN_MAX = TIMES * 4 * 8

pytestmark = pytest.mark.timeout(300)


def test_from_one_validator_to_four_and_back_under_load(rollout: Rollout) -> None:
    load = Load(rollout.deployment, rollout.balancers, kinds=KINDS)
    with load.running():
        for _ in range(TIMES):
            leaving = scaled(rollout, 1)
            scaled(rollout, 4)
            print(f"done by each of four: {_work_is_shared(rollout.pods[SERVICE])}", flush=True)
            rollout.gone(leaving + scaled(rollout, 1))

    promised = [one.result_id for one in load.promised]
    history = asyncio.run(settled(rollout.deployment, promised))
    again = asyncio.run(deliveries(rollout.deployment)) - work_in(history)
    print(f"{load.summary()}, delivered again: {again}", flush=True)
    assert load.failures() == []
    require_kept(history, promised)
    counts = verdicts(history)
    assert {one: counts[one, 1] for one in promised if counts[one, 1] != 1} == {}
    assert again <= AGAIN_MAX


def scaled(rollout: Rollout, count: int) -> list[Pod]:
    """Bring the validators to a number, as an autoscaler does; return those that were asked to end, the oldest."""
    pods = rollout.pods[SERVICE]
    rollout.welcome([rollout.launch(SERVICE) for _ in range(count - len(pods))])
    return rollout.dismiss(pods[: len(pods) - count])


def _work_is_shared(pods: Sequence[Pod]) -> list[int]:
    """Wait until each has done something of what comes from now on, and return how much."""
    before = done_by(pods)
    return eventually(lambda: shared(pods, before), within=SHARED_SECONDS_MAX)


def shared(pods: Sequence[Pod], before: Sequence[int]) -> list[int]:
    """How much each has done since then; nothing while that is little in all, or none by one of them."""
    done = [now - then for now, then in zip(done_by(pods), before, strict=True)]
    return done if all(done) and sum(done) >= WORK_MIN else []


def done_by(pods: Iterable[Pod]) -> list[int]:
    pages = [httpx.get(f"http://{HOST}:{pod.environment['RESULTS_HTTP_ADMIN_PORT']}/metrics").text for pod in pods]
    return [int(float(found[1])) if (found := SETTLED.search(page)) else 0 for page in pages]


async def deliveries(deployment: Deployment) -> int:
    """How often work was handed to a validator, once and again."""
    with deployment.trusted():
        connection = await connect(deployment.login("provision", "provision"), name="drill")
    try:
        info = await connection.js.consumer_info("EVENTS", DURABLE)
    finally:
        await connection.close()
    assert info.delivered is not None
    return int(info.delivered.consumer_seq)


def work_in(history: Iterable[Recorded]) -> int:
    return sum((one.address.owner, one.address.thing) in {("intake", "result"), ("intake", "logo")} for one in history)
