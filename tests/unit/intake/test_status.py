"""The status of a result as its project sees it, from what all four owners say of it; and the phase of a project."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.intake.domain import projects, results
from shared.contracts.result import Status
from shared.contracts.review import ReviewResultState, Takedown
from shared.contracts.status import project_phase, result_status
from shared.contracts.verdict import VerdictOutcome
from tests.unit.intake.world import NOW, TODAY, World, act, content, described

Tell = Callable[[World, str], object]


def _takedown(world: World, result_id: str) -> None:
    found = world.view.result(result_id)
    assert found
    takedown = Takedown(reason="r", by="inese", at=NOW, revision=found.state.revision, sha256=found.state.file.sha256)
    world.others("review", "result", ReviewResultState(result_id=result_id, takedown=takedown), result_id, "taken_down")


def _approved(world: World, result_id: str) -> None:
    world.submit()
    world.decide(result_id)
    world.review("approved")


def _replaced(text: str) -> Tell:
    def tell(world: World, result_id: str) -> None:
        found = world.view.result(result_id)
        assert found
        new = content(text)
        world.append(results.revise(world.log, act(), result_id, found.state.revision + 1, new))

    return tell


def _edited(world: World, result_id: str) -> None:
    world.append(results.describe(world.log, act(), result_id, described(title="Another (English)")))


STORIES: dict[str, tuple[list[Tell], Status]] = {
    "handed in and not checked": ([], Status.VALIDATING),
    "passed": ([World.check], Status.VALID),
    "refused": ([lambda world, one: world.check(one, VerdictOutcome.FAILED)], Status.INVALID),
    "infected": ([lambda world, one: world.check(one, VerdictOutcome.MALWARE)], Status.QUARANTINED),
    "a check did not run": ([lambda world, one: world.check(one, VerdictOutcome.ERROR)], Status.CHECK_FAILED),
    "submitted": ([World.check, lambda world, _: world.submit()], Status.IN_REVIEW),
    "approved, the round is open": (
        [World.check, lambda world, _: world.submit(), lambda world, one: world.decide(one)],
        Status.IN_REVIEW,
    ),
    "approved": ([World.check, _approved], Status.APPROVED),
    "approved, then found infected": (
        [World.check, _approved, lambda world, one: world.check(one, VerdictOutcome.MALWARE)],
        Status.QUARANTINED,
    ),
    "returned": (
        [
            World.check,
            lambda world, _: world.submit(),
            lambda world, one: world.decide(one, "request_changes"),
            lambda world, _: world.review("returned"),
        ],
        Status.CHANGES_REQUESTED,
    ),
    "approved, reopened and edited": (
        [World.check, _approved, lambda world, _: world.review("reopened"), _edited],
        Status.VALID,
    ),
    "published": ([World.check, _approved, World.publish], Status.PUBLISHED),
    "published, reopened and edited": (
        [World.check, _approved, World.publish, lambda world, _: world.review("reopened"), _edited],
        Status.VALID,
    ),
    "withheld": ([World.check, _approved, lambda world, one: world.publish(one, "withheld")], Status.WITHHELD),
    "published and taken down": ([World.check, _approved, World.publish, _takedown], Status.WITHDRAWN),
    "taken down under review": ([World.check, lambda world, _: world.submit(), _takedown], Status.WITHDRAWN),
    "taken down and replaced": ([World.check, _takedown, _replaced("b")], Status.VALIDATING),
    "taken down, replaced, and the same bytes again": (
        [World.check, _takedown, _replaced("b"), _replaced("a")],
        Status.WITHDRAWN,
    ),
    "deleted": (
        [World.check, lambda world, one: world.append(results.delete(world.log, act(), one))],
        Status.DELETED,
    ),
    "taken down and deleted": (
        [World.check, _takedown, lambda world, one: world.append(results.delete(world.log, act(), one))],
        Status.DELETED,
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_result_has_the_status_of_what_happened_to_it(story: str) -> None:
    world, (told, expected) = World(), STORIES[story]
    world.register()
    result_id = world.add()

    for tell in told:
        tell(world, result_id)

    found = world.view.result(result_id)
    assert found
    assert result_status(found, world.view.round) is expected


@pytest.mark.parametrize(
    ("starts_in_days", "ends_in_days", "report_approved", "terminated", "expected"),
    [
        (1, 30, False, False, "contracted"),
        (0, 30, False, False, "ongoing"),
        (-30, 0, False, False, "ongoing"),
        (-30, -1, False, False, "ended"),
        (-30, -1, True, False, "finalised"),
        (-30, 30, False, True, "terminated"),
        (-30, -1, True, True, "terminated"),
    ],
)
def test_a_project_is_in_the_phase_of_the_day(
    starts_in_days: int, ends_in_days: int, report_approved: bool, terminated: bool, expected: str
) -> None:
    world = World()
    start, end = (TODAY + timedelta(days=days) for days in (starts_in_days, ends_in_days))
    world.register(start_date=start, end_date=end)
    if terminated:
        world.append(projects.terminate(world.log, act(), eligible_costs=True))

    project = world.view.project

    assert project
    assert project_phase(project, report_approved, TODAY) == expected
