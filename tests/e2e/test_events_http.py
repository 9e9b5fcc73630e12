"""CloudEvents over HTTP: three forms, an outcome for each, and repetitions that change nothing."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.events import event, send, send_binary
from tests.e2e.scenario import Scenario, metadata, project_body, today
from tests.e2e.site import eventually, ok, refused


def registered(scenario: Scenario, **changes: Any) -> dict[str, Any]:
    return event("project.registered", project_body(**changes) | {"project_id": scenario.project_id})


def posted(scenario: Scenario, text: str = "What we learnt.", **changes: Any) -> dict[str, Any]:
    describing = metadata(kind="text", text=text) | changes
    return event("result.posted", {"project_id": scenario.project_id, "metadata": describing})


def outcomes(scenario: Scenario, *events: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(send(scenario.upstream, *events), 202)["outcomes"]
    return found


def test_a_project_and_its_result_come_as_events(scenario: Scenario) -> None:
    first = registered(scenario)
    (outcome,) = outcomes(scenario, first)
    assert (outcome["id"], outcome["status"]) == (first["id"], "accepted")

    (outcome,) = outcomes(scenario, posted(scenario))

    assert outcome["status"] == "accepted"
    assert scenario.until(outcome["result_id"], "valid")["title"] == metadata()["title"]


def test_the_binary_form_is_the_same_event(scenario: Scenario) -> None:
    sent = registered(scenario)

    (outcome,) = ok(send_binary(scenario.upstream, sent), 202)["outcomes"]

    assert outcome["status"] == "accepted"
    assert scenario.read()["title"]
    (again,) = outcomes(scenario, sent)
    assert again["status"] == "duplicate"


def test_a_batch_has_an_outcome_for_each_in_order(scenario: Scenario) -> None:
    batch = [
        registered(scenario),
        posted(scenario, category="novel"),
        event("project.exploded", {"project_id": scenario.project_id}),
        posted(scenario),
        event("website.set", {"project_id": scenario.project_id, "url": "https://batch.example.org/"}),
        event("website.set", {"project_id": scenario.project_id, "url": "http://127.0.0.1/"}),
    ]

    found = outcomes(scenario, *batch)

    assert [one["id"] for one in found] == [one["id"] for one in batch]
    assert [(one["status"], one.get("code")) for one in found] == [
        ("accepted", None),
        ("rejected", "unknown-category"),
        ("rejected", "unknown-event-type"),
        ("accepted", None),
        ("accepted", None),
        ("rejected", "url-not-allowed"),
    ]
    assert all(one["detail"] for one in found if one["status"] == "rejected")


def test_the_same_event_again_is_a_duplicate_and_changes_nothing(scenario: Scenario) -> None:
    sent = posted(scenario)
    (_, first) = outcomes(scenario, registered(scenario), sent)

    (again,) = outcomes(scenario, sent)

    assert (again["status"], again["result_id"]) == ("duplicate", first["result_id"])
    assert len(ok(scenario.beneficiary.intake("GET", f"{scenario.path}/results"))["items"]) == 1


def test_the_same_id_from_another_source_is_another_event(scenario: Scenario) -> None:
    sent = posted(scenario)
    outcomes(scenario, registered(scenario))

    (first,) = outcomes(scenario, sent)
    (second,) = outcomes(scenario, sent | {"source": "other"})

    assert second["status"] == "accepted"
    assert first["result_id"] != second["result_id"]


def test_a_known_external_id_is_a_new_revision(scenario: Scenario) -> None:
    outcomes(scenario, registered(scenario))
    (first,) = outcomes(scenario, posted(scenario, "First edition.", external_id="bm-1"))
    (second,) = outcomes(scenario, posted(scenario, "Second edition.", external_id="bm-1"))

    assert first["result_id"] == second["result_id"]
    assert scenario.until(first["result_id"], "valid")["revision"] == 2


def test_the_outcome_can_be_asked_for_again_by_its_sender_alone(scenario: Scenario) -> None:
    sent = registered(scenario)
    (outcome,) = outcomes(scenario, sent)
    path = f"/v1/events/{sent['source']}/{sent['id']}"

    again = ok(scenario.upstream.intake("GET", path))

    assert (again["id"], again["status"]) == (outcome["id"], "accepted")
    other = scenario.site.caller("upstream", sub="another-system", na=(scenario.agency,))
    refused(other.intake("GET", path), 404, "unknown-event")
    refused(scenario.upstream.intake("GET", "/v1/events/demo/never-sent"), 404, "unknown-event")


def test_an_id_that_fits_no_subject_is_kept_all_the_same(scenario: Scenario) -> None:
    sent = registered(scenario) | {"id": "urn:bm:2024/11 *>", "source": "https://bm.example.org/a.b"}

    (first,) = outcomes(scenario, sent)
    (again,) = outcomes(scenario, sent)

    assert first["status"] in ("accepted", "duplicate")
    assert again["status"] == "duplicate"


def test_an_upload_becomes_a_result_by_an_event(scenario: Scenario) -> None:
    outcomes(scenario, registered(scenario))
    content = f"Text of {scenario.project_id}.\n".encode()
    body = {"filename": "text.txt", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    upload = ok(scenario.upstream.intake("POST", f"{scenario.path}/uploads", json=body), 201)
    headers = {str(name): str(value) for name, value in upload["headers"].items()}
    headers["Authorization"] = f"Bearer {scenario.upstream.token}"
    assert scenario.site.http.put(upload["url"], content=content, headers=headers).is_success
    data = {"project_id": scenario.project_id, "metadata": metadata(), "upload_id": upload["upload_id"]}

    (outcome,) = outcomes(scenario, event("result.posted", data))

    assert outcome["status"] == "accepted"
    assert scenario.result(outcome["result_id"])["file"]["sha256"] == body["sha256"]


def test_a_url_is_fetched_from_allowed_hosts_only(scenario: Scenario) -> None:
    outcomes(scenario, registered(scenario))
    for url in ("https://files.example.org/a.pdf", "http://127.0.0.1/a.pdf", "file:///etc/passwd"):
        data = {"project_id": scenario.project_id, "metadata": metadata(), "url": url, "sha256": "0" * 64}
        (outcome,) = outcomes(scenario, event("result.posted", data))
        assert (outcome["status"], outcome["code"]) == ("rejected", "url-not-allowed"), url


def test_an_amendment_by_event_needs_no_version(scenario: Scenario) -> None:
    outcomes(scenario, registered(scenario))
    later = str(today() + timedelta(days=90))
    amended = project_body(end_date=later) | {"project_id": scenario.project_id}

    (outcome,) = outcomes(scenario, event("project.amended", amended))

    assert outcome["status"] == "accepted"
    assert scenario.read()["state"] == "ongoing"


def test_a_locked_project_and_a_foreign_agency_are_typed_rejections(scenario: Scenario) -> None:
    scenario.register()
    scenario.valid()
    scenario.submit()

    (locked,) = outcomes(scenario, posted(scenario))
    assert (locked["status"], locked["code"]) == ("rejected", "project-locked")
    foreign = scenario.site.caller("upstream", sub="bm-ee", na=("EE01",))
    (unknown,) = ok(send(foreign, posted(scenario)), 202)["outcomes"]
    assert (unknown["status"], unknown["code"]) == ("rejected", "unknown-project")


@pytest.mark.parametrize("attribute", ["id", "source", "type", "specversion"])
def test_a_required_attribute_that_is_missing_is_refused(scenario: Scenario, attribute: str) -> None:
    sent = registered(scenario)
    del sent[attribute]

    response = send(scenario.upstream, sent)

    if response.status_code == 202:
        (outcome,) = response.json()["outcomes"]
        assert (outcome["status"], outcome["code"]) == ("rejected", "invalid-event")
    else:
        refused(response, 422, "invalid-event")
    refused(scenario.coordinator.intake("GET", scenario.path), 404, "unknown-project")


def test_what_is_no_event_at_all_is_refused(scenario: Scenario) -> None:
    def post(content: bytes, kind: str) -> Any:
        return scenario.upstream.intake("POST", "/v1/events", content=content, headers={"Content-Type": kind})

    refused(post(b"{", "application/cloudevents+json"), 400, "malformed-json")
    refused(post(b"[{", "application/cloudevents-batch+json"), 400, "malformed-json")
    assert post(b'"text"', "application/cloudevents+json").status_code == 422
    assert post(b"{}", "application/json").status_code in (415, 422)
    assert post(b"<event/>", "application/xml").status_code == 415
    refused(send(scenario.beneficiary, registered(scenario)), 403, "not-yours")
    refused(send(scenario.public, registered(scenario)), 401, "unauthenticated")


def test_a_report_decided_elsewhere_counts_only_from_a_trusted_source(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.approve_round([result["id"]])
    data = {"project_id": scenario.project_id}

    (untrusted,) = outcomes(scenario, event("report.approved", data, source="unheard-of"))
    assert (untrusted["status"], untrusted["code"]) == ("rejected", "source-not-trusted")
    assert scenario.public_result(result["id"]).status_code == 404
    (trusted,) = outcomes(scenario, event("report.approved", data, source="sap"))

    assert trusted["status"] == "accepted"
    scenario.published(result["id"])
    eventually(lambda: scenario.result(result["id"])["status"] == "published")
