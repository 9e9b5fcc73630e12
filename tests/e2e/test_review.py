"""The officers' side: the queue, claiming, decisions on results and rounds, bulk decisions, earlier rounds."""

from typing import Any

import pytest

from local.demo import files
from tests.e2e.scenario import Scenario
from tests.e2e.site import eventually, ok, refused


def submitted(scenario: Scenario, count: int = 1) -> list[str]:
    """A submitted project with that many valid results."""
    scenario.register()
    posted = [scenario.post()["id"] for _ in range(count)]
    for result_id in posted:
        scenario.until(result_id, "valid")
    scenario.submit()
    return posted


def queue(scenario: Scenario, **filters: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(scenario.officer.review("GET", "/v1/reviews", params={"limit": 200} | filters))[
        "items"
    ]
    return [one for one in found if one["project_id"] == scenario.project_id]


def test_a_submission_comes_into_the_queue_within_a_second(scenario: Scenario) -> None:
    submitted(scenario)

    (entry,) = eventually(lambda: queue(scenario), within=1)

    assert entry["title"] == "Digital skills for rural schools"
    assert queue(scenario, officer="none")
    assert not queue(scenario, officer="me")
    scenario.claim()
    assert queue(scenario, officer="me")
    assert queue(scenario, officer=scenario.officer.sub)
    assert not queue(scenario, officer="none")
    assert queue(scenario, na=scenario.agency, q="rural", sort="due")
    assert not queue(scenario, q="nowhere-to-be-found")
    assert not queue(scenario, overdue="true")
    assert scenario.officer.review("GET", "/v1/reviews", params={"sort": "colour"}).status_code == 422


def test_the_queue_finds_submissions_by_what_was_found_in_them(scenario: Scenario) -> None:
    scenario.register()
    scenario.valid(scenario.sample("c.txt", "Write to janis.paraugs@example.org for more."))
    scenario.submit()

    (entry,) = eventually(lambda: queue(scenario, finding="email-address"))

    assert entry["findings"]["warning"] == 1
    assert not queue(scenario, finding="iban")


def test_the_current_round_shows_results_with_their_checks(scenario: Scenario) -> None:
    (result_id,) = submitted(scenario)

    eventually(lambda: scenario.officer.review("GET", scenario.review_path).status_code == 200)
    shown = ok(scenario.officer.review("GET", scenario.review_path))

    told = str(shown)
    assert result_id in told
    assert "malware" in told
    assert shown["manifest"][0]["result_id"] == result_id
    assert scenario.expert.review("GET", scenario.review_path).status_code == 200


def test_one_officer_at_a_time_and_the_lead_may_reassign(scenario: Scenario) -> None:
    submitted(scenario)
    other = scenario.site.caller("officer", sub="oskars", na=(scenario.agency,))
    claim, release = f"{scenario.review_path}/claim", f"{scenario.review_path}/release"
    scenario.claim()
    assert scenario.officer.review("POST", claim).is_success

    refused(other.review("POST", claim), 409, "claimed-by-another")
    assert other.review("POST", release).status_code == 409
    assert scenario.officer.review("POST", release).is_success
    assert other.review("POST", claim).is_success
    officer = {"officer": scenario.officer.sub}
    path, anything = f"{scenario.review_path}/officer", {"If-Match": "*"}
    refused(scenario.officer.review("PUT", path, json=officer, headers=anything), 403, "not-yours")
    assert scenario.lead.review("PUT", path, json=officer, headers=anything).is_success
    assert queue(scenario, officer="me")


def test_only_the_claiming_officer_decides(scenario: Scenario) -> None:
    (result_id,) = submitted(scenario)
    other = scenario.site.caller("officer", sub="oskars", na=(scenario.agency,))
    eventually(lambda: queue(scenario))

    refused(scenario.decide(result_id), 409, "not-claimed")
    refused(scenario.close(), 409, "not-claimed")
    scenario.claim()
    assert scenario.decide(result_id, other).json()["code"] in ("not-claimed", "claimed-by-another")
    assert scenario.close(other).json()["code"] in ("not-claimed", "claimed-by-another")
    assert scenario.decide(result_id).is_success


def test_a_request_for_changes_needs_a_comment(scenario: Scenario) -> None:
    (result_id,) = submitted(scenario)
    scenario.claim()

    refused(scenario.decide(result_id, decision="request_changes"), 422, "comment-required", rule="R52")
    refused(scenario.decide(result_id, decision="request_changes", comment="  "), 422, "comment-required")
    refused(scenario.close(decision="request_changes"), 422, "comment-required")
    refused(scenario.decide(result_id, decision="request_changes", comment="x" * 10_001), 422, "too-long")
    refused(scenario.decide(result_id, decision="perhaps"), 422, "invalid-body")
    refused(scenario.decide(f"{scenario.project_id}~{'a' * 26}"), 404, "unknown-result")


def test_a_round_is_approved_only_when_each_result_is(scenario: Scenario) -> None:
    first, second = submitted(scenario, 2)
    scenario.claim()
    problem = refused(scenario.close(), 409, "results-undecided")
    assert len(problem["errors"]) == 2

    scenario.approve(first)
    assert len(refused(scenario.close(), 409, "results-undecided")["errors"]) == 1
    assert scenario.decide(second, decision="request_changes", comment="Name the language.").is_success
    refused(scenario.close(), 409, "results-undecided")
    scenario.approve(second)

    assert scenario.close().is_success


def test_a_returned_round_is_corrected_and_submitted_again(scenario: Scenario) -> None:
    good, bad = submitted(scenario, 2)
    scenario.claim()
    scenario.approve(good)
    assert scenario.decide(
        bad, decision="request_changes", comment="Add the disclaimer.", internal_note="Second time."
    ).is_success
    assert scenario.result(bad)["status"] == "in_review"
    assert scenario.close(decision="request_changes").is_success

    returned = eventually(lambda: found if (found := scenario.result(bad))["status"] == "changes_requested" else None)
    assert "Add the disclaimer." in str(returned)
    assert "Second time." not in str(returned)
    assert scenario.result(good)["status"] == "approved"
    assert scenario.read()["locked"] is False
    refused(scenario.coordinator.intake("POST", f"{scenario.path}/submissions"), 409, "results-not-valid")
    scenario.replace(bad, scenario.sample())
    scenario.until(bad, "valid")
    assert scenario.submit()["round"] == 2
    scenario.claim()
    earlier = ok(scenario.officer.review("GET", f"{scenario.review_path}/rounds/1"))
    assert "Add the disclaimer." in str(earlier)
    changed = ok(scenario.officer.review("GET", scenario.review_path))
    assert bad in str(changed["changes"])
    scenario.approve(bad)
    assert scenario.close().is_success
    refused(scenario.officer.review("GET", f"{scenario.review_path}/rounds/9"), 404, "unknown-round")


def test_the_officer_downloads_the_scanned_bytes_and_no_browser_renders_them(scenario: Scenario) -> None:
    scenario.register()
    sample = scenario.sample("guide.pdf")
    result_id = scenario.valid(sample)["id"]
    scenario.submit()
    scenario.claim()
    path = f"{scenario.review_path}/results/{result_id}/file"

    response = scenario.officer.review("GET", path)

    assert response.content == sample.path.read_bytes()
    assert response.headers["content-disposition"].startswith("attachment")
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]
    assert scenario.coordinator.review("GET", path).status_code in (403, 404)
    assert scenario.public.review("GET", path).status_code == 401


