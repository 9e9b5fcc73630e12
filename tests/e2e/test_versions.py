"""Versions and repetitions: ETag, If-Match, If-None-Match and Idempotency-Key."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.scenario import Scenario, metadata, parts, project_body
from tests.e2e.site import ok, refused


def test_a_verdict_that_arrives_does_not_make_an_edit_stale(scenario: Scenario) -> None:
    scenario.register()
    created = scenario.try_post()
    result_id = ok(created, 201)["id"]
    read_before_verdict = created.headers["etag"]
    scenario.until(result_id, "valid")
    path = f"/v1/results/{result_id}"
    after_verdict = scenario.tag(path)

    assert read_before_verdict != after_verdict
    assert read_before_verdict.strip('"').split("-")[0] == after_verdict.strip('"').split("-")[0]
    changed = scenario.beneficiary.intake(
        "PATCH", path, json={"title": "Better title"}, headers={"If-Match": read_before_verdict}
    )
    assert ok(changed)["title"] == "Better title"


@pytest.mark.parametrize(("method", "tail"), [("PATCH", ""), ("DELETE", ""), ("PUT", "/file")])
def test_a_change_without_or_with_a_stale_version_is_refused(scenario: Scenario, method: str, tail: str) -> None:
    scenario.register()
    result_id = scenario.valid()["id"]
    old = scenario.tag(f"/v1/results/{result_id}")
    ok(scenario.change("PATCH", result_id, json={"description": "Changed meanwhile."}))

    def change(**headers: str) -> httpx.Response:
        bodies: dict[str, dict[str, Any]] = {"PATCH": {"json": {"title": "New"}}, "DELETE": {}}
        body = bodies.get(method) or ({"files": parts(None, scenario.sample())} if method == "PUT" else {})
        return scenario.beneficiary.intake(method, f"/v1/results/{result_id}{tail}", headers=headers, **body)

    refused(change(), 428, "if-match-required")
    refused(change(**{"If-Match": old}), 412, "changed-meanwhile")
    assert change(**{"If-Match": "*"}).is_success


def test_what_the_caller_holds_already_is_not_sent_again(scenario: Scenario) -> None:
    scenario.register()
    result_id = scenario.valid()["id"]
    for path in (scenario.path, f"/v1/results/{result_id}"):
        tag = scenario.tag(path)
        unchanged = scenario.beneficiary.intake("GET", path, headers={"If-None-Match": tag})
        assert unchanged.status_code == 304
        assert unchanged.content == b""
    path = f"/v1/results/{result_id}"
    tag = scenario.tag(path)
    ok(scenario.change("PATCH", result_id, json={"title": "New"}))
    assert scenario.beneficiary.intake("GET", path, headers={"If-None-Match": tag}).status_code == 200


def test_the_same_key_and_body_get_the_first_answer_again(scenario: Scenario) -> None:
    scenario.register()
    sample = scenario.sample()
    key = {"Idempotency-Key": secrets.token_hex(8)}
    path = f"{scenario.path}/results"

    first = scenario.beneficiary.intake("POST", path, files=parts(metadata(), sample), headers=key)
    again = scenario.beneficiary.intake("POST", path, files=parts(metadata(), sample), headers=key)

    assert ok(first, 201)["id"] == ok(again, 201)["id"]
    assert len(ok(scenario.beneficiary.intake("GET", path))["items"]) == 1
    other = scenario.beneficiary.intake("POST", path, files=parts(metadata(title="Other"), sample), headers=key)
    refused(other, 422, "idempotency-key-reused")
    other_file = scenario.beneficiary.intake("POST", path, files=parts(metadata(), scenario.sample()), headers=key)
    refused(other_file, 422, "idempotency-key-reused")


def test_a_key_belongs_to_its_caller(scenario: Scenario) -> None:
    scenario.register()
    key = {"Idempotency-Key": secrets.token_hex(8)}
    path, body = f"{scenario.path}/results", metadata(kind="text", text="Kept.")

    first = ok(scenario.beneficiary.intake("POST", path, json=body, headers=key), 201)
    other = ok(scenario.coordinator.intake("POST", path, json=body, headers=key), 201)

    assert first["id"] != other["id"]


def test_a_repeated_submission_with_its_key_is_the_first_one(scenario: Scenario) -> None:
    scenario.register()
    scenario.valid()
    key = {"Idempotency-Key": secrets.token_hex(8)}
    path = f"{scenario.path}/submissions"

    first = ok(scenario.coordinator.intake("POST", path, headers=key), 201)
    again = ok(scenario.coordinator.intake("POST", path, headers=key), 201)

    assert first == again
    refused(scenario.coordinator.intake("POST", path), 409, "already-under-review")


def test_registering_the_same_project_again_changes_nothing(scenario: Scenario) -> None:
    body = project_body()
    assert scenario.upstream.intake("PUT", scenario.path, json=body).is_success
    tag = scenario.tag(scenario.path)

    assert scenario.upstream.intake("PUT", scenario.path, json=body, headers={"If-Match": tag}).is_success

    assert scenario.read()["title"] == body["title"]


def test_the_same_request_many_times_at_once_makes_one_result(scenario: Scenario) -> None:
    scenario.register()
    key = {"Idempotency-Key": secrets.token_hex(8)}
    path, body = f"{scenario.path}/results", metadata(kind="text", text="Once.")

    with ThreadPoolExecutor(6) as crowd:
        answers = list(crowd.map(lambda _: scenario.beneficiary.intake("POST", path, json=body, headers=key), range(6)))

    assert {one.json()["id"] for one in answers if one.status_code == 201}
    assert len({one.json()["id"] for one in answers if one.status_code == 201}) == 1
    assert {one.status_code for one in answers} <= {201, 409}
    assert len(ok(scenario.beneficiary.intake("GET", path))["items"]) == 1


def test_what_officers_and_the_public_read_has_a_version_too(scenario: Scenario) -> None:
    (result,) = scenario.story()
    readings = (
        (scenario.officer.review, scenario.review_path),
        (scenario.public.publisher, f"/v1/projects/{scenario.project_id}"),
        (scenario.public.publisher, f"/v1/results/{result['id']}"),
    )
    for read, path in readings:
        first = read("GET", path)
        assert first.status_code == 200
        assert read("GET", path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304, path
