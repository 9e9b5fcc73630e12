"""The audit from the log: every event, chained, in both forms."""

import csv
import io
import json
from pathlib import Path

from local.running import RunningPlatform
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site
from tests.integration.ops.commands import results


def test_the_audit_tells_who_did_what_in_both_forms(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    home = (Path(platform.page["home"]), platform.ports)
    scenario = Scenario(site, tmp_path)
    scenario.story()
    only = ("--project", scenario.project_id, "--until", "2999-01-01")
    file = tmp_path / "audit.csv"

    lines = results(*home, "export", "audit", "--format", "ndjson", *only).stdout.splitlines()
    written = results(*home, "export", "audit", "--out", str(file), *only)
    again = results(*home, "export", "audit", "--out", str(file))

    entries = [json.loads(line) for line in lines]
    approved = [one for one in entries if one["action"] == "review.round.approved"]
    assert [(one["actor"], one["decision"], one["round"]) for one in approved] == [("olga", "approved", 1)]
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert [row["chain"] for row in rows][: len(entries)] == [one["chain"] for one in entries]
    assert (written.returncode, again.returncode, "File exists" in again.stderr) == (0, 1, True)


def test_the_chain_does_not_depend_on_what_is_left_out(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    home = (Path(platform.page["home"]), platform.ports)
    scenario = Scenario(site, tmp_path)
    scenario.register()

    def exported(*more: str) -> dict[int, str]:
        told = results(*home, "export", "audit", "--format", "ndjson", *more).stdout.splitlines()
        return {one["sequence"]: one["chain"] for one in map(json.loads, told)}

    part, whole = exported("--project", scenario.project_id), exported()
    assert part
    assert part.items() <= whole.items()


def test_a_moment_that_is_none_is_refused(platform: RunningPlatform) -> None:
    home = (Path(platform.page["home"]), platform.ports)

    assert "yesterday is no moment" in results(*home, "export", "audit", "--since", "yesterday").stderr


def test_an_audit_that_came_to_nothing_leaves_no_file_behind(platform: RunningPlatform, tmp_path: Path) -> None:
    """It is never written over: the next try would find it in its way."""
    file = tmp_path / "audit.csv"
    nobody = {"RESULTS_NATS_URL": "nats://127.0.0.1:1", "RESULTS_NATS_USER": "x", "RESULTS_NATS_PASSWORD": "x"}

    away = results(tmp_path, platform.ports, "export", "audit", "--out", str(file), **nobody)

    assert (away.returncode, "no platform answers" in away.stderr, file.exists()) == (1, True, False)


def test_a_backup_that_cannot_be_written_says_where_and_why(platform: RunningPlatform, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    broken = results(Path(platform.page["home"]), platform.ports, "backup", "--to", str(tmp_path / "file" / "archive"))

    assert (broken.returncode, "Traceback" in broken.stderr) == (1, False), broken.stderr
    assert "Not a directory" in broken.stderr
