"""Back up, lose everything, restore: the same record at the same sequences, the same bytes, and life goes on."""

import asyncio
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.port_ranges import reserved_ports
from local.ports import Ports
from local.running import RunningPlatform
from shared.contracts.subjects import object_key
from shared.storage.zones import PUBLIC
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site, ok
from tests.integration.ops.commands import results, site_of, told
from tests.integration.ops.record import changed_object, record

Home = tuple[Path, Ports]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Home]:
    with reserved_ports() as ports:
        yield tmp_path / "fresh", ports


def test_what_is_restored_is_what_was_there(platform: RunningPlatform, site: Site, tmp_path: Path, fresh: Home) -> None:
    old = (Path(platform.page["home"]), platform.ports)
    archive = str(tmp_path / "archive")
    scenario = Scenario(site, tmp_path)
    scenario.register()
    first = told(results(*old, "backup", "--to", archive, "--json"))
    (published,) = scenario.story()
    second = told(results(*old, "backup", "--to", archive, "--json"))
    third = told(results(*old, "backup", "--to", archive, "--json"))
    everything = asyncio.run(record(platform.urls["nats"], platform.credentials.nats["operator"]))
    before = everything[: third["position"]]

    assert first["position"] < second["position"] <= third["position"] == len(before)
    assert (second["objects"], second["missing"]) == (1, [])
    assert (third["events"], third["objects"], third["receipts"]) == (third["position"] - second["position"], 0, 0)

    restored = told(results(*fresh, "restore", "--from", archive, "--json"))
    again = told(results(*fresh, "restore", "--from", archive, "--json"))

    assert (restored["position"], restored["events"]) == (len(before), len(before))
    assert (again["events"], again["objects"], again["complaints"]) == (0, 0, [])

    new = RunningPlatform(*fresh)
    new.start(60)
    try:
        after = asyncio.run(record(new.urls["nats"], new.credentials.nats["operator"]))
        assert after[: len(before)] == before
        with httpx.Client(timeout=30) as http:
            there = Scenario(site_of(new, http), tmp_path, project_id=scenario.project_id)
            ok(there.public_result(published["id"]))
            file = there.public.publisher("GET", f"/v1/results/{published['id']}/file")
            assert file.status_code == 200, file.text
            assert hashlib.sha256(file.content).hexdigest() == published["file"]["sha256"]
            assert there.read()["contacts"][0]["email"] == "zaiga.slepena@example.org"
            Scenario(there.site, tmp_path).story()
    finally:
        new.stop()
    assert told(results(*old, "verify", "--json"))["complaints"] == []


def test_a_point_in_time_is_a_sequence(platform: RunningPlatform, site: Site, tmp_path: Path, fresh: Home) -> None:
    old = (Path(platform.page["home"]), platform.ports)
    archive = str(tmp_path / "archive")
    Scenario(site, tmp_path).register()
    point = told(results(*old, "backup", "--to", archive, "--json"))["position"]
    scenario = Scenario(site, tmp_path)
    scenario.register()
    scenario.post()
    told(results(*old, "backup", "--to", archive, "--json"))

    restored = told(results(*fresh, "restore", "--from", archive, "--to-sequence", str(point), "--json"))

    assert (restored["position"], restored["events"]) == (point, point)
    refused = results(*fresh, "restore", "--from", archive, "--to-sequence", "1")
    assert (refused.returncode, "restore into a fresh platform" in refused.stderr) == (1, True)


def test_an_archive_that_was_touched_is_refused(
    platform: RunningPlatform, site: Site, tmp_path: Path, fresh: Home
) -> None:
    old = (Path(platform.page["home"]), platform.ports)
    archive = tmp_path / "archive"
    for _ in range(2):
        Scenario(site, tmp_path).register()
        told(results(*old, "backup", "--to", str(archive), "--json"))
    first, second = sorted((archive / "log").iterdir())
    sealed = first.read_bytes()

    first.write_bytes(sealed[:-1])
    changed = results(*fresh, "restore", "--from", str(archive))
    first.unlink()
    missing = results(*fresh, "restore", "--from", str(archive))

    assert (changed.returncode, "has been changed" in changed.stderr) == (1, True)
    assert (missing.returncode, f"{second.name} does not follow" in missing.stderr) == (1, True)


def test_nothing_is_restored_under_services_that_run(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    old = (Path(platform.page["home"]), platform.ports)
    archive = str(tmp_path / "archive")
    Scenario(site, tmp_path).register()
    told(results(*old, "backup", "--to", archive, "--json"))

    refused = results(*old, "restore", "--from", archive)

    assert (refused.returncode, "stop the services" in refused.stderr) == (1, True)


def test_verify_finds_public_bytes_that_nobody_approved(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    old = (Path(platform.page["home"]), platform.ports)
    (published,) = Scenario(site, tmp_path).story()
    key = object_key(published["id"], 1, published["file"]["sha256"])

    with changed_object(platform, PUBLIC, key):
        run = results(*old, "verify", "--json")

    assert run.returncode == 1
    assert any(f"public/{key} holds other bytes" in one for one in json.loads(run.stdout)["complaints"])
    assert told(results(*old, "verify", "--json"))["complaints"] == []
