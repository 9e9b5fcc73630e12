"""Everything is restarted at noon, and nobody notices.

Twenty requests a second, uploads that take three seconds and a stream that is followed go on meanwhile.
RESULTS_DRILLS=long restarts every NATS server and leaves the waiting times of the manifests as they are;
RESULTS_SEED repeats a run's choices.
"""

import asyncio
import os
import time
from collections.abc import Sequence
from typing import TypeVar

import httpx
import pytest

from local.server import Server
from tests.integration.deploy.pods import Pod
from tests.integration.rolling.load import Load
from tests.integration.rolling.record import require_kept, settled
from tests.integration.rolling.rollout import Rollout, leave, returned

SECONDS_MAX = 2.0
LAME_DUCK_SECONDS_MAX = 60.0
Part = TypeVar("Part", bound=Server)
IS_LONG = os.environ.get("RESULTS_DRILLS") == "long"

pytestmark = pytest.mark.timeout(600)


def test_a_rolling_restart_of_all_parts_fails_no_request_and_loses_nothing(rollout: Rollout) -> None:
    load = Load(rollout.deployment, rollout.balancers)
    with load.running():
        _restart(load, rollout)

    print(load.summary(), flush=True)
    assert load.failures() == []
    assert load.streams_broken == []
    assert load.percentile(0.99) < SECONDS_MAX
    promised = [one.result_id for one in load.promised]
    require_kept(asyncio.run(settled(rollout.deployment, promised)), promised)
    shown = _shown(load, rollout.pods["intake"][0])
    assert load.news == shown[: len(load.news)], "the stream told everything, once and in order"
    assert len(load.news) > len(shown) / 2


def _restart(load: Load, rollout: Rollout) -> None:
    """Both pods of each service, one after the other, all services at once; and the servers meanwhile."""
    nodes = rollout.deployment.nats.nodes[: None if IS_LONG else 1]
    leave(nodes[0])
    old = [pod for _ in range(2) for pod in _told(load, rollout.replace(0))]
    for node in nodes:
        if node is not nodes[0]:
            leave(node)
        returned(node, LAME_DUCK_SECONDS_MAX)
        _told(load, [node])
    rollout.gone(old)
    _told(load, [])


def _told(load: Load, parts: Sequence[Part]) -> Sequence[Part]:
    names = ", ".join(one.name for one in parts) or "all that were asked have ended"
    print(f"{time.monotonic() - load.began:5.1f} s: {names}", flush=True)
    return parts


def _shown(load: Load, pod: Pod) -> list[str]:
    """The ids of what the followed project's history shows."""
    found: list[str] = []
    query: dict[str, str | int] = {"limit": 200}
    with httpx.Client(base_url=pod.url, headers={"Authorization": f"Bearer {load.coordinator}"}) as http:
        while True:
            page = http.get(f"/v1/projects/{load.projects[0]}/history", params=query).raise_for_status().json()
            found += [str(one["id"]) for one in page["items"]]
            if not page.get("next"):
                return found
            query["cursor"] = page["next"]
