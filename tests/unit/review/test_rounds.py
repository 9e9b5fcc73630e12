"""A round is claimed by one officer, decided once, and reopened by a lead."""

from collections.abc import Callable

import pytest

from services.review.domain import results, rounds
from services.review.domain.act import Decision
from shared.contracts.review import ResultDecisionBody, ReviewRoundState, RoundDecisionBody
from shared.contracts.verdict import VerdictOutcome
from shared.errors import ProblemError
from tests.unit.review.events import checked, finding, submitted
from tests.unit.review.story import Story, act

APPROVE = RoundDecisionBody(decision="approve")
RETURN = RoundDecisionBody(decision="request_changes", comment="Name the target group")
APPROVE_RESULT = ResultDecisionBody(decision="approve")
RETURN_RESULT = ResultDecisionBody(decision="request_changes", comment="Translate the title")
NO_REASONS: frozenset[str] = frozenset()


def submitted_story() -> Story:
    story = Story()
    story.submit(story.valid_result("a"), story.valid_result("b"))
    return story


def claimed_story() -> Story:
    story = submitted_story()
    story.play(rounds.claim(story.log, act()))
    return story


def approved_story() -> Story:
    story = claimed_story()
    approve_results(story)
    story.play(rounds.decide(story.log, act(), APPROVE))
    return story


def approve_results(story: Story, *names: str) -> None:
    for name in names or ("a", "b"):
        story.play(results.decide(story.log, act(), f"P-1~{name * 26}", APPROVE_RESULT, NO_REASONS))


def state(story: Story) -> ReviewRoundState:
    found = story.log.state("review", "round", ReviewRoundState)
    assert found is not None
    return found


def test_a_claim_gives_the_round_to_its_officer_and_repeating_it_changes_nothing() -> None:
    story = submitted_story()

    assert story.play(rounds.claim(story.log, act()))
    assert not story.play(rounds.claim(story.log, act()))

    assert (state(story).status, state(story).officer, state(story).round) == ("claimed", "ilze", 1)


def test_a_round_of_another_officer_cannot_be_claimed_released_or_decided() -> None:
    story = claimed_story()
    approve_results(story)

    attempts: tuple[Callable[[], Decision], ...] = (
        lambda: rounds.claim(story.log, act("janis")),
        lambda: rounds.release(story.log, act("janis")),
        lambda: rounds.decide(story.log, act("janis"), APPROVE),
        lambda: results.decide(story.log, act("janis"), f"P-1~{'a' * 26}", APPROVE_RESULT, NO_REASONS),
    )
    for attempt in attempts:
        with pytest.raises(ProblemError, match="claimed-by-another"):
            attempt()


def test_nothing_of_a_round_can_be_done_while_none_is_open() -> None:
    story = Story()
    story.valid_result()

    attempts: tuple[Callable[[], Decision], ...] = (
        lambda: rounds.claim(story.log, act()),
        lambda: rounds.assign(story.log, act("lead"), "janis"),
        lambda: rounds.release(story.log, act()),
        lambda: rounds.decide(story.log, act(), APPROVE),
    )
    for attempt in attempts:
        with pytest.raises(ProblemError, match="not-under-review"):
            attempt()


def test_an_unclaimed_round_cannot_be_decided() -> None:
    story = submitted_story()

    with pytest.raises(ProblemError, match="not-claimed"):
        rounds.decide(story.log, act(), RETURN)


def test_a_released_round_can_be_claimed_by_another_and_releasing_twice_changes_nothing() -> None:
    story = claimed_story()

    assert story.play(rounds.release(story.log, act()))
    assert not story.play(rounds.release(story.log, act()))
    assert state(story).officer is None

    story.play(rounds.claim(story.log, act("janis")))
    assert state(story).officer == "janis"
    assert story.view.round.is_opened


def test_a_lead_gives_the_round_to_somebody_else() -> None:
    story = claimed_story()

    assert story.play(rounds.assign(story.log, act("lead"), "janis"))
    assert not story.play(rounds.assign(story.log, act("lead"), "janis"))

    assert (state(story).officer, state(story).by) == ("janis", "lead")


def test_a_round_is_approved_only_when_every_result_is() -> None:
    story = claimed_story()
    approve_results(story, "a")

    with pytest.raises(ProblemError, match="results-undecided") as refused:
        rounds.decide(story.log, act(), APPROVE)
    assert [(one.pointer, one.code) for one in refused.value.errors] == [
        (f"/results/P-1~0{'b' * 26}", "result-undecided")
    ]

    approve_results(story, "b")
    assert story.play(rounds.decide(story.log, act(), APPROVE))
    assert story.view.round.status == "approved"
    assert story.view.round.is_locked


def test_a_result_that_was_returned_keeps_the_round_from_approval() -> None:
    story = claimed_story()
    approve_results(story, "a")
    story.play(results.decide(story.log, act(), f"P-1~{'b' * 26}", RETURN_RESULT, NO_REASONS))

    with pytest.raises(ProblemError, match="results-undecided") as refused:
        rounds.decide(story.log, act(), APPROVE)

    assert [one.code for one in refused.value.errors] == ["result-returned"]


