"""What a process remembers of projects: the newest position, within bounds, and not for ever."""

from datetime import UTC, datetime

from shared.messaging.events import ProjectLog, Recorded
from shared.messaging.known import KnownProjects, grown


def message(subject: str, sequence: int) -> Recorded:
    return Recorded(subject, sequence, datetime.now(UTC), {}, b"{}")


def project(project_id: str, *sequences: int) -> ProjectLog:
    messages = {
        f"intake.{project_id}.contact.{one}": message(f"intake.{project_id}.contact.{one}", one) for one in sequences
    }
    return ProjectLog(project_id, max(sequences), messages)


def test_a_project_is_known_up_to_its_position_and_not_before() -> None:
    known = KnownProjects()
    known.keep(project("P-1", 3, 5))

    assert known.up_to("P-1", 4) is None
    assert known.up_to("P-1", 5) is not None
    assert known.up_to("P-2", 9) is None


def test_an_older_position_does_not_replace_a_newer() -> None:
    known = KnownProjects()
    known.keep(project("P-1", 3, 5))
    known.keep(project("P-1", 3))

    found = known.up_to("P-1", 9)

    assert found is not None
    assert found.position == 5


def test_what_was_used_longest_ago_is_forgotten_first() -> None:
    known = KnownProjects(messages_max=4)
    known.keep(project("P-1", 1, 2))
    known.keep(project("P-2", 3, 4))
    known.up_to("P-1", 9)

    known.keep(project("P-3", 5))

    assert [known.up_to(one, 9) is not None for one in ("P-1", "P-2", "P-3")] == [True, False, True]


def test_nothing_is_remembered_for_longer_than_allowed() -> None:
    known = KnownProjects(seconds_max=-1)
    known.keep(project("P-1", 1))

    assert known.up_to("P-1", 9) is None


def test_growing_replaces_states_and_keeps_the_order_of_sequences() -> None:
    before = project("P-1", 1, 2)

    after = grown(before, [message("intake.P-1.contact.1", 7), message("intake.P-1.website", 8)], 8)

    assert [one.sequence for one in after.messages.values()] == [2, 7, 8]
    assert after.position == 8
    assert [one.sequence for one in before.messages.values()] == [1, 2]
