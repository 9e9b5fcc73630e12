"""Submitting and taking back, and the order in which a submission is refused."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from services.intake.domain import projects, results, rounds
from services.intake.domain.gate import gate
from shared.contracts.result import RoundState
from shared.contracts.verdict import VerdictOutcome
from shared.errors import ProblemError
from shared.http.problems import rendered
from tests.unit.intake.world import NOW, PROJECT, TODAY, World, act, described

RIGA = ZoneInfo("Europe/Riga")


@pytest.fixture
def world() -> World:
    found = World()
    found.register()
    return found


def refused(world: World, day_offset: int = 0) -> ProblemError:
    with pytest.raises(ProblemError) as refusal:
        rounds.submit(world.log, act(), TODAY + timedelta(days=day_offset))
    return refusal.value


def test_a_submission_names_every_live_result_with_its_sequence(world: World) -> None:
    first, second, gone = world.valid("a"), world.valid("b", publish=False, withhold_reason="Private."), world.add("c")
    world.append(results.delete(world.log, act(), gone))

    event = world.submit()

    assert event is not None
    assert isinstance(event.state, RoundState)
    assert {one.result_id for one in event.state.manifest} == {first, second}
    assert all(one.sequence == world.view.result(one.result_id).sequence for one in event.state.manifest)  # type: ignore[union-attr]
    assert {one.publish for one in event.state.manifest} == {True, False}
    assert world.guards[-1].filter == f"intake.{PROJECT}.>"


def test_refusals_come_in_the_order_of_the_contract(world: World) -> None:
    running = World()
    running.register(end_date=TODAY + timedelta(days=1))
    assert (refused(running).code, refused(running).rule) == ("project-not-ended", "R27")
    running.add()
    assert refused(running).code == "project-not-ended"

    assert refused(world).code == "nothing-to-submit"
    bad = world.add("bad")
    assert refused(world).code == "results-not-valid"
    world.check(bad)
    world.submit()
    world.register(end_date=TODAY + timedelta(days=1))
    assert refused(world).code == "already-under-review"


def test_what_is_not_ready_is_told_in_words_of_the_callers_language(world: World) -> None:
    world.add("Handbook")
    (english,), (latvian,) = (rendered(refused(world), language)["errors"] for language in ("en", "lv"))

    assert (english["code"], latvian["code"]) == ("validating", "validating")
    assert english["detail"].endswith(": Being checked")
    assert latvian["detail"].endswith(": Tiek pārbaudīts")


def test_a_project_can_be_submitted_from_the_day_after_its_last(world: World) -> None:
    world.register(end_date=TODAY)
    world.valid()

    assert refused(world).code == "project-not-ended"
    assert rounds.submit(world.log, act(), TODAY + timedelta(days=1)) is not None


def test_a_terminated_project_can_be_submitted_early(world: World) -> None:
    world.register(end_date=TODAY + timedelta(days=90))
    world.valid()
    world.append(projects.terminate(world.log, act(), eligible_costs=True))

    assert rounds.submit(world.log, act(), TODAY) is not None


def test_every_result_that_is_not_ready_is_listed_with_its_status(world: World) -> None:
    world.valid("good")
    ids = {
        "validating": world.add("a"),
        "invalid": world.add("b"),
        "quarantined": world.add("c"),
        "check_failed": world.add("d"),
    }
    world.check(ids["invalid"], VerdictOutcome.FAILED, blocking=("f1",))
    world.check(ids["quarantined"], VerdictOutcome.MALWARE)
    world.check(ids["check_failed"], VerdictOutcome.ERROR)

    refusal = refused(world)

    assert {(one.pointer, one.code) for one in refusal.errors} == {
        (f"/results/{result_id.replace('~', '~0')}", status) for status, result_id in ids.items()
    }


def test_a_result_to_which_changes_were_requested_is_not_ready_until_it_changes(world: World) -> None:
    result_id = world.valid()
    world.submit()
    world.review("claimed", officer="olga")
    world.decide(result_id, "request_changes", comment="Add the disclaimer.")
    world.review("returned")
    assert [one.code for one in refused(world).errors] == ["changes_requested"]

    world.append(results.describe(world.log, act(), result_id, described(title="Renamed (English)")))

    event = world.submit()
    assert event is not None
    assert isinstance(event.state, RoundState)
    assert event.state.round == 2


def test_an_approved_round_stays_locked(world: World) -> None:
    world.valid()
    world.submit()
    world.review("approved")

    assert (refused(world).code, refused(world).rule) == ("project-locked", "R38")


def test_the_same_request_submits_once(world: World) -> None:
    world.valid()
    own = act("key")
    world.append(rounds.submit(world.log, own, TODAY))

    assert rounds.submit(world.log, own, TODAY) is None


def test_a_submission_is_taken_back_under_the_guard_of_review(world: World) -> None:
    world.valid()
    world.submit()

    world.append(rounds.withdraw(world.log, act()))

    assert world.events[-1].type == "intake.round.withdrawn.v1"
    assert world.guards[-1].filter == f"*.{PROJECT}.>"
    assert world.guards[-1].sequence == world.position - 1
    assert not world.view.round.is_locked
    assert world.submit() is not None


@pytest.mark.parametrize("reviewed", ["claimed", "released", "approved"])
def test_what_an_officer_has_opened_cannot_be_taken_back(world: World, reviewed: str) -> None:
    world.valid()
    world.submit()
    world.review(reviewed)

    with pytest.raises(ProblemError) as refusal:
        rounds.withdraw(world.log, act())

    assert (refusal.value.status, refusal.value.code) == (409, "already-opened")


def test_there_is_nothing_to_take_back_before_and_after(world: World) -> None:
    for _ in range(2):
        with pytest.raises(ProblemError) as refusal:
            rounds.withdraw(world.log, act())
        assert refusal.value.code == "not-under-review"
        world.valid()
        world.submit()
        world.append(rounds.withdraw(world.log, act()))


def test_the_gate_says_why_and_since_when(world: World) -> None:
    ahead = World()
    ahead.register(end_date=TODAY + timedelta(days=9))
    closed = gate(ahead.view, TODAY, RIGA)
    assert closed.refusal is not None
    assert closed.refusal.code == "project-not-ended"
    assert closed.opens_at.isoformat() == "2026-06-11T00:00:00+03:00"
    assert closed.since == NOW

    world.valid()
    opened = gate(world.view, TODAY, RIGA)
    assert opened.refusal is None
    assert opened.since == NOW
    world.submit()
    assert gate(world.view, TODAY, RIGA).since == NOW


def test_a_termination_opens_the_gate_at_once_and_a_project_without_results_waits_since_then() -> None:
    ahead = World()
    ahead.register(end_date=TODAY + timedelta(days=9))
    ahead.append(projects.terminate(ahead.log, act(at=NOW - timedelta(hours=3)), eligible_costs=True))

    found = gate(ahead.view, TODAY, RIGA)

    assert found.refusal is not None
    assert found.refusal.code == "nothing-to-submit"
    assert found.opens_at == found.since == NOW - timedelta(hours=3)