def test_a_finding_that_comes_after_the_approvals_keeps_the_round_from_approval() -> None:
    story = claimed_story()
    approve_results(story)
    one = Story().valid_result("a")
    story.add(checked(one, VerdictOutcome.MALWARE, format_=(finding("m"),)))

    with pytest.raises(ProblemError, match="blocking-finding-open"):
        rounds.decide(story.log, act(), APPROVE)


def test_returning_a_round_needs_a_comment_somewhere() -> None:
    story = claimed_story()
    silent = RoundDecisionBody(decision="request_changes", comment="\u200b")

    with pytest.raises(ProblemError, match="comment-required"):
        rounds.decide(story.log, act(), silent)

    story.play(results.decide(story.log, act(), f"P-1~{'b' * 26}", RETURN_RESULT, NO_REASONS))
    assert story.play(rounds.decide(story.log, act(), silent))
    assert not story.view.round.is_locked


@pytest.mark.parametrize("body", [APPROVE, RETURN])
def test_repeating_the_decision_of_a_round_changes_nothing_and_another_is_refused(body: RoundDecisionBody) -> None:
    story = claimed_story()
    approve_results(story)
    story.play(rounds.decide(story.log, act(), body))

    assert not story.play(rounds.decide(story.log, act(minutes=5), body))
    with pytest.raises(ProblemError, match="not-under-review"):
        rounds.decide(story.log, act(), RETURN if body is APPROVE else APPROVE)


def test_the_approved_round_is_carried_on_with_the_sequence_of_its_approval() -> None:
    story = approved_story()
    approval = len(story.recorded)
    assert state(story).approved is not None
    assert state(story).approved == rounds.approved_round(story.log).model_copy(update={"sequence": None})  # type: ignore[union-attr]
    story.play(rounds.reopen(story.log, act("lead"), "A correction"))
    story.submit(Story().valid_result("a"), number=2)
    story.play(rounds.claim(story.log, act("janis")))
    story.play(rounds.release(story.log, act("janis")))

    carried = state(story).approved

    assert carried is not None
    assert (carried.round, carried.sequence, carried.approved_by, len(carried.manifest)) == (1, approval, "ilze", 2)


def test_a_later_approval_takes_the_place_of_the_carried_one() -> None:
    story = approved_story()
    story.play(rounds.reopen(story.log, act("lead"), "A correction"))
    story.submit(*[Story().valid_result("a")], number=2)
    story.play(rounds.claim(story.log, act()))
    story.play(rounds.decide(story.log, act(), APPROVE))

    in_force = rounds.approved_round(story.log)

    assert in_force is not None
    assert (in_force.round, in_force.sequence, len(in_force.manifest)) == (2, len(story.recorded), 1)


def test_an_approval_whose_result_did_not_change_carries_over_and_another_does_not() -> None:
    story = claimed_story()
    approve_results(story)
    story.play(rounds.decide(story.log, act(), RETURN))
    changed = story.valid_result("b")
    story.submit(Story().valid_result("a"), changed, number=2)
    story.play(rounds.claim(story.log, act()))

    with pytest.raises(ProblemError, match="results-undecided") as refused:
        rounds.decide(story.log, act(), APPROVE)

    assert [one.pointer for one in refused.value.errors] == [f"/results/P-1~0{'b' * 26}"]


def test_a_result_that_is_taken_down_meanwhile_stops_nothing() -> None:
    story = claimed_story()
    approve_results(story, "a")
    story.play(results.take_down(story.log, act("lead"), f"P-1~{'b' * 26}", "Names of pupils"))

    assert story.play(rounds.decide(story.log, act(), APPROVE))


def test_reopening_unlocks_an_approved_project_and_nothing_else() -> None:
    story = approved_story()

    assert story.play(rounds.reopen(story.log, act("lead"), "A correction"))
    assert not story.play(rounds.reopen(story.log, act("lead"), "A correction"))
    assert not story.view.round.is_locked
    assert state(story).comment == "A correction"


def test_only_a_closed_round_can_be_reopened() -> None:
    returned = claimed_story()
    returned.play(rounds.decide(returned.log, act(), RETURN))

    for story in (Story(), submitted_story(), claimed_story(), returned):
        with pytest.raises(ProblemError, match="not-reopenable"):
            rounds.reopen(story.log, act("lead"), "Why not")


def test_a_withdrawn_submission_cannot_be_claimed() -> None:
    story = submitted_story()
    story.add(submitted("P-1", 1, (), withdrawn=True))

    with pytest.raises(ProblemError, match="not-under-review"):
        rounds.claim(story.log, act())


def test_the_claim_of_an_earlier_round_does_not_count_for_the_next() -> None:
    story = claimed_story()
    story.play(rounds.decide(story.log, act(), RETURN))
    story.submit(Story().valid_result("a"), number=2)

    assert rounds.officer_of(story.log) is None
    assert story.play(rounds.claim(story.log, act("janis")))
