"""Registering and amending a project, and what the project tells of itself."""

from datetime import timedelta

import pytest

from tests.e2e.scenario import Scenario, project_body, today
from tests.e2e.site import ok, refused


def test_a_registered_project_can_be_read_at_once_by_those_of_the_project(scenario: Scenario) -> None:
    created = scenario.upstream.intake("PUT", scenario.path, json=project_body())
    assert created.status_code in (200, 201)

    for caller in (scenario.upstream, scenario.beneficiary, scenario.coordinator, scenario.officer):
        project = scenario.read(caller)
        assert project["title"] == "Digital skills for rural schools"
        assert project["state"] == "ended"
        assert project["locked"] is False
        assert project["gate"]


def test_an_amendment_needs_the_version_and_changes_the_state(scenario: Scenario) -> None:
    scenario.register(end_date=str(today() + timedelta(days=90)))
    assert scenario.read()["state"] == "ongoing"
    body = project_body()
    refused(scenario.upstream.intake("PUT", scenario.path, json=body), 428, "if-match-required")
    stale = {"If-Match": '"3-0"'}
    refused(scenario.upstream.intake("PUT", scenario.path, json=body, headers=stale), 412, "changed-meanwhile")

    current = {"If-Match": scenario.tag(scenario.path)}
    assert scenario.upstream.intake("PUT", scenario.path, json=body, headers=current).is_success

    assert scenario.read()["state"] == "ended"


@pytest.mark.parametrize(("days", "state"), [(-1, "ended"), (0, "ongoing"), (1, "ongoing")])
def test_a_project_has_ended_when_its_last_day_in_riga_is_over(scenario: Scenario, days: int, state: str) -> None:
    scenario.register(end_date=str(today() + timedelta(days=days)))

    assert scenario.read()["state"] == state


@pytest.mark.parametrize("project_id", ["ab", "-abc", "a" * 64, "a_b_c", "a.b.c", "a*b*c", "projekts-ā"])
def test_an_id_that_cannot_be_one_is_refused(scenario: Scenario, project_id: str) -> None:
    refused(
        scenario.upstream.intake("PUT", f"/v1/projects/{project_id}", json=project_body()), 422, "invalid-project-id"
    )


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        ({"title": None}, "invalid-body", "/title"),
        ({"title": "x" * 301}, "too-long", "/title"),
        ({"summary": "x" * 5_001}, "too-long", "/summary"),
        ({"languages": []}, "invalid-body", "/languages"),
        ({"start_date": "tomorrow"}, "invalid-body", "/start_date"),
        ({"end_date": "1999-01-01"}, "dates-reversed", "/end_date"),
        ({"na": "Latvia"}, "invalid-body", "/na"),
        (
            {"organisations": [{"id": "o2", "name": "Tartu kool", "role": "partner"}]},
            "one-coordinator",
            "/organisations",
        ),
        ({"budget": 1}, "invalid-body", "/budget"),
        ({"contacts": [{"id": "a b", "name": "x", "access": "edit"}]}, "invalid-body", "/contacts/0/id"),
    ],
)
def test_a_body_that_is_wrong_names_the_field(
    scenario: Scenario, changes: dict[str, object], code: str, pointer: str
) -> None:
    problem = refused(scenario.upstream.intake("PUT", scenario.path, json=project_body(**changes)), 422, code)

    assert pointer in [one["pointer"] for one in problem["errors"]]
    assert all(one["code"] and one["detail"] for one in problem["errors"])


@pytest.mark.parametrize("field", ["title", "start_date", "end_date", "languages", "na", "organisations"])
def test_a_required_field_that_is_missing_is_named(scenario: Scenario, field: str) -> None:
    body = project_body()
    del body[field]

    problem = scenario.upstream.intake("PUT", scenario.path, json=body).json()

    assert problem["status"] == 422
    assert f"/{field}" in [one["pointer"] for one in problem["errors"]]


def test_the_gate_says_why_submission_is_not_possible_and_since_when(scenario: Scenario) -> None:
    scenario.register(end_date=str(today() + timedelta(days=90)))
    gate = scenario.read()["gate"]
    assert "project-not-ended" in str(gate)

    scenario.register()
    scenario.valid()
    assert "project-not-ended" not in str(scenario.read()["gate"])


def test_vocabularies_are_there_for_anyone(scenario: Scenario) -> None:
    with_token = ok(scenario.beneficiary.intake("GET", "/v1/vocabularies"))
    without = ok(scenario.public.intake("GET", "/v1/vocabularies"))

    assert with_token == without
    categories = next(value for name, value in without.items() if "categor" in name)
    assert "handbook" in str(categories)
    assert "'en'" in str(categories)
    assert "'lv'" in str(categories)
