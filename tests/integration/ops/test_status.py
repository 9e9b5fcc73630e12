"""Everything on one screen, and the same as JSON; in a cluster by addresses, without a home."""

import json
import socket
from pathlib import Path

from local.running import RunningPlatform
from shared.messaging.streams import BUCKETS, STREAMS, WORK
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site, eventually
from tests.integration.ops.commands import results, told


def test_the_screen_tells_what_waits_and_what_was_done(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    home = (Path(platform.page["home"]), platform.ports)
    Scenario(site, tmp_path).story()

    def quiet() -> bool:
        return all(one["waiting"] == one["in_hand"] == 0 for one in told(results(*home, "status", "--json"))["work"])

    eventually(quiet, within=20)
    found = told(results(*home, "status", "--json", "--buckets"))

    assert {one["state"] for one in found["parts"]} == {"ready"}
    assert len(found["streams"]) == len(STREAMS) + len(BUCKETS)
    assert [one["work"] for one in found["work"]] == [one.durable for one in WORK]
    assert {one["oldest_seconds"] for one in found["work"]} == {None}
    assert 0 < found["events"]["minute"] <= found["events"]["hour"] == found["events"]["day"]
    assert found["scanner"]["present"] is True
    assert {one["service"] for one in found["read_models"]} == {"review", "publisher"}
    assert max(one["behind"] for one in found["read_models"]) < 20
    assert {one["bucket"]: one["objects"] > 0 for one in found["buckets"]} == {
        "incoming": True, "clean": True, "public": True, "receipts": True,
    }  # fmt: skip
    shown = results(*home, "status").stdout
    assert {"validator-check", "KV_contacts", "scanner:", "deadletters:"} <= set(shown.split())


def signatures_of(clamd: Path) -> str:
    """What the engine itself says: other tests may have given it other ones, which the validator knows after 10 s."""
    with socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(5)
        asked.connect(str(clamd))
        asked.sendall(b"zVERSION\0")
        told = asked.makefile("rb").read().decode().strip("\0")
    return told.split("/")[1] if "/" in told else "local"


def test_the_signatures_told_are_the_engines_own(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    home = (Path(platform.page["home"]), platform.ports)

    def as_the_engine_says() -> bool:
        Scenario(site, tmp_path).story()
        scanner = told(results(*home, "status", "--json"))["scanner"]
        return bool(scanner["signatures"] == signatures_of(Path(platform.page["clamd_socket"])))

    eventually(as_the_engine_says, within=30)


def test_a_platform_elsewhere_is_known_by_its_addresses(platform: RunningPlatform, tmp_path: Path) -> None:
    access_key, secret_key = platform.credentials.store["backup"]
    found = told(
        results(
            tmp_path, platform.ports, "status", "--json", "--buckets",
            RESULTS_NATS_URL=platform.urls["nats"],
            RESULTS_NATS_USER="backup",
            RESULTS_NATS_PASSWORD=platform.credentials.nats["backup"],
            RESULTS_S3_ENDPOINT=platform.urls["s3"].removeprefix("http://"),
            RESULTS_S3_ACCESS_KEY=access_key,
            RESULTS_S3_SECRET_KEY=secret_key,
            RESULTS_SERVICE_URLS=json.dumps({"publisher": platform.urls["publisher"]}),
        )
    )  # fmt: skip

    assert [one["part"] for one in found["parts"]] == ["nats", "publisher"]
    assert [one["service"] for one in found["read_models"]] == ["publisher"]


def test_a_backup_is_made_with_rights_that_change_nothing(
    platform: RunningPlatform, site: Site, tmp_path: Path
) -> None:
    Scenario(site, tmp_path).story()
    access_key, secret_key = platform.credentials.store["backup"]
    done = told(
        results(
            tmp_path, platform.ports, "backup", "--to", str(tmp_path / "archive"), "--json",
            RESULTS_NATS_URL=platform.urls["nats"],
            RESULTS_NATS_USER="backup",
            RESULTS_NATS_PASSWORD=platform.credentials.nats["backup"],
            RESULTS_S3_ENDPOINT=platform.urls["s3"].removeprefix("http://"),
            RESULTS_S3_ACCESS_KEY=access_key,
            RESULTS_S3_SECRET_KEY=secret_key,
        )
    )  # fmt: skip

    assert (done["missing"], done["objects"] > 0, done["receipts"] > 0) == ([], True, True)
