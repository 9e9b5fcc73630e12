"""A person is erased: nothing that names them is left, not on the disk either, but a note that names nobody."""

import asyncio
import base64
import json
from datetime import UTC, datetime
from pathlib import Path

from pydantic import SecretStr

from local.running import RunningPlatform
from shared.messaging.connection import Credentials, connect
from shared.messaging.deadletters import DeadLetter, send
from shared.storage.zones import RECEIPTS
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site, eventually, ok
from tests.integration.ops.commands import results, told
from tests.integration.ops.record import operator_store

NAME, ADDRESS = "Žanete Pazudusī", "zanete.pazudusi@example.org"
OTHER = {"id": "c2", "name": "Paula Palikusi", "email": "paula@example.org", "access": "edit"}


def person(sub: str) -> dict[str, str]:
    return {"id": "c1", "name": NAME, "email": ADDRESS, "phone": "+371 29999123", "access": "view", "sub": sub}


async def leave_letter(platform: RunningPlatform, project_id: str) -> None:
    """A dead letter of an event that named the person."""
    password = SecretStr(platform.credentials.nats["operator"])
    connection = await connect(Credentials(url=platform.urls["nats"], user="operator", password=password), name="test")
    body = json.dumps({"project_id": project_id, "contacts": [{"name": NAME}]}).encode()
    letter = DeadLetter(
        service="intake", consumer="intake-upstream", stream="UPSTREAM", sequence=1, subject="upstream.demo.x",
        data=base64.b64encode(body).decode(), code="invalid-event", reason="a test", attempts=1, at=datetime.now(UTC),
    )  # fmt: skip
    await send(connection.js, letter)
    await connection.close()


async def note_of(platform: RunningPlatform, id_: str) -> bytes:
    store = operator_store(platform)
    keys = [one.key async for one in store.list(RECEIPTS, "erasures/") if id_ in one.key]
    body = b"".join([chunk async for chunk in store.read(RECEIPTS, keys[0])])
    store.close()
    return body


def on_disk(platform: RunningPlatform, text: str) -> list[str]:
    folder = Path(platform.page["home"]) / "nats" / "jetstream"
    forms = {text.encode(), json.dumps(text)[1:-1].encode(), base64.b64encode(text.encode())}
    return [str(path) for path in folder.rglob("*.blk") if any(form in path.read_bytes() for form in forms)]


def test_nothing_that_names_the_person_is_left(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    home = (Path(platform.page["home"]), platform.ports)
    scenario = Scenario(site, tmp_path)
    scenario.register(contacts=[person("zanete-sub"), OTHER])
    where = f"{scenario.path}/contacts/c1"
    ok(scenario.coordinator.intake("PATCH", where, json={"publish_name": True}, headers={"If-Match": "*"}))
    asyncio.run(leave_letter(platform, scenario.project_id))
    assert on_disk(platform, NAME)

    note = told(results(*home, "erase", "--project", scenario.project_id, "--person", "zanete-sub", "--yes", "--json"))

    assert (note["contacts"], note["waiting"], note["erased"]["DEADLETTERS"]) == (["c1"], 0, 1)
    assert (note["erased"]["contacts"], note["erased"]["contacts-public"]) == (1, 1)
    assert [one["id"] for one in scenario.read()["contacts"]] == ["c2"]
    assert scenario.read()["contacts"][0]["email"] == OTHER["email"]
    eventually(lambda: NAME not in scenario.public.publisher("GET", f"/v1/projects/{scenario.project_id}").text)
    assert (on_disk(platform, NAME), on_disk(platform, ADDRESS)) == ([], [])
    kept = asyncio.run(note_of(platform, note["id"])).decode()
    assert not {text for text in (NAME, ADDRESS, "zanete-sub") if text in kept}
    assert told(results(*home, "verify", "--json"))["complaints"] == []


def test_an_event_on_which_nothing_rests_can_be_taken_out(
    platform: RunningPlatform, site: Site, tmp_path: Path
) -> None:
    home = (Path(platform.page["home"]), platform.ports)
    scenario = Scenario(site, tmp_path)
    # Not over yet: else the clock notes its end at any moment, and what was told is no longer the present state.
    scenario.register(summary=f"Ask {NAME}.", end_date="2099-12-31")
    erase = ("erase", "--project", scenario.project_id, "--person", "nobody", "--also", NAME, "--yes", "--json")
    named_in = told(results(*home, *erase))["stays"]["named_in"]
    assert len(named_in) == 1, named_in
    named = named_in[0]

    present = results(*home, *erase, "--event", str(named))
    scenario.register()
    note = told(results(*home, *erase, "--event", str(named)))

    assert (present.returncode, "present state" in present.stderr) == (1, True)
    assert (note["erased_events"], note["stays"]["named_in"]) == ([named], [])
    assert told(results(*home, "verify", "--json"))["complaints"] == []


def test_what_is_left_of_a_contact_is_erased_by_a_second_erasure(
    platform: RunningPlatform, site: Site, tmp_path: Path
) -> None:
    """The first took the contact out of the project, and with it name and address: the record still knows the `sub`."""
    home = (Path(platform.page["home"]), platform.ports)
    scenario = Scenario(site, tmp_path)
    scenario.register(contacts=[person("again-sub"), OTHER], end_date="2099-12-31")
    erase = ("erase", "--project", scenario.project_id, "--contact", "c1", "--yes", "--json")
    [named] = told(results(*home, *erase))["stays"]["named_in"]

    note = told(results(*home, *erase, "--event", str(named)))

    assert (note["contacts"], note["erased_events"], note["stays"]["named_in"]) == (["c1"], [named], [])
    assert told(results(*home, "verify", "--json"))["complaints"] == []


def test_what_cannot_be_meant_is_refused(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    home = (Path(platform.page["home"]), platform.ports)
    scenario = Scenario(site, tmp_path)
    scenario.register()

    assert "say --contact ID" in results(*home, "erase", "--project", "x").stderr
    assert "there is no project" in results(*home, "erase", "--project", "x", "--contact", "c1", "--yes").stderr
    unknown = results(*home, "erase", "--project", scenario.project_id, "--contact", "c9", "--yes")
    assert "no contact c9" in unknown.stderr
