"""Contacts are private until flagged (R24), field by field; the logo is scanned, public, and locks with the results."""

import pytest

from local.demo import files
from tests.e2e.scenario import Scenario
from tests.e2e.site import eventually, ok, refused

PRIVATE = ("Zaiga Slepenā", "zaiga.slepena@example.org", "20000001")


def public_text(scenario: Scenario) -> str:
    told = scenario.public.publisher("GET", f"/v1/projects/{scenario.project_id}")
    page = scenario.public.publisher("GET", f"/projects/{scenario.project_id}")
    return told.text + page.text


def flag(scenario: Scenario, **flags: bool) -> None:
    path = f"{scenario.path}/contacts/c1"
    response = scenario.beneficiary.intake("PATCH", path, json=flags, headers={"If-Match": "*"})
    assert response.is_success, response.text


def test_contacts_are_private_until_they_are_flagged_and_become_private_again(scenario: Scenario) -> None:
    scenario.register()
    eventually(lambda: scenario.public.publisher("GET", f"/v1/projects/{scenario.project_id}").status_code == 200)
    assert not [one for one in PRIVATE if one in public_text(scenario)]

    flag(scenario, publish_name=True)
    eventually(lambda: "Zaiga Slepenā" in public_text(scenario))
    assert "zaiga.slepena@example.org" not in public_text(scenario)
    flag(scenario, publish_email=True)
    eventually(lambda: "zaiga.slepena@example.org" in public_text(scenario))
    assert "20000001" not in public_text(scenario)
    flag(scenario, publish_name=False, publish_email=False)
    eventually(lambda: not [one for one in PRIVATE if one in public_text(scenario)])


def test_contact_flags_stay_editable_while_the_project_is_locked(scenario: Scenario) -> None:
    scenario.register()
    scenario.valid()
    scenario.submit()

    flag(scenario, publish_name=True)

    eventually(lambda: "Zaiga Slepenā" in public_text(scenario))


def test_an_amendment_that_drops_a_contact_takes_it_from_the_public_page(scenario: Scenario) -> None:
    scenario.register()
    flag(scenario, publish_name=True)
    eventually(lambda: "Zaiga Slepenā" in public_text(scenario))

    scenario.register(contacts=[])

    eventually(lambda: "Zaiga Slepenā" not in public_text(scenario))


def test_what_the_project_published_is_no_finding_while_it_is_public(scenario: Scenario) -> None:
    scenario.register(summary="Write to office@rural.example.org.")
    sample = scenario.sample(
        "team.docx", "Zaiga Slepenā\nzaiga.slepena@example.org, +371 20 000 001, office@rural.example.org"
    )
    personal = {"email-address", "phone-number", "person-names", "shared-mailbox"}
    before = codes(scenario, sample)
    flag(scenario, publish_name=True, publish_email=True, publish_phone=True)
    public = codes(scenario, sample)
    flag(scenario, publish_name=False, publish_phone=False)
    partly = codes(scenario, sample)

    assert before & personal == personal - {"shared-mailbox"}
    assert public & personal == set()
    assert partly & personal == {"phone-number", "person-names"}
    assert "published-contacts" in before & public & partly


def codes(scenario: Scenario, sample: files.Sample) -> set[str]:
    result = scenario.checked(scenario.post(sample)["id"])
    return {finding["code"] for check in result["checks"] for finding in check["findings"]}


def test_an_unknown_contact_is_refused(scenario: Scenario) -> None:
    scenario.register()
    path = f"{scenario.path}/contacts/nobody"

    refused(
        scenario.beneficiary.intake("PATCH", path, json={"publish_name": True}, headers={"If-Match": "*"}),
        404,
        "unknown-contact",
    )
    body = {"publish_everything": True}
    path = f"{scenario.path}/contacts/c1"
    refused(scenario.beneficiary.intake("PATCH", path, json=body, headers={"If-Match": "*"}), 422, "invalid-body")


def put_logo(scenario: Scenario, name: str) -> int:
    sample = scenario.sample(name)
    return put_file(scenario, sample)


def put_file(scenario: Scenario, sample: files.Sample) -> int:
    body = {"file": (sample.name, sample.path.open("rb"), "image/png")}
    response = scenario.beneficiary.intake("PUT", f"{scenario.path}/logo", files=body, headers={"If-Match": "*"})
    return response.status_code


def shown_logo(scenario: Scenario) -> str | None:
    response = scenario.public.publisher("GET", f"/v1/projects/{scenario.project_id}")
    if response.status_code != 200:
        return None
    logo = response.json().get("logo")
    found = logo["url"] if isinstance(logo, dict) else logo
    return str(found) if found else None


def test_a_logo_is_scanned_and_shown_and_removed(scenario: Scenario) -> None:
    scenario.register()
    sample = scenario.sample("logo.png")
    assert put_file(scenario, sample) in (200, 201, 202, 204)

    address = eventually(lambda: shown_logo(scenario))
    assert address is not None
    path = address.removeprefix(scenario.site.addresses["publisher"])
    shown = scenario.public.publisher("GET", path)
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.content == sample.path.read_bytes()
    removed = scenario.beneficiary.intake("DELETE", f"{scenario.path}/logo", headers={"If-Match": "*"})
    assert removed.is_success, removed.text
    eventually(lambda: shown_logo(scenario) is None)
    assert scenario.public.publisher("GET", path).status_code in (404, 410)


@pytest.mark.parametrize("name", ["logo.pdf", "logo.svg", "logo.tif", "logo.txt"])
def test_a_logo_is_a_picture(scenario: Scenario, name: str) -> None:
    scenario.register()
    sample = scenario.sample(name)
    body = {"file": (sample.name, sample.path.open("rb"), "image/png")}

    response = scenario.beneficiary.intake("PUT", f"{scenario.path}/logo", files=body)

    assert response.status_code == 415
    assert response.json()["code"] in ("logo-format-not-allowed", "format-not-allowed")


def test_a_logo_that_is_not_what_it_says_never_shows(scenario: Scenario) -> None:
    scenario.register()
    put_file(scenario, files.renamed(files.infected(scenario.folder / "x.txt"), "logo.png"))
    good = Scenario(scenario.site, scenario.folder)
    good.register()
    put_logo(good, "logo.png")
    eventually(lambda: shown_logo(good))

    assert shown_logo(scenario) is None
    ok(scenario.public.publisher("GET", f"/v1/projects/{scenario.project_id}"))
