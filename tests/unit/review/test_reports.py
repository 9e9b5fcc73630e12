"""The final report is approved after the results, or by a lead who says why not (R21)."""

from typing import Literal

import pytest

from services.review.domain import reports, results, rounds
from shared.contracts.review import ReportDecisionBody, ReportState, ResultDecisionBody, RoundDecisionBody
from shared.errors import ProblemError
from tests.unit.review.events import registered
from tests.unit.review.story import Story, act

APPROVE = ReportDecisionBody(decision="approve")


def approved_story() -> Story:
    story = Story()
    one = story.valid_result()
    story.submit(one)
    story.play(rounds.claim(story.log, act()))
    story.play(results.decide(story.log, act(), one.id, ResultDecisionBody(decision="approve"), frozenset()))
    story.play(rounds.decide(story.log, act(), RoundDecisionBody(decision="approve")))
    return story


def status(story: Story) -> str | None:
    found = story.log.state("review", "report", ReportState)
    return found.status if found else None


def test_a_report_is_approved_after_the_results() -> None:
    story = approved_story()

    assert story.play(reports.decide(story.log, act(), APPROVE, "elsewhere"))
    assert not story.play(reports.decide(story.log, act(minutes=1), APPROVE, "elsewhere"))

    assert story.view.report_approved


def test_a_report_is_not_approved_before_the_results() -> None:
    story = Story()
    story.submit(story.valid_result())

    with pytest.raises(ProblemError, match="results-not-approved") as refused:
        reports.decide(story.log, act(), APPROVE, "elsewhere")

    assert (refused.value.rule, refused.value.status) == ("R21", 409)


def test_a_reopened_round_is_no_longer_approved() -> None:
    story = approved_story()
    story.play(rounds.reopen(story.log, act("lead"), "A correction"))

    with pytest.raises(ProblemError, match="results-not-approved"):
        reports.decide(story.log, act(), APPROVE, "elsewhere")


def test_a_lead_approves_it_earlier_with_a_reason_that_is_kept() -> None:
    story = Story()
    body = ReportDecisionBody(decision="approve", override_reason="The platform was down at the deadline")

    assert story.play(reports.decide(story.log, act("lead"), body, "elsewhere"))

    found = story.log.state("review", "report", ReportState)
    assert found is not None
    assert found.override_reason == "The platform was down at the deadline"


def test_a_project_that_owes_no_results_and_has_none_needs_no_round() -> None:
    story = Story()
    story.add(registered("P-1", results_required=False))

    assert story.play(reports.decide(story.log, act(), APPROVE, "elsewhere"))


def test_a_project_that_owes_no_results_but_has_some_needs_a_round() -> None:
    story = Story()
    story.add(registered("P-1", results_required=False))
    story.valid_result()

    with pytest.raises(ProblemError, match="results-not-approved"):
        reports.decide(story.log, act(), APPROVE, "elsewhere")


@pytest.mark.parametrize(
    ("decision", "becomes"),
    [("request_update", "update_requested"), ("reject", "rejected"), ("cancel_reception", "reception_cancelled")],
)
def test_whatever_is_not_an_approval_needs_no_results(
    decision: Literal["request_update", "reject", "cancel_reception"], becomes: str
) -> None:
    story = Story()

    story.play(reports.decide(story.log, act(), ReportDecisionBody(decision=decision, comment="Why"), "elsewhere"))

    assert status(story) == becomes


def test_a_report_that_was_sent_back_can_be_approved_later() -> None:
    story = approved_story()
    story.play(
        reports.decide(story.log, act(), ReportDecisionBody(decision="request_update", comment="Part 2"), "elsewhere")
    )

    assert story.play(reports.decide(story.log, act(), APPROVE, "elsewhere"))


@pytest.mark.parametrize("decision", ["request_update", "reject"])
def test_what_the_beneficiary_has_to_understand_needs_a_comment(decision: Literal["request_update", "reject"]) -> None:
    with pytest.raises(ProblemError, match="comment-required"):
        reports.decide(Story().log, act(), ReportDecisionBody(decision=decision), "elsewhere")


@pytest.mark.parametrize("first", ["approve", "reject"])
def test_a_final_decision_is_not_replaced_by_another(first: Literal["approve", "reject"]) -> None:
    story = approved_story()
    story.play(reports.decide(story.log, act(), ReportDecisionBody(decision=first, comment="Done"), "elsewhere"))

    with pytest.raises(ProblemError, match="report-already-decided"):
        reports.decide(story.log, act(), ReportDecisionBody(decision="request_update", comment="More"), "elsewhere")


def test_where_reports_are_handed_in_here_one_must_have_been() -> None:
    with pytest.raises(ProblemError, match="report-not-submitted"):
        reports.decide(approved_story().log, act(), APPROVE, "here")
