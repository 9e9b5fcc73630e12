"""What is public, and when: never early, whatever the order of events; gone within a second after a takedown."""

import time

from tests.e2e.events import event, send
from tests.e2e.scenario import Scenario
from tests.e2e.site import eventually, ok, refused


def reopened(scenario: Scenario) -> None:
    response = scenario.lead.review(
        "POST", f"/v1/projects/{scenario.project_id}/reopen", json={"reason": "A correction is needed."}
    )
    assert response.is_success, response.text
    eventually(lambda: scenario.read()["locked"] is False)


def test_the_report_may_be_approved_before_the_results(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    assert scenario.report(scenario.lead, override_reason="Decided in the committee.").is_success
    assert scenario.public_result(result["id"]).status_code == 404

    scenario.approve_round([result["id"]])

    scenario.published(result["id"])


def test_approval_is_followed_by_publication_at_once(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.approve_round([result["id"]])
    started = time.monotonic()

    scenario.approve_report()
    scenario.published(result["id"])

    assert time.monotonic() - started < 2


def test_a_withheld_result_is_reviewed_and_never_public(scenario: Scenario) -> None:
    scenario.register()
    public = scenario.valid()
    withheld = scenario.valid(publish=False, withhold_reason="It is patented.", title="Secret recipe")
    scenario.approve_round([public["id"], withheld["id"]])
    scenario.approve_report()
    scenario.published(public["id"])

    eventually(lambda: scenario.result(withheld["id"])["status"] == "withheld")
    assert scenario.public_result(withheld["id"]).status_code == 404
    assert scenario.public.publisher("GET", f"/v1/results/{withheld['id']}/file").status_code == 404
    assert "Secret recipe" not in scenario.public.publisher("GET", f"/v1/projects/{scenario.project_id}").text


def test_a_takedown_takes_it_from_every_public_place_within_a_second(scenario: Scenario) -> None:
    kept, taken = scenario.story(scenario.sample(), scenario.sample())
    reason = {"reason": "A person on the photo asked for it."}
    response = scenario.lead.review("POST", f"/v1/results/{taken['id']}/takedown", json=reason)
    assert response.is_success, response.text

    problem = refused(scenario.gone(taken["id"], within=1), 410, "taken-down")

    assert problem["detail"]
    for path in (f"/v1/results/{taken['id']}/file", f"/v1/results/{taken['id']}/proof", f"/results/{taken['id']}"):
        assert scenario.public.publisher("GET", path).status_code == 410, path
    project = scenario.public.publisher("GET", f"/v1/projects/{scenario.project_id}").text
    assert kept["id"] in project
    assert f'"{taken["id"]}"' not in project
    assert scenario.result(taken["id"])["status"] == "withdrawn"
    assert scenario.public_result(kept["id"]).status_code == 200


def test_what_is_public_stays_until_the_next_approved_round_and_then_follows_it(scenario: Scenario) -> None:
    old, stays = scenario.story(scenario.sample(), scenario.sample())
    reopened(scenario)
    new_sample = scenario.sample("second.txt", "The corrected edition.")
    scenario.replace(stays["id"], new_sample)
    scenario.until(stays["id"], "valid")
    added = scenario.valid(title="Added in round two")
    assert scenario.public_result(old["id"]).status_code == 200
    first_bytes = scenario.public.publisher("GET", f"/v1/results/{stays['id']}/file").content
    assert first_bytes != new_sample.path.read_bytes()
    refused(scenario.change("DELETE", old["id"]), 409, "already-published")

    again = {one["result_id"] for one in scenario.submit()["manifest"]}
    scenario.claim()
    assert again == {old["id"], stays["id"], added["id"]}
    scenario.approve(*again)
    assert scenario.close().is_success

    scenario.published(added["id"])
    eventually(
        lambda: (
            scenario.public.publisher("GET", f"/v1/results/{stays['id']}/file").content == new_sample.path.read_bytes()
        )
    )
    assert scenario.public_result(old["id"]).status_code == 200


def test_a_result_that_was_never_public_can_leave_between_rounds(scenario: Scenario) -> None:
    scenario.register()
    kept, dropped = scenario.valid(), scenario.valid(title="Dropped later")
    scenario.approve_round([kept["id"], dropped["id"]])
    reopened(scenario)
    assert scenario.change("DELETE", dropped["id"]).is_success
    scenario.submit()
    scenario.claim()
    scenario.approve(kept["id"])
    assert scenario.close().is_success
    scenario.approve_report()

    scenario.published(kept["id"])
    assert scenario.public_result(dropped["id"]).status_code == 404


def test_a_published_result_that_the_next_round_withholds_disappears(scenario: Scenario) -> None:
    (result,) = scenario.story()
    reopened(scenario)
    changed = scenario.change("PATCH", result["id"], json={"publish": False, "withhold_reason": "Sold meanwhile."})
    assert changed.is_success, changed.text
    assert scenario.public_result(result["id"]).status_code == 200

    scenario.approve_round([result["id"]])

    scenario.gone(result["id"])
    assert scenario.public.publisher("GET", f"/v1/results/{result['id']}/file").status_code == 410


def test_the_public_sees_the_metadata_that_was_approved(scenario: Scenario) -> None:
    (result,) = scenario.story()
    reopened(scenario)
    ok(scenario.change("PATCH", result["id"], json={"title": "Not yet approved title"}))

    assert ok(scenario.public_result(result["id"]))["title"] == "Handbook for teachers (English)"
    scenario.approve_round([result["id"]])
    eventually(lambda: ok(scenario.public_result(result["id"]))["title"] == "Not yet approved title")


def test_a_project_terminated_with_eligible_costs_publishes_what_was_approved(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.approve_round([result["id"]])
    data = {"project_id": scenario.project_id, "eligible_costs": True}

    (outcome,) = ok(send(scenario.upstream, event("project.terminated", data)), 202)["outcomes"]

    assert outcome["status"] == "accepted"
    scenario.published(result["id"])
    assert scenario.read()["state"] == "terminated"


def test_only_results_that_a_lead_reopened_can_change_again(scenario: Scenario) -> None:
    scenario.story()
    reason = {"reason": "Because."}
    path = f"/v1/projects/{scenario.project_id}/reopen"

    assert scenario.lead.review("POST", path, json={}).status_code == 422
    reopened(scenario)
    refused(scenario.lead.review("POST", path, json=reason), 409, "not-reopenable")
    assert scenario.valid()["status"] == "valid"


def test_a_project_terminated_without_eligible_costs_publishes_nothing_any_more(scenario: Scenario) -> None:
    (result,) = scenario.story()
    data = {"project_id": scenario.project_id, "eligible_costs": False}

    (outcome,) = ok(send(scenario.upstream, event("project.terminated", data)), 202)["outcomes"]

    assert outcome["status"] == "accepted"
    assert scenario.gone(result["id"]).json()["code"] in ("result-withdrawn", "taken-down")
    assert scenario.public.publisher("GET", f"/v1/results/{result['id']}/file").status_code == 410


def test_an_operator_may_take_down_and_has_to_say_why(scenario: Scenario) -> None:
    (result,) = scenario.story()
    path = f"/v1/results/{result['id']}/takedown"
    assert scenario.operator.review("POST", path, json={}).status_code == 422
    assert scenario.operator.review("POST", path, json={"reason": ""}).status_code == 422

    assert scenario.operator.review("POST", path, json={"reason": "Data protection officer"}).is_success

    assert "Data protection officer" in scenario.gone(result["id"], within=1).json()["detail"]


def test_what_was_taken_down_does_not_come_back_with_the_next_round(scenario: Scenario) -> None:
    taken, kept = scenario.story(scenario.sample(), scenario.sample())
    reason = {"reason": "A person on the photo asked for it."}
    assert scenario.lead.review("POST", f"/v1/results/{taken['id']}/takedown", json=reason).is_success
    scenario.gone(taken["id"], within=1)
    reopened(scenario)
    added = scenario.valid(title="Added later")

    manifest = {one["result_id"] for one in scenario.submit()["manifest"]}
    scenario.claim()
    scenario.approve(*manifest)
    assert scenario.close().is_success
    scenario.published(added["id"])

    assert manifest == {kept["id"], added["id"]}
    assert scenario.public_result(taken["id"]).status_code == 410
