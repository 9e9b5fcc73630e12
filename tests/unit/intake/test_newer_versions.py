"""A version beside a newer one: what it does not know stays as it is."""

import json
from typing import Any

from services.intake.domain import history, projects, results
from shared.contracts.model import WireModel
from shared.contracts.project import ProjectState
from shared.messaging.events import NewEvent, Recorded
from tests.unit.intake.world import NOW, PROJECT, World, act

ADDED = {"added_later": {"n": [1]}}


def written_by_newer(world: World, name: str, **parts: Any) -> None:
    """Give the thing on the subject a field, and those of its parts that are named, as a newer version does."""
    state = json.loads(world.messages[name].data) | ADDED
    for part in parts:
        state[part] |= ADDED
    found = world.messages[name]
    world.messages[name] = Recorded(name, found.sequence, found.time, found.headers, json.dumps(state).encode())


def told(event: NewEvent | None) -> dict[str, Any]:
    assert event is not None
    body: dict[str, Any] = json.loads(event.body())
    return body


def test_an_amended_project_keeps_what_a_newer_version_wrote() -> None:
    world = World()
    world.register()
    written_by_newer(world, f"intake.{PROJECT}.project", description=True)

    assert world.register() is None
    amended = told(world.append(projects.terminate(world.log, act(), eligible_costs=True)))
    assert amended["added_later"] == amended["description"]["added_later"] == ADDED["added_later"]
    renamed = told(world.register(title="Other"))
    assert renamed["added_later"] == ADDED["added_later"]
    assert "added_later" not in renamed["description"]


def test_a_deleted_result_keeps_what_a_newer_version_wrote() -> None:
    world = World()
    world.register()
    result_id = world.add()
    written_by_newer(world, f"intake.{PROJECT}.result.{result_id}", file=True)

    deleted = told(world.append(results.delete(world.log, act(), result_id)))

    assert deleted["added_later"] == deleted["file"]["added_later"] == ADDED["added_later"]


def test_a_thing_and_a_happening_of_a_newer_version_are_told_without_what_they_mean() -> None:
    thing = Recorded(f"intake.{PROJECT}.rating", 7, NOW, {"ce-type": "intake.rating.given.v1"}, b'{"stars": 5}')
    world = World()
    world.register()
    known = world.messages[f"intake.{PROJECT}.project"]
    happening = Recorded(known.subject, 8, NOW, {"ce-type": "intake.project.archived.v1"}, known.data)

    assert type(thing.state()) is WireModel
    assert json.loads(thing.state().to_json()) == {"stars": 5}
    assert history.told(thing) == {}
    assert isinstance(happening.state(), ProjectState)
