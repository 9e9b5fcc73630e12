"""The website of a project is public the moment it is set (R28), locked or not, and obeys the rules for addresses."""

import time

import pytest

from tests.e2e.scenario import Scenario
from tests.e2e.site import eventually, ok, refused

URL = "https://rural-schools.example.org/"


def put(scenario: Scenario, url: str = URL, **headers: str) -> None:
    response = scenario.beneficiary.intake(
        "PUT", f"{scenario.path}/website", json={"url": url}, headers={"If-Match": "*", **headers}
    )
    assert response.is_success, response.text


def public_url(scenario: Scenario) -> str | None:
    response = scenario.public.publisher("GET", f"/v1/projects/{scenario.project_id}")
    website = response.json().get("website") if response.status_code == 200 else None
    return website["url"] if isinstance(website, dict) else website


def test_a_website_is_public_within_a_second_without_any_review(scenario: Scenario) -> None:
    scenario.register()
    started = time.monotonic()
    put(scenario)

    assert eventually(lambda: public_url(scenario)) == URL
    assert time.monotonic() - started < 1


def test_a_website_can_be_changed_and_removed_while_the_project_is_locked(scenario: Scenario) -> None:
    scenario.register()
    scenario.valid()
    scenario.submit()
    put(scenario, "https://first.example.org/")
    put(scenario, "https://second.example.org/")
    eventually(lambda: public_url(scenario) == "https://second.example.org/")

    response = scenario.beneficiary.intake("DELETE", f"{scenario.path}/website", headers={"If-Match": "*"})

    assert response.is_success, response.text
    eventually(lambda: public_url(scenario) is None)


def test_an_upstream_system_may_set_the_website_and_an_officer_may_not(scenario: Scenario) -> None:
    scenario.register()
    path = f"{scenario.path}/website"

    assert scenario.upstream.intake("PUT", path, json={"url": URL}).is_success
    refused(scenario.officer.intake("PUT", path, json={"url": URL}, headers={"If-Match": "*"}), 403, "not-yours")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "javascript:alert(1)",
        "https://user:secret@example.org/",
        "http://localhost/",
        "http://localhost.:8101/",
        "http://127.0.0.1:8101/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://10.1.2.3/",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://intranet/",
        "https://",
        "no address",
    ],
)
def test_an_address_that_the_public_must_not_be_sent_to_is_refused(scenario: Scenario, url: str) -> None:
    scenario.register()

    refused(scenario.beneficiary.intake("PUT", f"{scenario.path}/website", json={"url": url}), 422, "url-not-allowed")
    assert public_url(scenario) is None


def test_a_change_names_the_version_that_it_changes(scenario: Scenario) -> None:
    scenario.register()
    path = f"{scenario.path}/website"
    first = scenario.beneficiary.intake("PUT", path, json={"url": URL})
    assert first.is_success
    body = {"url": "https://other.example.org/"}

    refused(scenario.beneficiary.intake("PUT", path, json=body), 428, "if-match-required")
    refused(
        scenario.beneficiary.intake("PUT", path, json=body, headers={"If-Match": '"1-0"'}), 412, "changed-meanwhile"
    )
    refused(scenario.beneficiary.intake("DELETE", path), 428, "if-match-required")
    assert scenario.beneficiary.intake("PUT", path, json=body, headers={"If-Match": first.headers["etag"]}).is_success


def test_a_website_of_an_unknown_project_is_refused(scenario: Scenario) -> None:
    refused(scenario.beneficiary.intake("PUT", f"{scenario.path}/website", json={"url": URL}), 404, "unknown-project")
    ok(scenario.public.publisher("GET", "/v1/projects"))
