"""When everything public is scanned again, and by whom."""

from datetime import UTC, datetime, timedelta

from services.validator.adapters.rescans import Ledger
from services.validator.use_cases.rescan_public import DONE_KEPT, due

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
LEASE = 300.0


def ledger(**changes: object) -> Ledger:
    state = Ledger(signatures="100", holder="a", renewed_at=NOW, started_at=NOW, after=7, done=("100",))
    return state.model_copy(update=changes)


def begun(before: Ledger | None, signatures: str, me: str = "b", seconds: float = 0) -> Ledger | None:
    return due(before, signatures, me, NOW + timedelta(seconds=seconds), LEASE)


def test_the_first_validator_ever_begins_with_what_it_has() -> None:
    first = begun(None, "100")

    assert first
    assert (first.signatures, first.holder, first.after, first.done) == ("100", "b", 0, ("100",))


def test_new_signatures_begin_a_new_pass_and_known_ones_do_not() -> None:
    over = ledger(finished_at=NOW)
    new = begun(over, "101")

    assert new
    assert (new.signatures, new.after, new.finished_at, new.done) == ("101", 0, None, ("100", "101"))
    assert begun(over, "100") is None


def test_a_validator_whose_engine_lags_behind_begins_nothing_old() -> None:
    assert begun(ledger(signatures="101", finished_at=NOW, done=("100", "101")), "100") is None


def test_a_pass_under_way_is_left_to_its_holder_until_that_has_gone() -> None:
    assert begun(ledger(), "101", seconds=LEASE) is None
    own, taken = begun(ledger(), "101", me="a"), begun(ledger(), "101", seconds=LEASE + 1)

    assert own
    assert taken
    assert (own.holder, own.after, own.signatures) == ("a", 7, "100")
    assert (taken.holder, taken.after, taken.signatures) == ("b", 7, "100")


def test_what_was_done_is_remembered_within_bounds() -> None:
    before: Ledger | None = None
    for number in range(DONE_KEPT + 5):
        before = begun(before, str(number))
        assert before
        before = before.model_copy(update={"finished_at": NOW})

    assert before
    assert before.done == tuple(str(number) for number in range(5, DONE_KEPT + 5))
