"""What must be true after whatever has happened."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import httpx

from shared.contracts.publication import PublicationState
from shared.contracts.result import ResultState
from shared.messaging.events import Recorded
from tests.e2e.site import eventually
from tests.integration.deploy.deployment import Deployment
from tests.integration.nodes.load import Load
from tests.integration.rolling.record import require_kept, settled

PUBLIC_SECONDS_MAX = 60.0


def require_as_promised(deployment: Deployment, load: Load) -> None:
    """Every promise of the load is kept, once; nothing broke a rule; nothing surprised a client."""
    assert load.surprises == []
    _require_kept_once(load, asyncio.run(settled(deployment, [one.result_id for one in load.promised])))
    _require_public(load)


def _require_kept_once(load: Load, history: Sequence[Recorded]) -> None:
    """Kept and kept once; what was handed in again under one key is one result; nothing is public twice or early."""
    require_kept(history, [one.result_id for one in load.promised])
    ours = [one for one in history if one.address.project_id in {promise.project_id for promise in load.promised}]
    received = [one for one in ours if one.type == "intake.result.received.v1"]
    titles = Counter(one.state_as(ResultState).title for one in received)
    assert titles == Counter(one.title for one in load.promised)
    published = Counter(
        (one.address.thing_id, one.state_as(PublicationState).sha256)
        for one in ours
        if one.type == "publisher.result.published.v1"
    )
    assert {what: times for what, times in published.items() if times > 1} == {}


def _require_public(load: Load) -> None:
    """What was approved, byte for byte, and nothing else."""
    publisher = load.addresses["publisher"]
    with httpx.Client(timeout=30) as http:
        for one in load.promised:
            url = f"{publisher}/v1/results/{one.result_id}"
            if one.project_id in load.approved:
                eventually(lambda url=url: http.get(url).status_code == 200, within=PUBLIC_SECONDS_MAX)  # type: ignore[misc]
                assert http.get(f"{url}/file").content == one.content
            else:
                assert http.get(url).status_code == 404
