"""Without a token nothing is readable but what may be: every public address is walked and searched."""

import re

import nats
import nats.errors
import pytest

from local.demo import files
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site, eventually

SECRETS = ("Hidden Person", "hidden.person@example.org", "29999999", "UNAPPROVED", "WITHHELD", "INFECTED", "REPLACED")
_LINK = re.compile(r"""(?:href|src)=["']([^"'#]+)["']|"url":\s*"([^"]+)\"""")
PAGES_MAX = 400


def walked(scenario: Scenario, *starts: str) -> dict[str, str]:
    """Every address of the publisher that can be reached from these, with the text that it answers."""
    base = scenario.site.addresses["publisher"]
    waiting, texts = list(starts), dict[str, str]()
    while waiting and len(texts) < PAGES_MAX:
        path = waiting.pop().removeprefix(base)
        if path in texts or not path.startswith("/"):
            continue
        response = scenario.public.publisher("GET", path)
        kind = response.headers.get("content-type", "")
        texts[path] = response.text if kind.startswith(("text/html", "application/json")) else ""
        waiting += [one for pair in _LINK.findall(texts[path]) for one in pair if one]
    return texts


def test_no_public_address_tells_what_is_not_public(scenario: Scenario) -> None:
    person = {"name": "Hidden Person", "email": "hidden.person@example.org", "phone": "+371 29999999"}
    scenario.register(contacts=[person | {"id": "c1", "access": "edit"}], na_contact=person)
    approved = scenario.valid(title="Public handbook")
    withheld = scenario.valid(title="WITHHELD recipe", publish=False, withhold_reason="Patented.")
    scenario.approve_round([approved["id"], withheld["id"]])
    scenario.approve_report()
    scenario.published(approved["id"])
    response = scenario.lead.review(
        "POST", f"/v1/projects/{scenario.project_id}/reopen", json={"reason": "Correction."}
    )
    assert response.is_success
    eventually(lambda: scenario.read()["locked"] is False)
    unapproved = scenario.valid(title="UNAPPROVED draft")
    infected = scenario.post(files.infected(scenario.folder / "INFECTED.txt"), title="INFECTED flyer")
    scenario.checked(infected["id"])
    assert scenario.change("PATCH", approved["id"], json={"title": "REPLACED title"}).is_success

    starts = [
        "/",
        "/v1/projects?limit=200",
        "/v1/results?limit=200",
        "/openapi.json",
        f"/projects/{scenario.project_id}",
        f"/v1/projects/{scenario.project_id}",
    ]
    for one in (approved, withheld, unapproved, infected):
        starts += [f"/results/{one['id']}", f"/v1/results/{one['id']}", f"/v1/results/{one['id']}/proof"]
    texts = walked(scenario, *starts)

    assert "Public handbook" in texts[f"/projects/{scenario.project_id}"]
    told = {path: [one for one in SECRETS if one in text] for path, text in texts.items()}
    assert not {path: words for path, words in told.items() if words}
    people = (scenario.officer, scenario.lead, scenario.coordinator, scenario.beneficiary)
    own = [text for path, text in texts.items() if scenario.project_id in path]
    assert not [one.sub for one in people if any(f'"{one.sub}"' in text for text in own)]


def test_searching_finds_nothing_that_is_not_public(scenario: Scenario) -> None:
    scenario.register()
    word = f"hidden{scenario.project_id[-6:]}"
    scenario.valid(title=f"Draft {word}", description=word)

    for path in ("/v1/projects", "/v1/results", "/"):
        response = scenario.public.publisher("GET", path, params={"q": word})
        assert scenario.project_id not in response.text
        assert f"Draft {word}" not in response.text


def test_files_that_are_not_public_are_not_told_of(scenario: Scenario) -> None:
    scenario.register()
    valid = scenario.valid()
    unknown = f"{scenario.project_id}~{'a' * 26}"
    answers = []
    for result_id in (valid["id"], unknown):
        for tail in ("", "/file", "/proof"):
            response = scenario.public.publisher("GET", f"/v1/results/{result_id}{tail}")
            assert response.status_code == 404
            answers.append(response.json()["code"])

    assert len(set(answers)) == 1


def test_the_working_services_tell_nothing_without_a_token(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.post()
    paths = (scenario.path, f"{scenario.path}/results", f"{scenario.path}/history", f"/v1/results/{result['id']}")

    assert {scenario.public.intake("GET", path).status_code for path in paths} == {401}
    for path in ("/v1/reviews", scenario.review_path, "/v1/reports", "/v1/audit"):
        assert scenario.public.review("GET", path).status_code == 401


async def test_the_store_and_the_bus_let_nobody_in_without_a_key(site: Site) -> None:
    for path in ("/", "/public?list-type=2", "/clean?list-type=2", "/incoming/x", "/receipts?list-type=2"):
        assert site.http.get(site.addresses["s3"] + path).status_code == 403, path
    assert site.http.put(f"{site.addresses['s3']}/public/x", content=b"x").status_code == 403
    for login in ({}, {"user": "publisher", "password": "guessed"}):
        with pytest.raises(nats.errors.Error):
            await nats.connect(site.nats_url, allow_reconnect=False, max_reconnect_attempts=0, error_cb=_quiet, **login)


async def _quiet(_: Exception) -> None:
    """The refusal is what is wanted."""
