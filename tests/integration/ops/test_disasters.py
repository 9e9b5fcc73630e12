"""docs/operations/disaster.md on a platform of its own, as its steps say: the store lost, then NATS lost.

RESULTS_DRILLS=long runs it (a minute); without that the parts of it are proved by the tests of backup and archive.
"""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from local.nats_server import NatsServer
from local.running import RunningPlatform, running_platform
from local.seaweed import SeaweedServer
from tests.e2e.scenario import Scenario
from tests.integration.ops.commands import results, site_of, told


@contextmanager
def stores_alone(platform: RunningPlatform) -> Iterator[None]:
    """NATS and the store of a platform whose services are stopped."""
    home, ports, credentials = platform.home, platform.ports, platform.credentials
    with NatsServer(home / "nats", ports, credentials), SeaweedServer(home / "store", ports, credentials):
        yield


def the_store_and_then_nats_are_lost(tmp_path: Path) -> None:
    archive = str(tmp_path / "archive")
    with running_platform(tmp_path / "home") as platform, httpx.Client(timeout=30) as http:
        home = (platform.home, platform.ports)
        scenario = Scenario(site_of(platform, http), tmp_path)
        (published,) = scenario.story()
        told(results(*home, "backup", "--to", archive, "--json"))
        before = scenario.public.publisher("GET", f"/v1/results/{published['id']}/file").content
        contact = scenario.read()["contacts"][0]["email"]

        for lost in ("store", "nats"):
            if lost == "nats":
                platform.start(60)
                told(results(*home, "backup", "--to", archive, "--json"))
            platform.stop()
            shutil.rmtree(platform.home / lost)
            began = time.monotonic()
            with stores_alone(platform):
                if lost == "store":
                    again = told(results(*home, "backup", "--to", archive, "--json"))
                    assert (again["events"], again["missing"]) == (0, []), "the archive was at the end of the log"
                done = told(results(*home, "restore", "--from", archive, "--json"))
            print(f"{lost} lost: {done}, {time.monotonic() - began:.1f} s")
            assert (done["missing"], done["complaints"], done["receipts_after"]) == ([], [], [])
            assert (done["objects"] > 0, done["events"] > 0) == (lost == "store", lost == "nats")

        platform.start(60)
        assert scenario.public.publisher("GET", f"/v1/results/{published['id']}/file").content == before
        assert scenario.read()["contacts"][0]["email"] == contact
        Scenario(site_of(platform, http), tmp_path).story()


if os.environ.get("RESULTS_DRILLS") == "long":
    test_the_store_and_then_nats_are_lost = the_store_and_then_nats_are_lost
