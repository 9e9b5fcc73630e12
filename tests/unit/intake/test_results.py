"""What may become of a result."""

import pytest

from services.intake.domain import results
from services.intake.domain.results import Handed, RevisionMovedError
from shared.contracts.result import RESULTS_PER_PROJECT_MAX, ResultMetadata, Status
from shared.contracts.status import result_status
from shared.contracts.subjects import object_key
from shared.errors import ProblemError
from tests.unit.intake.world import PROJECT, World, act, content, described


@pytest.fixture
def world() -> World:
    found = World()
    found.register()
    return found


def handed(text: str = "a", external_id: str | None = None) -> Handed:
    return Handed(described=described(), content=content(text), external_id=external_id)


def code(refusal: pytest.ExceptionInfo[ProblemError]) -> tuple[int, str, str | None]:
    return refusal.value.status, refusal.value.code, refusal.value.rule


def test_a_result_is_received_under_a_key_that_names_project_revision_and_digest(world: World) -> None:
    result_id = world.add()

    found = world.view.result(result_id)
    assert found is not None
    assert found.state.revision == 1
    assert found.state.file.object_key == object_key(result_id, 1, content().sha256)
    assert world.events[-1].type == "intake.result.received.v1"
    assert world.guards[-1].filter == f"intake.{PROJECT}.>"
    assert result_status(found, world.view.round) == Status.VALIDATING


def test_an_id_names_its_project_and_is_the_same_for_the_same_cause() -> None:
    first, again, other = act("key"), act("key"), act("another key")

    assert first.result_id(PROJECT) == again.result_id(PROJECT) != other.result_id(PROJECT)
    project, part = first.result_id(PROJECT).split("~")
    assert project == PROJECT
    assert len(part) == 26
    assert part == part.lower()


def test_the_same_act_adds_once(world: World) -> None:
    own = act("event")
    world.append(results.add(world.log, own, handed()))

    assert results.add(world.log, own, handed()) is None


def test_an_unknown_project_takes_nothing() -> None:
    with pytest.raises(ProblemError) as refusal:
        results.add(World().log, act(), handed())

    assert code(refusal) == (404, "unknown-project", None)


def test_a_project_holds_at_most_500_results_deleted_ones_included(world: World) -> None:
    for number in range(RESULTS_PER_PROJECT_MAX - 1):
        world.add(str(number))
    last = world.add("last")
    world.append(results.delete(world.log, act(), last))

    with pytest.raises(ProblemError) as refusal:
        results.add(world.log, act(), handed())

    assert code(refusal) == (409, "too-many-results", None)


def test_a_known_external_id_of_the_same_submitter_is_no_new_result(world: World) -> None:
    world.append(results.add(world.log, act(), handed(external_id="bm-1")))

    with pytest.raises(RevisionMovedError):
        results.add(world.log, act(), handed(external_id="bm-1"))
    assert results.add(world.log, act(by="another"), handed(external_id="bm-1")) is not None


def test_the_external_id_of_a_deleted_result_is_free_again(world: World) -> None:
    own = act()
    world.append(results.add(world.log, own, handed(external_id="bm-1")))
    world.append(results.delete(world.log, act(), own.result_id(PROJECT)))

    assert results.add(world.log, act(), handed(external_id="bm-1")) is not None


def test_new_bytes_are_a_new_revision_that_needs_a_new_verdict(world: World) -> None:
    result_id = world.valid()

    world.append(results.revise(world.log, act(), result_id, 2, content("b")))

    found = world.view.result(result_id)
    assert found is not None
    assert found.state.revision == 2
    assert found.state.file.object_key.split("/")[2] == "2"
    assert found.state.title == described().title
    assert result_status(found, world.view.round) == Status.VALIDATING


def test_bytes_for_a_revision_that_came_meanwhile_are_put_again(world: World) -> None:
    result_id = world.add()
    world.append(results.revise(world.log, act(), result_id, 2, content("b")))

    with pytest.raises(RevisionMovedError):
        results.revise(world.log, act(), result_id, 2, content("c"))


