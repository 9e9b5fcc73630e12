"""Submitting: the refusals in their order, the lock, taking it back, and the check before."""

from datetime import timedelta

from local.demo import files
from tests.e2e.scenario import Scenario, metadata, parts, today
from tests.e2e.site import ok, refused


def test_the_first_refusal_that_applies_is_the_answer(scenario: Scenario) -> None:
    later = str(today() + timedelta(days=90))
    path = f"{scenario.path}/submissions"
    refused(scenario.coordinator.intake("POST", path), 404, "unknown-project")
    scenario.register(end_date=later)
    scenario.post(files.infected(scenario.folder / "flyer.txt"))
    refused(scenario.coordinator.intake("POST", path), 409, "project-not-ended", rule="R27")

    scenario.register()
    problem = refused(scenario.coordinator.intake("POST", path), 409, "results-not-valid")

    assert len(problem["errors"]) == 1


def test_a_project_without_results_has_nothing_to_submit(scenario: Scenario) -> None:
    scenario.register()
    path = f"{scenario.path}/submissions"
    refused(scenario.coordinator.intake("POST", path), 409, "nothing-to-submit")

    result = scenario.post()
    ok_deleted = scenario.change("DELETE", result["id"])
    assert ok_deleted.is_success
    refused(scenario.coordinator.intake("POST", path), 409, "nothing-to-submit")


def test_every_result_that_is_not_ready_is_listed(scenario: Scenario) -> None:
    scenario.register()
    good = scenario.valid()
    bad = [
        scenario.post(files.infected(scenario.folder / "flyer.txt")),
        scenario.post(files.package(scenario.folder / "plan.docx")),
        scenario.post(scenario.sample("p.txt", f"personas kods {files.personal_code()}")),
    ]
    for one in bad:
        scenario.checked(one["id"])

    problem = refused(scenario.coordinator.intake("POST", f"{scenario.path}/submissions"), 409, "results-not-valid")

    told = {one["pointer"].removeprefix("/results/").replace("~0", "~") for one in problem["errors"]}
    assert told == {one["id"] for one in bad}
    assert good["id"] not in told


def test_a_submission_names_what_is_submitted(scenario: Scenario) -> None:
    scenario.register()
    samples = [scenario.sample() for _ in range(3)]
    results = [scenario.valid(sample) for sample in samples]

    submission = scenario.submit()

    assert (submission["round"], submission["status"]) == (1, "under_review")
    assert {(one["result_id"], one["revision"], one["sha256"]) for one in submission["manifest"]} == {
        (result["id"], 1, sample.sha256) for result, sample in zip(results, samples, strict=True)
    }
    assert all(isinstance(one["sequence"], int) for one in submission["manifest"])
    project = scenario.read()
    assert (
        project["locked"],
        project["round"]["round"] if isinstance(project["round"], dict) else project["round"],
    ) == (
        True,
        1,
    )
    assert "already-under-review" in str(project["gate"])
    refused(scenario.coordinator.intake("POST", f"{scenario.path}/submissions"), 409, "already-under-review")


def test_a_submission_is_taken_back_until_an_officer_claims_it(scenario: Scenario) -> None:
    scenario.register()
    scenario.valid()
    path = f"{scenario.path}/submissions"
    scenario.submit()
    refused(scenario.beneficiary.intake("DELETE", f"{path}/current", headers={"If-Match": "*"}), 403, "not-yours")

    assert scenario.coordinator.intake("DELETE", f"{path}/current", headers={"If-Match": "*"}).is_success

    assert scenario.read()["locked"] is False
    scenario.post()
    assert scenario.valid()
    eventually_submitted = ok(scenario.coordinator.intake("GET", f"{scenario.path}/results"))
    for one in eventually_submitted["items"]:
        scenario.checked(one["id"])
    assert scenario.submit()["round"] == 2
    scenario.claim()
    refused(scenario.coordinator.intake("DELETE", f"{path}/current", headers={"If-Match": "*"}), 409, "already-opened")
    released = scenario.officer.review("POST", f"{scenario.review_path}/release")
    assert released.is_success, released.text
    refused(scenario.coordinator.intake("DELETE", f"{path}/current", headers={"If-Match": "*"}), 409, "already-opened")


def test_the_preflight_lists_every_point_with_its_rule_and_fix_in_both_languages(scenario: Scenario) -> None:
    scenario.register(end_date=str(today() + timedelta(days=90)))
    result = scenario.checked(scenario.post(scenario.sample("p.txt", f"personas kods {files.personal_code()}"))["id"])

    preflight = ok(scenario.beneficiary.intake("GET", f"{scenario.path}/preflight"))

    told = str(preflight)
    assert "project-not-ended" in told
    assert "R27" in told
    assert result["id"] in told
    assert "national-id" in told
    assert "'lv'" in told
    assert "'en'" in told


def test_the_preflight_of_a_ready_project_blocks_nothing(scenario: Scenario) -> None:
    scenario.register()
    scenario.valid()

    preflight = ok(scenario.beneficiary.intake("GET", f"{scenario.path}/preflight"))

    assert preflight["blocking"] == []
    assert "R24" in str(preflight["advisory"])


def test_approval_does_not_unlock(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.approve_round([result["id"]])

    refused(scenario.try_post(), 409, "project-locked", rule="R38")
    assert scenario.read()["locked"] is True


def test_a_change_of_the_end_date_does_not_undo_a_running_round(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.submit()

    scenario.register(end_date=str(today() + timedelta(days=90)))

    assert scenario.result(result["id"])["status"] == "in_review"
    assert scenario.read()["locked"] is True


def test_while_locked_the_own_metadata_stays_readable(scenario: Scenario) -> None:
    scenario.register()
    result = scenario.valid()
    scenario.submit()

    seen = scenario.result(result["id"])

    assert seen["status"] == "in_review"
    assert seen["title"] == metadata()["title"]
    assert seen["file"]["sha256"] == result["file"]["sha256"]
    refused(
        scenario.beneficiary.intake("POST", f"{scenario.path}/results", files=parts(metadata(), scenario.sample())),
        409,
        "project-locked",
    )
