"""The record on disk gives every project its own history back, and still sees what lies across projects."""

from datetime import UTC, datetime

from local.ops.objects import Inventory, people_key
from local.ops.spool import spool
from local.verify import Verifier
from shared.messaging.events import Recorded


def event(sequence: int, project: str, id_: str = "") -> Recorded:
    return Recorded(
        subject=f"intake.{project}.project",
        sequence=sequence,
        time=datetime(2026, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC),
        headers={"ce-id": id_ or str(sequence), "ce-type": "intake.project.registered.v1"},
        data=b"\x00\xff",
    )


def test_each_project_gets_its_own_history_as_it_was() -> None:
    history = [event(1, "b"), event(2, "a"), event(5, "b"), event(6, "a")]
    with spool() as record:
        assert record.take(history[:3]) + record.take(history[3:]) == 4
        assert record.projects() == ["a", "b"]
        assert list(record.events("a")) == [history[1], history[3]]
        assert list(record.events("b")) == [history[0], history[2]]


def test_an_id_that_stands_in_two_projects_is_found() -> None:
    with spool() as record:
        record.take([event(1, "a", "one"), event(2, "b", "two"), event(3, "b", "one"), event(4, "b", "two")])

        assert record.ids_of_two_projects() == [(3, "intake.b.project")]


def test_what_is_no_event_is_named_and_judges_nothing() -> None:
    subjects, at = ("intake.a.project", "intake.b.project"), event(1, "a").time
    answers = [Recorded(name, number, at, {}, b'{"seq":1}') for number, name in enumerate(subjects)]
    with spool() as record:
        record.take(answers)
        assert record.ids_of_two_projects() == []

    verifier, inventory = Verifier(), Inventory()
    inventory.take(answers[0])
    assert [one.what.partition(":")[0] for one in verifier.take(answers[0])] == ["no event of a service"]
    assert not verifier.knows("a")
    assert people_key(answers[0]) is None


def test_what_is_named_is_known_whichever_project_named_it() -> None:
    with spool() as record:
        record.name(["a/1", "a/2"])
        record.name(["b/1", "a/2"])

        assert [record.is_named(key) for key in ("a/1", "b/1", "b/2")] == [True, True, False]