def test_a_quarantined_file_can_be_downloaded_by_nobody(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.checked(scenario.post(files.infected(scenario.folder / "flyer.txt"))["id"])

    path = f"{scenario.review_path}/results/{result['id']}/file"
    assert scenario.officer.review("GET", path).status_code in (403, 404, 409)
    assert scenario.lead.review("GET", path).status_code in (403, 404, 409)


def test_many_decisions_at_once_have_an_outcome_each(scenario: Scenario) -> None:
    first, second = submitted(scenario, 2)
    scenario.claim()
    base = {"project_id": scenario.project_id}
    body = {
        "decisions": [
            base | {"result_id": first, "decision": "approve"},
            base | {"result_id": second, "decision": "request_changes"},
            base | {"result_id": f"{scenario.project_id}~{'b' * 26}", "decision": "approve"},
        ]
    }

    answer = ok(scenario.officer.review("POST", "/v1/reviews/decisions", json=body))

    codes = [one.get("code") for one in answer["outcomes"]]
    assert codes[1:] == ["comment-required", "unknown-result"]
    assert codes[0] is None
    assert scenario.decide(second).is_success
    assert scenario.close().is_success


@pytest.mark.parametrize("decision", ["request_update", "reject", "cancel_reception"])
def test_a_report_that_is_not_approved_publishes_nothing(scenario: Scenario, decision: str) -> None:
    (result_id,) = submitted(scenario)
    scenario.claim()
    scenario.approve(result_id)
    assert scenario.close().is_success

    assert scenario.report(decision=decision, comment="Not yet.").is_success

    assert scenario.public_result(result_id).status_code == 404
    assert scenario.result(result_id)["status"] == "approved"


def test_a_report_is_approved_after_the_results_or_by_a_lead_with_a_reason(scenario: Scenario) -> None:
    (result_id,) = submitted(scenario)
    refused(scenario.report(), 409, "results-not-approved", rule="R21")
    refused(scenario.report(scenario.lead), 409, "results-not-approved", rule="R21")
    refused(scenario.report(override_reason="I want to."), 403, "not-yours")
    refused(scenario.report(scenario.coordinator), 403, "not-yours")
    refused(scenario.report(decision="request_update"), 422, "comment-required")

    assert scenario.report(scenario.lead, override_reason="The helpdesk reopens later.").is_success

    assert scenario.public_result(result_id).status_code == 404
    scenario.claim()
    scenario.approve(result_id)
    assert scenario.close().is_success
    scenario.published(result_id)


def test_reports_to_decide_are_listed_for_the_agency(scenario: Scenario) -> None:
    (result_id,) = submitted(scenario)
    scenario.claim()
    scenario.approve(result_id)
    assert scenario.close().is_success

    listed = eventually(
        lambda: [
            one
            for one in ok(scenario.officer.review("GET", "/v1/reports", params={"limit": 200}))["items"]
            if one["project_id"] == scenario.project_id
        ]
    )
    assert len(listed) == 1
    assert ok(scenario.officer.review("GET", f"/v1/reports/{scenario.project_id}"))["project_id"] == scenario.project_id
    assert scenario.beneficiary.review("GET", "/v1/reports").status_code == 403


def test_what_was_done_stands_in_the_audit(scenario: Scenario) -> None:
    (result,) = scenario.story()
    takedown = {"reason": "A person on the photo asked for it."}
    assert scenario.lead.review("POST", f"/v1/results/{result['id']}/takedown", json=takedown).is_success

    def entries() -> Any:
        told = scenario.lead.review("GET", "/v1/audit", params={"project_id": scenario.project_id, "limit": 200})
        return told.json() if "asked for it" in told.text else None

    told = str(eventually(entries))
    assert scenario.officer.sub in told
    assert scenario.lead.sub in told
    refused(scenario.officer.review("GET", "/v1/audit"), 403, "not-yours")
    for accepted, start in (("text/csv", ""), ("application/x-ndjson", "{")):
        export = scenario.lead.review(
            "GET", "/v1/audit", params={"project_id": scenario.project_id}, headers={"Accept": accepted}
        )
        assert export.headers["content-type"].startswith(accepted)
        assert export.text.startswith(start)
        assert "asked for it" in export.text
