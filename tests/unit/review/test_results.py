"""Decisions on one result bind to what the manifest names; waivers bind to a digest; takedowns to a revision."""

import pytest

from services.review.domain import results, rounds
from shared.contracts.result import Status
from shared.contracts.review import ResultDecision, ResultDecisionBody, ReviewResultState, RoundDecisionBody, WaiverBody
from shared.contracts.status import checked_status
from shared.contracts.verdict import Severity, VerdictOutcome
from shared.errors import ProblemError
from tests.unit.review.events import Content, checked, content, finding, published, stored
from tests.unit.review.story import Story, act

REASONS = frozenset({"no-personal-data"})
APPROVE = ResultDecisionBody(decision="approve")
RETURN = ResultDecisionBody(decision="request_changes", comment="Translate it", reasons=("no-personal-data",))


def claimed_story() -> tuple[Story, Content]:
    story = Story()
    one = story.valid_result()
    story.submit(one)
    story.play(rounds.claim(story.log, act()))
    return story, one


def state(story: Story, one: Content) -> ReviewResultState:
    found = story.log.state("review", "result", ReviewResultState, one.id)
    assert found is not None
    return found


def decision(story: Story, one: Content) -> ResultDecision:
    found = state(story, one).decision
    assert found is not None
    return found


def test_an_approval_binds_to_the_sequence_digest_and_revision_of_the_manifest() -> None:
    story, one = claimed_story()
    view = story.view.result(one.id)

    story.play(results.decide(story.log, act(), one.id, APPROVE, REASONS))

    assert view is not None
    made = decision(story, one)
    assert (made.sequence, made.sha256, made.revision, made.round, made.by) == (view.sequence, one.sha256, 1, 1, "ilze")


def test_the_same_decision_again_changes_nothing_and_another_replaces_it() -> None:
    story, one = claimed_story()

    assert story.play(results.decide(story.log, act(), one.id, APPROVE, REASONS))
    assert not story.play(results.decide(story.log, act(minutes=3), one.id, APPROVE, REASONS))
    assert story.play(results.decide(story.log, act(), one.id, RETURN, REASONS))

    assert (decision(story, one).decision, decision(story, one).reasons) == ("request_changes", ("no-personal-data",))


def test_asking_for_changes_needs_a_comment() -> None:
    story, one = claimed_story()

    with pytest.raises(ProblemError, match="comment-required"):
        results.decide(
            story.log, act(), one.id, ResultDecisionBody(decision="request_changes", comment="\u2063"), REASONS
        )


def test_a_reason_that_the_vocabulary_does_not_hold_is_refused() -> None:
    story, one = claimed_story()

    with pytest.raises(ProblemError, match="unknown-reason") as refused:
        results.decide(story.log, act(), one.id, ResultDecisionBody(decision="approve", reasons=("because",)), REASONS)

    assert [error.pointer for error in refused.value.errors] == ["/reasons/0"]


def test_a_result_that_the_round_does_not_hold_cannot_be_decided() -> None:
    story, _ = claimed_story()

    with pytest.raises(ProblemError, match="unknown-result"):
        results.decide(story.log, act(), content("P-1", "z").id, APPROVE, REASONS)


def test_nothing_is_decided_before_the_round_is_claimed() -> None:
    story = Story()
    one = story.valid_result()
    story.submit(one)

    with pytest.raises(ProblemError, match="not-claimed"):
        results.decide(story.log, act(), one.id, APPROVE, REASONS)


def test_a_result_of_a_closed_round_cannot_be_decided() -> None:
    story, one = claimed_story()
    story.play(results.decide(story.log, act(), one.id, APPROVE, REASONS))
    story.play(rounds.decide(story.log, act(), RoundDecisionBody(decision="approve")))

    with pytest.raises(ProblemError, match="not-under-review"):
        results.decide(story.log, act(), one.id, RETURN, REASONS)


def test_a_finding_of_a_later_scan_keeps_a_result_from_approval_but_not_from_return() -> None:
    story, one = claimed_story()
    story.add(checked(one, VerdictOutcome.FAILED, personal=(finding("p"),)))

    with pytest.raises(ProblemError, match="blocking-finding-open"):
        results.decide(story.log, act(), one.id, APPROVE, REASONS)
    assert story.play(results.decide(story.log, act(), one.id, RETURN, REASONS))


def test_a_result_that_was_taken_down_cannot_be_approved() -> None:
    story, one = claimed_story()
    story.play(results.take_down(story.log, act("lead"), one.id, "Names"))

    with pytest.raises(ProblemError, match="taken-down"):
        results.decide(story.log, act(), one.id, APPROVE, REASONS)


def with_findings(*personal: str, format_: tuple[str, ...] = ()) -> tuple[Story, Content]:
    story = Story()
    one = content("P-1")
    story.add(stored(one))
    story.add(
        checked(
            one,
            VerdictOutcome.FAILED,
            personal=tuple(finding(id_) for id_ in personal),
            format_=tuple(finding(id_, code="extension-mismatch") for id_ in format_),
        )
    )
    return story, one


