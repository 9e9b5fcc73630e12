"""The read model over a log in memory: its rows say what the dossier says, whichever order the owners spoke in."""

import random
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.review.answers import QueueItem
from services.review.domain import reports, results, rounds
from services.review.dossier import Deadline, Reader, report_answer, result_answer, round_answer
from services.review.readmodel import auditing, queue
from services.review.readmodel.auditing import AuditQuestion
from services.review.readmodel.projection import SCHEMA
from services.review.readmodel.queue import QueueQuestion, ReportQuestion, Sight
from shared.contracts.review import ReportDecisionBody, ResultDecisionBody, RoundDecisionBody, WaiverBody
from shared.contracts.verdict import Severity, VerdictOutcome
from shared.messaging.events import Recorded
from tests.unit.review.events import NOON, checked, finding, registered, stored
from tests.unit.review.story import Story, act

DEADLINE = Deadline(days=60, zone=ZoneInfo("Europe/Riga"))
RETURN = ResultDecisionBody(decision="request_changes", comment="Translate it", reasons=("other",))


@dataclass
class Rows:
    """A file of the read model, in memory."""

    connection: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:"))

    def __post_init__(self) -> None:
        self.connection.row_factory = sqlite3.Row
        self.connection.executescript(SCHEMA.tables)

    def follow(self, recorded: list[Recorded]) -> "Rows":
        for one in recorded:
            SCHEMA.project(self.connection, one)
        return self

    def queue(self, now: datetime = NOON, **filters: object) -> list[QueueItem]:
        question = QueueQuestion(**({"sight": Sight(agencies=frozenset({"LV01"})), "statuses": ()} | filters))  # type: ignore[arg-type]  # tests name real fields
        return [
            item for _, item in queue.queue(self.connection, question, now=now, deadline=DEADLINE, after=None, limit=50)
        ]


def decided_story() -> Story:
    """Two results: one approved with a waived finding, one returned; the round is still open."""
    story = Story()
    good, bad = story.valid_result("a"), story.valid_result("b")
    story.add(checked(good, VerdictOutcome.FAILED, personal=(finding("p1"), finding("w1", Severity.WARNING, "e-mail"))))
    story.play(results.waive(story.log, act("lead"), good.id, WaiverBody(finding_id="p1", reason="An author")))
    story.submit(good, bad)
    story.play(rounds.claim(story.log, act()))
    approve = ResultDecisionBody(decision="approve")
    story.play(results.decide(story.log, act(), good.id, approve, frozenset()))
    story.play(results.decide(story.log, act(), bad.id, RETURN, frozenset({"other"})))
    return story


def test_the_queue_says_what_the_dossier_says() -> None:
    story = decided_story()
    now = NOON + timedelta(days=3)

    (item,) = Rows().follow(story.recorded).queue(now)

    reader = Reader(internal=True, now=now, deadline=DEADLINE)
    round_ = round_answer(story.view, reader)
    assert round_ is not None
    same = ("project_id", "round", "status", "officer", "submitted_at", "waiting_days", "due_date", "overdue")
    assert {name: getattr(item, name) for name in same} == {name: getattr(round_, name) for name in same}
    found = [result_answer(story.view, one, reader) for one in story.view.results()]
    assert item.findings.blocking == sum(one.blocking_open for one in found) == 0
    assert (item.findings.warning, item.findings.waived) == (1, 1)
    assert (item.decisions.approved, item.decisions.changes_requested, item.decisions.undecided) == (1, 1, 0)


def test_the_rows_are_the_same_in_whatever_order_the_owners_of_other_things_spoke() -> None:
    story = decided_story()
    wanted = Rows().follow(story.recorded).queue()
    randomness = random.Random(7)
    for _ in range(50):
        by_subject: dict[str, list[Recorded]] = {}
        for one in story.recorded:
            by_subject.setdefault(one.subject, []).append(one)
        mixed: list[Recorded] = []
        while by_subject:
            name = randomness.choice(sorted(by_subject))
            mixed.append(by_subject[name].pop(0))
            if not by_subject[name]:
                del by_subject[name]

        assert Rows().follow(mixed).queue() == wanted


def test_a_verdict_on_another_content_counts_nothing() -> None:
    story = Story()
    one = story.valid_result()
    story.add(checked(one, VerdictOutcome.FAILED, personal=(finding("p1"),)))
    story.submit(one)
    assert Rows().follow(story.recorded).queue()[0].findings.blocking == 1

    story.add(stored(one.revised(), "revised"))

    assert Rows().follow(story.recorded).queue()[0].findings.blocking == 0


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"statuses": ("under_review",)}, 1),
        ({"statuses": ("approved", "returned")}, 0),
        ({"officer": "ilze"}, 1),
        ({"officer": ""}, 0),
        ({"agencies": ("EE01",)}, 0),
        ({"finding": "e-mail"}, 1),
        ({"finding": "personal-code"}, 0),
        ({"finding": "warning"}, 1),
        ({"text": "bRIDg"}, 1),
        ({"text": "%"}, 0),
        ({"sight": Sight(projects=frozenset({"P-1"}))}, 1),
        ({"sight": Sight()}, 0),
    ],
)
def test_filters_let_through_what_they_name(filters: dict[str, object], found: int) -> None:
    assert len(Rows().follow(decided_story().recorded).queue(**filters)) == found  # type: ignore[arg-type]  # no filter is called now


def reports_of(story: Story, statuses: tuple[str, ...] = ("undecided",)) -> list[object]:
    question = ReportQuestion(
        sight=Sight(agencies=frozenset({"LV01"})), statuses=statuses, to_decide=True, today=NOON.date()
    )
    rows = Rows().follow(story.recorded)
    return [answer for _, answer in queue.reports(rows.connection, question, after=None, limit=50)]


def test_the_list_of_reports_says_what_the_single_report_says() -> None:
    story = decided_story()
    assert reports_of(story) == [report_answer(story.view)]

    body = ReportDecisionBody(decision="request_update", comment="Part 2")
    story.play(reports.decide(story.log, act(), body, "elsewhere"))

    assert reports_of(story, ("update_requested",)) == [report_answer(story.view)]


def test_a_project_that_still_runs_and_has_submitted_nothing_has_no_report_to_decide() -> None:
    story = Story()
    story.add(registered("P-1", end_date="2027-01-01"))

    assert reports_of(story) == []


def test_every_event_stands_in_the_audit_with_its_reason() -> None:
    story = decided_story()
    body = RoundDecisionBody(decision="request_changes", comment="See the result")
    story.play(rounds.decide(story.log, act(), body))
    unheard = Recorded("intake.P-1.novelty", 99, NOON, {"ce-type": "intake.novelty.happened.v1", "ce-id": "x"}, b"{}")
    rows = Rows().follow([*story.recorded, unheard])

    entries = auditing.oldest(rows.connection, AuditQuestion(agencies=None), 0, 100)

    assert [entry.sequence for entry in entries] == [*range(1, len(story.recorded) + 1), 99]
    reasons = {entry.action: entry.reason for entry in entries}
    assert reasons["review.result.waived"] == "An author"
    assert reasons["review.result.decided"] == "other\nTranslate it"
    assert reasons["review.round.returned"] == "See the result"
    assert reasons["intake.novelty.happened"] is None
