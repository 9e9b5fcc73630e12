"""Registering, amending, ending and terminating a project."""

from datetime import timedelta

import pytest

from services.intake.domain import projects
from shared.errors import ProblemError
from tests.unit.intake.world import NOW, PROJECT, TODAY, World, act, body


def test_a_first_registration_is_registered_and_a_later_one_amends() -> None:
    world = World()

    first = world.register()
    second = world.register(title="Other")

    assert first is not None
    assert second is not None
    assert (first.type, second.type) == ("intake.project.registered.v1", "intake.project.amended.v1")
    assert world.view.project is not None
    assert world.view.project.registered_at == NOW
    assert [guard.filter for guard in world.guards] == [f"intake.{PROJECT}.>"] * 2


def test_the_same_registration_again_changes_nothing() -> None:
    world = World()
    world.register()

    assert world.register() is None


def test_the_log_holds_no_name_of_a_contact() -> None:
    world = World()
    event = world.register()

    assert event is not None
    told = event.state.model_dump_json()
    assert "Anna" not in told
    assert "anna@example.org" not in told
    assert '"sub":"anna"' in told


def test_a_project_ends_once() -> None:
    world = World()
    world.register()

    world.append(projects.end(world.log, act(), TODAY))

    assert world.events[-1].type == "intake.project.ended.v1"
    assert projects.end(world.log, act(), TODAY) is None


def test_a_project_does_not_end_on_its_last_day() -> None:
    world = World()
    world.register(end_date=TODAY)

    assert projects.end(world.log, act(), TODAY) is None
    assert projects.end(world.log, act(), TODAY + timedelta(days=1)) is not None


def test_an_end_date_that_moves_into_the_future_opens_the_project_again() -> None:
    world = World()
    world.register()
    world.append(projects.end(world.log, act(), TODAY))

    world.register(end_date=TODAY + timedelta(days=90))

    assert world.view.project is not None
    assert world.view.project.ended_at is None


def test_an_amendment_keeps_end_and_termination() -> None:
    world = World()
    world.register()
    world.append(projects.end(world.log, act(), TODAY))
    world.append(projects.terminate(world.log, act(), eligible_costs=True))

    world.register(title="Renamed")

    assert world.view.project is not None
    assert world.view.project.ended_at == NOW
    assert world.view.project.termination is not None


def test_termination_is_recorded_once_for_each_meaning() -> None:
    world = World()
    world.register()

    world.append(projects.terminate(world.log, act(), eligible_costs=True))

    assert projects.terminate(world.log, act(), eligible_costs=True) is None
    assert projects.terminate(world.log, act(), eligible_costs=False) is not None


def test_an_unknown_project_cannot_be_terminated() -> None:
    with pytest.raises(ProblemError) as refusal:
        projects.terminate(World().log, act(), eligible_costs=True)

    assert (refusal.value.status, refusal.value.code) == (404, "unknown-project")


def test_a_registration_keeps_every_field_of_the_description() -> None:
    project = body(work_packages=[{"number": 2, "title": "Training", "planned_results": "A course"}])

    registration = projects.Registration.of(project, None)

    assert registration.description.work_packages == project.work_packages
    assert registration.description.organisations == project.organisations


@pytest.mark.parametrize("url", ["http://user:pw@partner.example/", "http://10.0.0.1/", "http://localhost/"])
def test_an_organisation_has_no_website_that_the_public_must_not_follow(url: str) -> None:
    organisation = {"id": "o1", "name": "A school", "role": "coordinator", "website": url}

    with pytest.raises(ProblemError) as refusal:
        World().register(organisations=[organisation])

    assert (refusal.value.status, refusal.value.code) == (422, "url-not-allowed")