def waiver(id_: str, reason: str = "A published author") -> WaiverBody:
    return WaiverBody(finding_id=id_, reason=reason)


def status(story: Story, one: Content) -> Status:
    view = story.view.result(one.id)
    assert view is not None
    return checked_status(view)


def test_a_result_becomes_valid_when_every_personal_finding_is_waived_before_submission_too() -> None:
    story, one = with_findings("p1", "p2")

    story.play(results.waive(story.log, act("lead"), one.id, waiver("p1")))
    assert status(story, one) is Status.INVALID
    story.play(results.waive(story.log, act("lead"), one.id, waiver("p2")))

    assert status(story, one) is Status.VALID


def test_the_same_waiver_again_changes_nothing_and_another_reason_replaces_it() -> None:
    story, one = with_findings("p1")

    assert story.play(results.waive(story.log, act("lead"), one.id, waiver("p1")))
    assert not story.play(results.waive(story.log, act("lead"), one.id, waiver("p1")))
    assert story.play(results.waive(story.log, act("lead"), one.id, waiver("p1", "Consent on file")))

    assert [made.reason for made in state(story, one).waivers] == ["Consent on file"]


def test_a_waiver_holds_for_its_digest_only() -> None:
    story, one = with_findings("p1")
    story.play(results.waive(story.log, act("lead"), one.id, waiver("p1")))
    story.add(stored(one.revised(), "revised"))
    story.add(checked(one.revised(), VerdictOutcome.FAILED, personal=(finding("p1"),)))

    assert status(story, one) is Status.INVALID


def test_format_and_unknown_findings_cannot_be_waived() -> None:
    story, one = with_findings("p1", format_=("f1",))

    with pytest.raises(ProblemError, match="finding-not-waivable"):
        results.waive(story.log, act("lead"), one.id, waiver("f1"))
    with pytest.raises(ProblemError, match="unknown-finding"):
        results.waive(story.log, act("lead"), one.id, waiver("zz"))


def test_a_warning_about_personal_data_can_be_waived() -> None:
    story = Story()
    one = content("P-1")
    story.add(stored(one))
    story.add(checked(one, personal=(finding("w1", Severity.WARNING),)))

    assert story.play(results.waive(story.log, act("lead"), one.id, waiver("w1")))


def test_a_deleted_result_takes_no_waiver() -> None:
    story, one = with_findings("p1")
    story.add(stored(one, "deleted", deleted=True))

    with pytest.raises(ProblemError, match="result-deleted"):
        results.waive(story.log, act("lead"), one.id, waiver("p1"))


def test_a_waiver_leaves_the_decision_as_it_is() -> None:
    story, one = claimed_story()
    story.play(results.decide(story.log, act(), one.id, APPROVE, REASONS))
    before = decision(story, one)
    story.add(checked(one, VerdictOutcome.FAILED, personal=(finding("p"),)))

    story.play(results.waive(story.log, act("lead"), one.id, waiver("p")))

    assert decision(story, one) == before


def taken_down(story: Story, one: Content) -> tuple[int, str]:
    takedown = state(story, one).takedown
    assert takedown is not None
    return takedown.revision, takedown.sha256


def test_a_takedown_carries_the_content_that_is_public_not_the_one_in_preparation() -> None:
    story, one = claimed_story()
    story.add(published(one, 2))
    story.add(stored(one.revised(), "revised"))

    story.play(results.take_down(story.log, act("lead"), one.id, "Names of pupils"))

    assert taken_down(story, one) == (1, one.sha256)
    view = story.view.result(one.id)
    assert view is not None
    assert not view.is_taken_down


def test_a_takedown_before_publication_carries_what_was_approved() -> None:
    story, one = claimed_story()
    story.play(results.decide(story.log, act(), one.id, APPROVE, REASONS))
    story.play(rounds.decide(story.log, act(), RoundDecisionBody(decision="approve")))
    story.play(rounds.reopen(story.log, act("lead"), "A correction"))
    story.add(stored(one.revised(), "revised"))

    story.play(results.take_down(story.log, act("lead"), one.id, "Names of pupils"))

    assert taken_down(story, one) == (1, one.sha256)


def test_a_takedown_of_what_was_never_approved_carries_what_stands_there() -> None:
    story, one = claimed_story()
    story.add(stored(one.revised(), "revised"))

    story.play(results.take_down(story.log, act("lead"), one.id, "Names of pupils"))

    assert taken_down(story, one) == (2, one.revised().sha256)


def test_the_same_takedown_again_changes_nothing() -> None:
    story, one = claimed_story()

    assert story.play(results.take_down(story.log, act("lead"), one.id, "Names"))
    assert not story.play(results.take_down(story.log, act("lead", minutes=2), one.id, "Names"))


def test_a_result_that_nobody_had_cannot_be_taken_down() -> None:
    with pytest.raises(ProblemError, match="unknown-result"):
        results.take_down(Story().log, act("lead"), content("P-1").id, "Names")
