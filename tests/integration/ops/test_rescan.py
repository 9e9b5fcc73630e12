"""New signatures find what the old ones let through: it is withdrawn, whatever revision of it is public."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.running import RunningPlatform
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site, eventually, ok
from tests.integration.ops.commands import results, told
from tests.integration.validator.engines import NumberedSignatures


@contextmanager
def new_signature(platform: RunningPlatform, text: str) -> Iterator[None]:
    """clamd finds this text from now on."""
    file = Path(platform.page["home"]) / "clamd" / "signatures" / "today.ndb"
    file.write_text(f"Found-Today:0:*:{text.encode().hex()}\n")
    reload(platform)
    try:
        yield
    finally:
        file.unlink()
        reload(platform)


def reload(platform: RunningPlatform) -> None:
    def ask(command: bytes) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(platform.page["clamd_socket"])
            connection.sendall(b"z" + command + b"\0")
            return connection.recv(200)

    assert ask(b"RELOAD").startswith(b"RELOADING")
    eventually(lambda: ask(b"PING").startswith(b"PONG"))


def test_what_new_signatures_find_is_withdrawn(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    home = (Path(platform.page["home"]), platform.ports)
    scenario, mark = Scenario(site, tmp_path), "A sentence that nobody else writes, 7f3a91."
    harmful, harmless = scenario.story(scenario.sample(text=mark), scenario.sample())

    assert told(results(*home, "rescan", "--project", scenario.project_id, "--json"))["asked"] == 2
    with new_signature(platform, mark):
        run = results(*home, "rescan", "--project", scenario.project_id, "--json")
        scenario.gone(harmful["id"])

    found = json.loads(run.stdout)
    assert (run.returncode, found["asked"], found["waiting"], len(found["harmful"])) == (1, 2, 0, 1)
    assert harmful["id"] in found["harmful"][0]
    assert scenario.until(harmful["id"], "quarantined", "withdrawn")
    ok(scenario.public_result(harmless["id"]))
    assert told(results(*home, "verify", "--json"))["complaints"] == []


def test_a_revision_that_is_public_is_checked_though_a_newer_one_exists(
    platform: RunningPlatform, site: Site, tmp_path: Path
) -> None:
    home = (Path(platform.page["home"]), platform.ports)
    scenario, mark = Scenario(site, tmp_path), "Another sentence that nobody writes, 55c02e."
    (result,) = scenario.story(scenario.sample(text=mark))
    ok(scenario.lead.review("POST", f"{scenario.path}/reopen", json={"reason": "a new edition"}))
    scenario.replace(result["id"], scenario.sample())
    scenario.checked(result["id"])
    ok(scenario.public_result(result["id"]))

    with new_signature(platform, mark):
        run = results(*home, "rescan", "--project", scenario.project_id, "--json")
        scenario.gone(result["id"])

    assert (run.returncode, len(json.loads(run.stdout)["harmful"])) == (1, 1)
    assert told(results(*home, "verify", "--json"))["complaints"] == []


def test_a_new_set_of_signatures_withdraws_what_it_finds_without_anybody_asking(
    platform: RunningPlatform, site: Site, tmp_path: Path
) -> None:
    scenario, mark = Scenario(site, tmp_path), "A third sentence that nobody writes, 91be20."
    harmful, harmless = scenario.story(scenario.sample(text=mark), scenario.sample())
    folder = Path(platform.page["home"]) / "clamd" / "signatures"
    try:
        NumberedSignatures(folder).publish(27_999, mark)
        reload(platform)
        scenario.gone(harmful["id"], within=60)
    finally:
        (folder / "daily.cud").unlink()
        reload(platform)

    assert scenario.until(harmful["id"], "quarantined", "withdrawn")
    ok(scenario.public_result(harmless["id"]))


def test_a_rescan_says_of_what(platform: RunningPlatform) -> None:
    home = (Path(platform.page["home"]), platform.ports)

    assert "--project ID or --all" in results(*home, "rescan").stderr
    assert "there is no project nobody" in results(*home, "rescan", "--project", "nobody").stderr