def test_the_same_act_revises_once(world: World) -> None:
    result_id, own = world.add(), act("event")
    world.append(results.revise(world.log, own, result_id, 2, content("b")))

    assert results.revise(world.log, own, result_id, 3, content("b")) is None


def test_a_description_keeps_the_verdict(world: World) -> None:
    result_id = world.valid()

    world.append(results.describe(world.log, act(), result_id, described(title="Better (English)")))

    found = world.view.result(result_id)
    assert found is not None
    assert (found.state.title, found.state.revision) == ("Better (English)", 1)
    assert result_status(found, world.view.round) == Status.VALID
    assert results.describe(world.log, act(), result_id, described(title="Better (English)")) is None


def test_what_was_never_public_can_be_deleted_in_any_status(world: World) -> None:
    for result_id in (world.add("x"), world.valid("y")):
        world.append(results.delete(world.log, act(), result_id))

        with pytest.raises(ProblemError) as refusal:
            results.describe(world.log, act(), result_id, described(title="Too late"))
        assert code(refusal) == (410, "result-deleted", None)


def test_what_was_public_cannot_be_deleted(world: World) -> None:
    result_id = world.valid()
    world.publish(result_id)
    world.publish(result_id, "withdrawn")

    with pytest.raises(ProblemError) as refusal:
        results.delete(world.log, act(), result_id)

    assert code(refusal) == (409, "already-published", None)


@pytest.mark.parametrize("command", ["add", "revise", "describe", "delete"])
@pytest.mark.parametrize("reviewed", [None, "claimed", "released", "approved"])
def test_nothing_changes_from_submission_until_it_is_unlocked(world: World, command: str, reviewed: str | None) -> None:
    result_id = world.valid()
    world.submit()
    if reviewed:
        world.review(reviewed)

    with pytest.raises(ProblemError) as refusal:
        {
            "add": lambda: results.add(world.log, act(), handed("b")),
            "revise": lambda: results.revise(world.log, act(), result_id, 2, content("b")),
            "describe": lambda: results.describe(world.log, act(), result_id, described(title="x")),
            "delete": lambda: results.delete(world.log, act(), result_id),
        }[command]()

    assert code(refusal) == (409, "project-locked", "R38")


@pytest.mark.parametrize("reviewed", ["returned", "reopened"])
def test_a_returned_or_reopened_project_can_be_changed(world: World, reviewed: str) -> None:
    result_id = world.valid()
    world.submit()
    world.review(reviewed)

    assert results.revise(world.log, act(), result_id, 2, content("b")) is not None


def test_an_unknown_result_is_refused(world: World) -> None:
    with pytest.raises(ProblemError) as refusal:
        results.revise(world.log, act(), f"{PROJECT}~{'a' * 26}", 1, content())

    assert code(refusal) == (404, "unknown-result", None)


def test_links_and_texts_are_stored_like_files() -> None:
    assert results.inline_content("link", url="https://example.org/a", text=None) == (
        "link.uri",
        "text/uri-list",
        b"https://example.org/a",
    )
    assert results.inline_content("text", url=None, text="Kā") == (
        "text.txt",
        "text/plain; charset=utf-8",
        "Kā".encode(),
    )
    assert results.inline_content("file", url=None, text=None) is None


@pytest.mark.parametrize(
    ("kind", "url", "refusal_code"),
    [("link", None, "missing-url"), ("text", None, "missing-text"), ("link", "http://10.0.0.1/", "url-not-allowed")],
)
def test_a_link_or_text_without_its_content_is_refused(kind: str, url: str | None, refusal_code: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        results.inline_content(kind, url=url, text=None)  # type: ignore[arg-type]

    assert refusal.value.code == refusal_code


def test_metadata_and_bytes_are_put_together() -> None:
    metadata = ResultMetadata.model_validate(
        described().model_dump() | {"kind": "link", "url": " https://example.org/ ", "external_id": "x"}
    )

    new = results.handed(metadata, content())

    assert (new.kind, new.url, new.external_id) == ("link", "https://example.org/", "x")
    assert new.described == described()
