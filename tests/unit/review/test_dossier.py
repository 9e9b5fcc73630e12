"""What a dossier says of days, changes and comments."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from services.review.changes import changes_between
from services.review.domain import results, rounds
from services.review.dossier import Deadline, Reader, Source, dossier
from shared.contracts.review import ResultDecisionBody, RoundDecisionBody
from tests.unit.review.events import NOON, stored
from tests.unit.review.story import Story, act

RIGA = Deadline(days=60, zone=ZoneInfo("Europe/Riga"))


def test_days_are_those_of_the_calendar_of_the_agency() -> None:
    late_evening_utc = datetime(2026, 1, 10, 22, 30, tzinfo=UTC)  # already the 11th in Riga

    assert RIGA.due(late_evening_utc) == date(2026, 3, 12)
    assert RIGA.waiting_days(late_evening_utc, datetime(2026, 1, 11, 22, 30, tzinfo=UTC)) == 1


def test_a_round_is_overdue_from_the_day_after_its_last() -> None:
    story = Story()
    story.submit(story.valid_result())

    def is_overdue(now: datetime) -> bool:
        found = dossier(Source(project=story.log), Reader(internal=True, now=now, deadline=RIGA)).round
        assert found is not None
        return found.overdue

    assert not is_overdue(datetime(2026, 5, 1, 20, tzinfo=UTC))
    assert is_overdue(datetime(2026, 5, 1, 21, 30, tzinfo=UTC))


def test_without_a_submission_there_is_no_round_and_results_are_shown() -> None:
    story = Story()
    story.valid_result()

    shown = dossier(Source(project=story.log), Reader(internal=True, now=NOON, deadline=RIGA))

    assert (shown.round, shown.manifest, len(shown.results)) == (None, (), 1)


def test_a_removed_result_is_a_change() -> None:
    story = Story()
    kept, removed = story.valid_result("a"), story.valid_result("b")
    story.submit(kept, removed)
    before = story.log
    story.add(stored(removed, "deleted", deleted=True))
    story.submit(kept, number=2)

    changes = changes_between(before, story.log, 1)

    assert [(one.result_id, one.change) for one in changes.results] == [(removed.id, "removed")]
    assert changes.unchanged == 1


def test_a_comment_is_told_once_though_later_states_carry_it_on() -> None:
    story = Story()
    one = story.valid_result()
    story.submit(one)
    story.play(rounds.claim(story.log, act()))
    returned = ResultDecisionBody(decision="request_changes", comment="Translate it")
    story.play(results.decide(story.log, act(), one.id, returned, frozenset()))
    story.play(results.take_down(story.log, act("lead"), one.id, "Names"))
    body = RoundDecisionBody(decision="request_changes", comment="See the result")
    story.play(rounds.decide(story.log, act(), body))
    source = Source(project=story.log, history=tuple(one for one in story.recorded if one.address.owner == "review"))

    told = dossier(source, Reader(internal=False, now=NOON, deadline=RIGA)).comments

    assert [(comment.about, comment.comment) for comment in told] == [
        ("result", "Translate it"),
        ("takedown", "Names"),
        ("round", "See the result"),
    ]
