"""Handing in, describing, replacing, deleting and listing results."""

import json

import pytest

from tests.e2e.scenario import Scenario, metadata, parts
from tests.e2e.site import ok, refused


@pytest.mark.parametrize("file_first", [False, True])
def test_the_two_parts_come_in_either_order(scenario: Scenario, file_first: bool) -> None:
    scenario.register()
    sample = scenario.sample()
    body = parts(metadata(), sample)

    created = scenario.beneficiary.intake("POST", f"{scenario.path}/results", files=body[::-1] if file_first else body)

    assert ok(created, 201)["file"]["sha256"] == sample.sha256


def test_what_was_handed_in_is_read_at_once_and_in_full(scenario: Scenario) -> None:
    scenario.register()
    sample = scenario.sample("guide.pdf")
    response = scenario.try_post(sample, external_id="bm-4711", work_package=2)
    created = ok(response, 201)

    found = scenario.result(created["id"])

    assert created["project_id"] == found["project_id"] == scenario.project_id
    assert found["title"] == "Handbook for teachers (English)"
    assert (found["category"], found["languages"], found["publish"]) == ("handbook", ["en"], True)
    assert (found["external_id"], found["work_package"], found["revision"]) == ("bm-4711", 2, 1)
    assert found["file"]["name"] == "guide.pdf"
    assert (found["file"]["size"], found["file"]["sha256"]) == (sample.size, sample.sha256)
    assert response.headers["etag"]
    assert created["status"] in ("validating", "valid")
    assert "object_key" not in json.dumps(found)


def test_a_new_title_keeps_the_revision_and_the_verdict(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()

    changed = ok(scenario.change("PATCH", result["id"], json={"title": "Handbook (Latvian)"}))

    assert (changed["title"], changed["revision"], changed["status"]) == ("Handbook (Latvian)", 1, "valid")
    refused(scenario.change("PATCH", result["id"], json={"title": ""}), 422, "missing-title")
    refused(scenario.change("PATCH", result["id"], json={"publish": False}), 422, "withhold-reason-missing")


def test_a_new_file_is_a_new_revision_with_a_verdict_of_its_own(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    other = scenario.sample("second.csv")

    replaced = scenario.replace(result["id"], other)
    found = scenario.until(result["id"], "valid")

    assert replaced["revision"] == found["revision"] == 2
    assert found["file"]["sha256"] == other.sha256
    assert found["file"]["name"] == "second.csv"


def test_a_deleted_result_is_gone(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.post()

    assert scenario.change("DELETE", result["id"]).is_success

    path = f"/v1/results/{result['id']}"
    anything = {"If-Match": "*"}
    refused(scenario.beneficiary.intake("PATCH", path, json={"title": "x"}, headers=anything), 410, "result-deleted")
    assert scenario.beneficiary.intake("GET", path).status_code == 410
    assert ok(scenario.beneficiary.intake("GET", f"{scenario.path}/results"))["items"] == []


def test_a_published_result_cannot_be_deleted(scenario: Scenario) -> None:
    (result,) = scenario.story()
    response = scenario.lead.review(
        "POST", f"/v1/projects/{scenario.project_id}/reopen", json={"reason": "The project asked for a correction."}
    )
    assert response.is_success, response.text

    refused(scenario.change("DELETE", result["id"]), 409, "already-published")


def test_results_are_listed_in_pages(scenario: Scenario) -> None:
    scenario.register()
    ids = [scenario.post_json(kind="text", title=f"Text {n}", text=f"Text number {n}.")["id"] for n in range(5)]
    path = f"{scenario.path}/results"
    seen: list[str] = []
    parameters: dict[str, str] = {"limit": "2"}
    for _ in range(4):
        response = scenario.beneficiary.intake("GET", path, params=parameters)
        page = ok(response)
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        assert 'rel="next"' in response.headers["link"]
        parameters["cursor"] = page["next"]

    assert sorted(seen) == sorted(ids)
    assert len(seen) == 5
    for bad in ({"limit": "0"}, {"limit": "201"}, {"limit": "many"}):
        assert scenario.beneficiary.intake("GET", path, params=bad).status_code == 422
    refused(scenario.beneficiary.intake("GET", path, params={"cursor": "%%%"}), 422, "invalid-cursor")


def test_an_external_id_is_unique_for_its_sender_or_becomes_a_revision(scenario: Scenario) -> None:
    scenario.register()
    first = scenario.post(by=scenario.upstream, external_id="bm-1")
    other_sender = scenario.post(by=scenario.beneficiary, external_id="bm-1")

    assert first["id"] != other_sender["id"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.txt", None),
        ("C:\\Users\\anna\\plan.txt", None),
        ("a/b.txt", None),
        ("new\nline.txt", None),
        ("bell\x07.txt", None),
        ("x" * 300 + ".txt", None),
        ("report.exe.txt", None),
        ("Pārskats – gala versija.txt", "Pārskats – gala versija.txt"),
    ],
)
def test_a_name_that_is_more_than_a_name_is_refused_or_stripped(
    scenario: Scenario, sent: str, kept: str | None
) -> None:
    scenario.register()
    sample = scenario.sample()
    body = [
        ("metadata", (None, json.dumps(metadata()), "application/json")),
        ("file", (sent, sample.path.read_bytes(), "text/plain")),
    ]

    response = scenario.beneficiary.intake("POST", f"{scenario.path}/results", files=body)

    if response.status_code == 201:
        name = response.json()["file"]["name"]
        assert kept in (None, name)
        assert not set(name) & set("/\\\n\r\x07\0")
        assert len(name) <= 255
    else:
        assert kept is None
        refused(response, 422, "filename-not-allowed")
