"""What the people of a project are told, and what they never are."""

import pytest

from services.intake.api.answers import history_entry, result_answer, result_version
from services.intake.domain import history
from shared.contracts.review import ReviewResultState, Takedown
from tests.unit.intake.world import NOW, World


@pytest.fixture
def world() -> World:
    found = World()
    found.register()
    return found


def test_own_events_verdicts_and_publications_are_shown(world: World) -> None:
    result_id = world.valid()
    world.publish(result_id)

    for owner in ("intake", "validator", "publisher"):
        recorded = world.log.get(owner, "result", result_id)
        assert recorded is not None
        assert history.is_shown(recorded)
        assert history_entry(recorded).result_id == result_id


@pytest.mark.parametrize(
    ("status", "shown"),
    [("claimed", False), ("released", False), ("approved", True), ("returned", True), ("reopened", True)],
)
def test_a_round_is_told_once_it_is_decided(world: World, status: str, shown: bool) -> None:
    world.valid()
    world.submit()
    world.review(status, comment="Well done.", officer="olga")

    recorded = world.log.get("review", "round")

    assert recorded is not None
    assert history.is_shown(recorded) is shown
    entry = history_entry(recorded).model_dump_json()
    assert "olga" not in entry
    assert ("Well done." in entry) is (status in history.DECIDED)


def test_decisions_on_results_come_with_the_round_and_without_internal_notes(world: World) -> None:
    result_id = world.valid()
    world.submit()
    world.review("claimed")
    world.decide(result_id, "request_changes", comment="Add it.", internal_note="Difficult author.")
    recorded = world.log.get("review", "result", result_id)
    assert recorded is not None
    assert not history.is_shown(recorded)

    told = history.decisions({result_id: recorded.state_as(ReviewResultState)}, 1)

    assert told == [{"result_id": result_id, "decision": "request_changes", "reasons": [], "comment": "Add it."}]
    assert history.decisions({result_id: recorded.state_as(ReviewResultState)}, 2) == []


def test_a_takedown_is_told_with_its_reason_and_without_its_author(world: World) -> None:
    result_id = world.valid()
    down = Takedown(reason="A person asked for it.", by="laura", at=NOW, revision=1, sha256="0" * 64)
    world.others("review", "result", ReviewResultState(result_id=result_id, takedown=down), result_id, "taken_down")

    recorded = world.log.get("review", "result", result_id)

    assert recorded is not None
    assert history.is_shown(recorded)
    told = history_entry(recorded).model_dump_json()
    assert "A person asked for it." in told
    assert "laura" not in told


def test_a_decision_is_hidden_while_its_round_is_open(world: World) -> None:
    result_id = world.valid()
    world.submit()
    world.review("claimed")
    world.decide(result_id, "request_changes", comment="Add it.")
    found = world.view.result(result_id)
    assert found is not None
    assert result_answer(world.view, found).decision is None

    world.review("returned")

    decision = result_answer(world.view, found).decision
    assert decision is not None
    assert (decision.decision, decision.comment, decision.current) == ("request_changes", "Add it.", True)
    assert "olga" not in result_answer(world.view, found).model_dump_json()


def test_a_version_is_the_own_sequence_and_the_last_of_others(world: World) -> None:
    result_id = world.add()
    first = world.view.result(result_id)
    assert first is not None
    before = result_version(world.view, first)

    world.check(result_id)

    after = result_version(world.view, first)
    assert before.own == after.own
    assert before.other < after.other == world.position


def test_the_answer_names_no_key_of_the_store(world: World) -> None:
    result_id = world.valid()
    found = world.view.result(result_id)
    assert found is not None

    told = result_answer(world.view, found).model_dump_json()

    assert "object_key" not in told
    assert found.state.file.object_key not in told
