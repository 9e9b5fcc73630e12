"""Every refusal of a result or a file, by code, status and rule; nothing is kept of what was refused."""

from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.scenario import Scenario, metadata, parts, today
from tests.e2e.site import ok, refused


def results(scenario: Scenario) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(scenario.beneficiary.intake("GET", f"{scenario.path}/results"))["items"]
    return found


@pytest.mark.parametrize(
    ("changes", "code", "rule"),
    [
        ({"title": ""}, "missing-title", "R32"),
        ({"title": "   "}, "missing-title", "R32"),
        ({"description": ""}, "missing-description", "R32"),
        ({"category": "novel"}, "unknown-category", "R32"),
        ({"data_protection": {"confirmed": False}}, "data-protection-not-confirmed", "R34"),
        ({"publish": False}, "withhold-reason-missing", "R33"),
        ({"title": "x" * 10_000}, "too-long", None),
        ({"title": "x" * 301}, "too-long", None),
        ({"description": "x" * 5_001}, "too-long", None),
        ({"languages": ["English"]}, "invalid-body", None),
        ({"colour": "blue"}, "invalid-body", None),
    ],
)
def test_metadata_that_is_wrong_is_refused(
    scenario: Scenario, changes: dict[str, Any], code: str, rule: str | None
) -> None:
    scenario.register()

    refused(scenario.try_post(**changes), 422, code, rule=rule)
    assert results(scenario) == []


def test_a_missing_title_is_refused_like_an_empty_one(scenario: Scenario) -> None:
    scenario.register()
    for field, code in (
        ("title", "missing-title"),
        ("description", "missing-description"),
        ("category", "unknown-category"),
    ):
        describing = metadata()
        del describing[field]
        body = parts(describing, scenario.sample())
        refused(scenario.beneficiary.intake("POST", f"{scenario.path}/results", files=body), 422, code, rule="R32")
    describing = metadata()
    del describing["data_protection"]
    body = parts(describing, scenario.sample())
    refused(
        scenario.beneficiary.intake("POST", f"{scenario.path}/results", files=body),
        422,
        "data-protection-not-confirmed",
        rule="R34",
    )


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("slides.pptx", "ppt"),
        ("scan.tiff", "tif"),
        ("text.odt", "docx"),
        ("site.html", "pdf"),
        ("data.zip", ""),
        ("noext", ""),
    ],
)
def test_a_format_outside_the_list_is_refused_and_the_nearest_named(
    scenario: Scenario, name: str, nearest: str
) -> None:
    scenario.register()

    problem = refused(scenario.try_post(scenario.sample(name)), 415, "format-not-allowed", rule="R31")

    assert nearest in problem["detail"].partition("Allowed")[0]
    assert results(scenario) == []


def test_extensions_are_compared_without_case(scenario: Scenario) -> None:
    scenario.register()

    assert scenario.valid(scenario.sample("REPORT.PDF"))["file"]["name"] == "REPORT.PDF"


def test_an_empty_file_is_refused(scenario: Scenario) -> None:
    scenario.register()
    sample = scenario.sample("empty.txt")
    sample.path.write_bytes(b"")

    refused(scenario.try_post(sample), 422, "empty-file")


def test_an_unknown_project_is_refused(scenario: Scenario) -> None:
    refused(scenario.try_post(), 404, "unknown-project")


def test_a_locked_project_takes_nothing(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.submit()
    anything = {"If-Match": "*"}
    path = f"/v1/results/{result['id']}"
    description = metadata(title="Changed")
    del description["kind"]

    refused(scenario.try_post(), 409, "project-locked", rule="R38")
    refused(scenario.try_post(by=scenario.upstream), 409, "project-locked", rule="R38")
    refused(scenario.beneficiary.intake("PATCH", path, json={"title": "New"}, headers=anything), 409, "project-locked")
    refused(scenario.beneficiary.intake("DELETE", path, headers=anything), 409, "project-locked")
    body = parts(None, scenario.sample())
    refused(scenario.beneficiary.intake("PUT", f"{path}/file", files=body, headers=anything), 409, "project-locked")
    logo = {"file": ("logo.png", scenario.sample("logo.png").path.open("rb"), "image/png")}
    refused(scenario.beneficiary.intake("PUT", f"{scenario.path}/logo", files=logo), 409, "project-locked")
    assert scenario.result(result["id"])["status"] == "in_review"


def test_results_may_be_added_before_the_project_ends(scenario: Scenario) -> None:
    scenario.register(end_date=str(today() + timedelta(days=100)))

    assert scenario.valid()["status"] == "valid"


def test_a_link_obeys_the_rules_for_addresses(scenario: Scenario) -> None:
    scenario.register()
    path = f"{scenario.path}/results"
    for url in ("http://127.0.0.1/", "ftp://example.org/x", "https://a:b@example.org/"):
        refused(scenario.beneficiary.intake("POST", path, json=metadata(kind="link", url=url)), 422, "url-not-allowed")
    refused(scenario.beneficiary.intake("POST", path, json=metadata(kind="link")), 422, "missing-url")
    refused(scenario.beneficiary.intake("POST", path, json=metadata(kind="text")), 422, "missing-text", rule="R42")
    long = metadata(kind="text", text="x" * 100_001)
    refused(scenario.beneficiary.intake("POST", path, json=long), 422, "too-long")


def test_a_part_that_is_missing_is_named(scenario: Scenario) -> None:
    scenario.register()
    path = f"{scenario.path}/results"

    assert scenario.beneficiary.intake("POST", path, files=parts(metadata(), None)).status_code == 422
    assert scenario.beneficiary.intake("POST", path, files=parts(None, scenario.sample())).status_code == 422
    assert results(scenario) == []


def test_an_unknown_result_is_refused(scenario: Scenario) -> None:
    scenario.register()
    unknown = f"{scenario.project_id}~aaaaaaaaaaaaaaaaaaaaaaaaaa"

    for result_id in (unknown, "nonsense", "x.y~z", "a*~b"):
        assert scenario.beneficiary.intake("GET", f"/v1/results/{result_id}").status_code == 404
    refused(scenario.beneficiary.intake("GET", f"/v1/results/{unknown}"), 404, "unknown-result")
