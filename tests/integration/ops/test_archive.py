"""The archive that follows the log: how far it is, whether it is whole, and what receipts add to it."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.port_ranges import reserved_ports
from local.ports import Ports
from local.running import RunningPlatform
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site, eventually
from tests.integration.ops.commands import results, site_of, started, told

Home = tuple[Path, Ports]


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Home]:
    with reserved_ports() as ports:
        yield tmp_path / "fresh", ports


def test_an_archive_follows_the_log_beside_the_backup_and_is_whole(
    platform: RunningPlatform, site: Site, tmp_path: Path
) -> None:
    old = (Path(platform.page["home"]), platform.ports)
    port = platform.ports.base + 99
    where = tmp_path / "archive"

    def told_of(name: str) -> float:
        try:
            page = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        except httpx.TransportError:
            return 0.0
        return float(re.findall(rf"(?m)^results_archive_{name} (\S+)$", page)[0])

    Scenario(site, tmp_path).register()
    with started(*old, "archive", "follow", "--to", str(where), "--metrics-port", str(port)):
        assert eventually(lambda: told_of("position") > 0, within=15)
        before = told_of("position")
        Scenario(site, tmp_path).register()
        backup = told(results(*old, "backup", "--to", str(where), "--beside-archive", "--json"))
        assert backup["position"] > before
        assert (backup["segments"], backup["missing"]) == (0, [])
        assert eventually(lambda: told_of("backup_seconds") > 0, within=20)
        assert time.time() - told_of("reached_seconds") < 60

    whole = told(results(*old, "archive", "verify", "--from", str(where), "--objects", "--json"))
    assert (whole["position"], whole["runs"], whole["complaints"]) == (backup["position"], 1, [])
    again = told(results(*old, "backup", "--to", str(where), "--json"))
    assert again["position"] >= whole["position"], "a process that starts again goes on at the end of the chain"

    files = sorted((where / "log").iterdir())
    files[-2].unlink()
    broken = results(*old, "archive", "verify", "--from", str(where), "--json")
    assert (broken.returncode, "does not follow" in json.loads(broken.stdout)["complaints"][0]) == (1, True)


def forget(archive: Path, kept: set[Path]) -> None:
    """Take everything but the receipts out of an archive that is newer than what is kept."""
    for folder in ("log", "runs", "sets"):
        for path in (archive / folder).rglob("*"):
            if path.is_file() and path not in kept:
                path.unlink()


def test_decisions_that_are_newer_than_the_archive_are_put_back_or_named(
    platform: RunningPlatform, site: Site, tmp_path: Path, fresh: Home
) -> None:
    old = (Path(platform.page["home"]), platform.ports)
    archive = tmp_path / "archive"
    scenario, lost = Scenario(site, tmp_path), Scenario(site, tmp_path)
    scenario.register()
    posted = scenario.valid()["id"]
    told(results(*old, "backup", "--to", str(archive), "--keep", "9", "--json"))
    kept = set(archive.rglob("*"))
    scenario.approve_round([posted])
    scenario.approve_report()
    scenario.published(posted)
    lost.story()
    told(results(*old, "backup", "--to", str(archive), "--keep", "9", "--json"))
    forget(archive, kept)

    restored = told(results(*fresh, "restore", "--from", str(archive), "--json"))
    again = told(results(*fresh, "restore", "--from", str(archive), "--json"))

    assert {key.split("/")[0] for key in restored["put_back"]} == {scenario.project_id}
    assert len(restored["put_back"]) >= 4, "submitted, decided, round approved, report approved"
    assert {one.split("/")[0] for one in restored["receipts_after"]} == {lost.project_id}
    assert all("its project is not in the record" in one for one in restored["receipts_after"])
    assert (again["events"], again["put_back"], again["complaints"]) == (0, restored["put_back"], [])
    new = RunningPlatform(*fresh)
    new.start(60)
    try:
        with httpx.Client(timeout=30) as http:
            Scenario(site_of(new, http), tmp_path, project_id=scenario.project_id).published(posted)
    finally:
        new.stop()
        shutil.rmtree(archive)
