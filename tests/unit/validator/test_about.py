"""What the log says of a result, for the hints on quality."""

from datetime import UTC, date, datetime

from services.validator.about import known_of
from services.validator.content import Content, content_of
from shared.contracts.model import WireModel
from shared.contracts.project import LogoFile, LogoState, Organisation, ProjectDescription, ProjectState
from shared.contracts.result import DataProtection, ResultFile, ResultState
from shared.messaging.events import ProjectLog, Recorded

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def recorded(thing: str, state: WireModel, sequence: int) -> Recorded:
    kind = thing.partition(".")[0]
    headers = {"ce-id": f"id-{sequence}", "ce-type": f"intake.{kind}.received.v1"}
    return Recorded(f"intake.P-1.{thing}", sequence, NOON, headers, state.model_dump_json().encode())


def result(name: str, *, sha256: str = "a", deleted: bool = False) -> Recorded:
    state = ResultState(
        id=f"P-1~{name}", project_id="P-1", kind="file", title=f"Title {name}", description="D", category="other",
        languages=("en",), data_protection=DataProtection(confirmed=True), revision=1,
        file=ResultFile(name="a.txt", size=5, sha256=sha256 * 64, object_key=f"P-1/{name}/1/x"), submitter="s",
        created_at=NOON, changed_at=NOON, content_at=NOON, deleted=deleted,
    )  # fmt: skip
    return recorded(f"result.P-1~{name}", state, 10)


def description() -> Recorded:
    school = Organisation(id="o1", name="School", country="LV", role="coordinator")
    described = ProjectDescription(
        title="Project", start_date=date(2026, 1, 1), end_date=date(2026, 12, 31), languages=("en", "lv"), na="LV01",
        funding="funded", organisations=(school,),
    )  # fmt: skip
    return recorded("project", ProjectState(id="P-1", description=described, registered_at=NOON), 1)


def log(*messages: Recorded) -> ProjectLog:
    return ProjectLog("P-1", 99, {one.subject: one for one in messages})


def content(message: Recorded) -> Content:
    found = content_of(message)
    assert found
    return found


def test_title_description_and_what_was_agreed_are_known() -> None:
    one = result("one")
    known = known_of(log(description(), one), content(one))

    assert known
    assert known.about == {
        "title": "Title one", "description": "D", "languages": ("en",), "agreed": ("en", "lv"), "funding": "funded"
    }  # fmt: skip
    assert list(known.observations()) == []


def test_another_result_with_the_same_bytes_is_a_duplicate() -> None:
    one, two, three = result("one"), result("two"), result("three")
    known = known_of(log(description(), one, two, three), content(one))

    assert known
    (seen,) = known.observations()
    assert (seen.code, seen.params) == ("duplicate", {"titles": "Title three; Title two"})


def test_a_deleted_result_or_other_bytes_are_none() -> None:
    one = result("one")
    known = known_of(log(description(), one, result("two", deleted=True), result("three", sha256="b")), content(one))

    assert known
    assert known.twins == ()


def test_nobody_is_given_hints_on_a_logo() -> None:
    logo = recorded(
        "logo", LogoState(revision=1, file=LogoFile(name="l.png", size=5, sha256="a" * 64, object_key="k")), 5
    )

    assert known_of(log(description(), logo), content(logo)) is None
