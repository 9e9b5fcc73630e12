"""An upgrade that is half done, and taken back: the next version beside this one, both at work on the same things.

RESULTS_DRILLS=long also goes the whole way to the next version and back.
"""

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.contracts.subjects import project_of, result_subject, subject
from shared.messaging.connection import Connection, connect
from shared.messaging.log import Log
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site, eventually, ok
from tests.e2e.tokens import Issuer
from tests.integration.deploy.deployment import Deployment
from tests.integration.deploy.pods import Pod
from tests.integration.rolling.load import QUICK, Load
from tests.integration.rolling.next_version import PAGES, READING_MINUTES, RETITLED, next_version
from tests.integration.rolling.record import require_kept, settled
from tests.integration.rolling.rollout import Rollout
from tests.unit.deploy.cluster import SERVICES

GROUNDS = "consent"

pytestmark = pytest.mark.timeout(600)


def test_two_versions_work_on_the_same_things_and_the_older_takes_nothing_from_the_newer(
    rollout: Rollout, tmp_path: Path
) -> None:
    tree = next_version(tmp_path / "next")
    load = Load(rollout.deployment, rollout.balancers, kinds=QUICK)
    with load.running():
        newer = [rollout.launch(service, tree) for service in SERVICES]
        rollout.welcome(newer)
        result_id = _both_change_one_result(rollout, newer[SERVICES.index("intake")], tmp_path)
        _both_bring_a_project_to_the_public(rollout, tmp_path)
        if os.environ.get("RESULTS_DRILLS") == "long":
            _the_whole_way_and_back(rollout, tree)
        rollout.gone(rollout.dismiss([pod for pod in newer if pod.is_alive]))
        _the_older_goes_on_alone(rollout, result_id, tmp_path)

    print(load.summary(), flush=True)
    assert load.failures() == []
    assert load.streams_broken == []
    promised = [one.result_id for one in load.promised]
    require_kept(asyncio.run(settled(rollout.deployment, promised)), promised)


def _both_change_one_result(rollout: Rollout, newer: Pod, folder: Path) -> str:
    """Written by the newer, changed by the older, by the newer and by the older again, read by both."""
    by_new = speaking(rollout, folder, newer)
    by_old = speaking(rollout, folder, rollout.pods["intake"][0], by_new.project_id)
    by_new.register()
    result_id = by_new.valid(data_protection={"confirmed": True, "by": "K", "grounds": GROUNDS})["id"]

    ok(by_old.change("PATCH", result_id, json={"title": "As the older calls it"}))
    assert newer_parts(rollout.deployment, result_id) == (READING_MINUTES, PAGES, GROUNDS)
    ok(by_new.change("PATCH", result_id, json={"title": "As the newer calls it"}))
    ok(by_old.change("PATCH", result_id, json={"description": "As the older describes it"}))
    by_old.replace(result_id, by_old.sample())

    assert newer_parts(rollout.deployment, result_id) == (READING_MINUTES, None, GROUNDS), "new bytes, unknown pages"
    shown = by_old.checked(result_id)
    described = (shown["status"], shown["title"], shown["description"])
    assert described == ("valid", "As the newer calls it", "As the older describes it")
    assert not {"reading_minutes", "pages", "grounds"} & {*shown, *shown["file"], *shown["data_protection"]}
    told = ok(by_old.coordinator.intake("GET", f"{by_old.path}/history?limit=50"))["items"]
    assert RETITLED in {one["type"] for one in told}
    return str(result_id)


def _both_bring_a_project_to_the_public(rollout: Rollout, folder: Path) -> None:
    """The main story over the balancers: each request may meet either version. In it, a thing unknown to both."""
    either = speaking(rollout, folder)
    asyncio.run(_rate(rollout.deployment, either.project_id))
    for one in either.story(either.sample(), either.sample()):
        downloaded = either.public.publisher("GET", f"/v1/results/{one['id']}/file")
        assert len(downloaded.content) == one["file"]["size"]
    for pod in [pod for pods in rollout.pods.values() for pod in pods]:
        assert eventually(pod.is_ready), pod.log_end()


def _the_whole_way_and_back(rollout: Rollout, tree: Path) -> None:
    """Every pod becomes the next version, and this one again."""
    for _ in range(2):
        rollout.gone(rollout.replace(0, tree))
    for _ in range(3):
        rollout.gone(rollout.replace(0))


def _the_older_goes_on_alone(rollout: Rollout, result_id: str, folder: Path) -> None:
    by_old = speaking(rollout, folder, project_id=project_of(result_id))
    ok(by_old.change("PATCH", result_id, json={"title": "After the newer has gone"}))

    assert newer_parts(rollout.deployment, result_id) == (READING_MINUTES, None, GROUNDS)
    assert by_old.checked(result_id)["status"] == "valid"


def speaking(rollout: Rollout, folder: Path, intake: Pod | None = None, project_id: str = "") -> Scenario:
    """A project whose callers go through the balancers; to one pod of intake, where one is named."""
    addresses = {service: one.url for service, one in rollout.balancers.items()}
    if intake:
        addresses["intake"] = intake.url
    signer = rollout.deployment.signer
    mint = Issuer(signer.issuer, rollout.deployment.home / "issuer" / "issuer-key.json")
    site = Site(addresses=addresses, nats_url="", nats_users={}, mint=mint, http=httpx.Client(timeout=30))
    return Scenario(site, folder, project_id) if project_id else Scenario(site, folder)


def newer_parts(deployment: Deployment, result_id: str) -> tuple[Any, Any, Any]:
    """What only the next version writes, as it stands in the record now."""
    state = asyncio.run(_state(deployment, result_id))
    return state.get("reading_minutes"), state["file"].get("pages"), state["data_protection"].get("grounds")


async def _state(deployment: Deployment, result_id: str) -> dict[str, Any]:
    async with _connected(deployment) as connection:
        project = await Log(connection).load(project_of(result_id))
    state: dict[str, Any] = json.loads(project.messages[result_subject("intake", result_id)].data)
    return state


async def _rate(deployment: Deployment, project_id: str) -> None:
    """Say a thing that neither knows, as a version after the next may."""
    name, id_ = subject("intake", project_id, "rating"), secrets.token_hex(20)
    headers = {"Nats-Msg-Id": id_, "ce-id": id_, "ce-type": "intake.rating.given.v1", "ce-actor": "drill"}
    async with _connected(deployment) as connection:
        await connection.js.publish(name, b'{"stars": 5}', stream="EVENTS", headers=headers)


@asynccontextmanager
async def _connected(deployment: Deployment) -> AsyncIterator[Connection]:
    with deployment.trusted():
        connection = await connect(deployment.login("intake"), name="drill")
    try:
        yield connection
    finally:
        await connection.close()
