"""What of a project is public in the log, and that answers about the same bytes depend on it."""

from dataclasses import replace
from datetime import UTC, date, datetime

from services.validator.checks import FORMAT, PERSONAL_DATA
from services.validator.domain import Specimen, examination
from services.validator.memory import RememberingParsers
from services.validator.published import OwnWords, PublicEntry, own_words
from shared.contracts.model import WireModel
from shared.contracts.project import ContactAccess, ContactState, Organisation, ProjectDescription, ProjectState
from shared.messaging.events import ProjectLog, Recorded
from tests.unit.validator.test_memory import Counting

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
SCHOOL = Organisation(id="o1", name="School", country="LV", city="Rīga", role="coordinator")
GONE = Organisation(id="o2", name="Left", country="EE", withdrawn=True)


def recorded(thing: str, state: WireModel) -> Recorded:
    headers = {"ce-id": thing, "ce-type": f"intake.{thing.partition('.')[0]}.received.v1"}
    return Recorded(f"intake.P-1.{thing}", 1, NOON, headers, state.model_dump_json().encode())


def registered(*contacts: tuple[str, str | None]) -> Recorded:
    described = ProjectDescription(
        title="Title", summary="Summary", start_date=date(2026, 1, 1), end_date=date(2026, 12, 31), languages=("en",),
        na="LV01", organisations=(SCHOOL, GONE),
    )  # fmt: skip
    people = tuple(
        ContactAccess(id=name, organisation_id=organisation, access="view") for name, organisation in contacts
    )
    return recorded("project", ProjectState(id="P-1", description=described, contacts=people, registered_at=NOON))


def flagged(name: str, **flags: bool) -> Recorded:
    return recorded(f"contact.{name}", ContactState(contact_id=name, public_key=f"key-{name}", **flags))


def log(*messages: Recorded) -> ProjectLog:
    return ProjectLog("P-1", 9, {one.subject: one for one in messages})


def test_a_project_that_is_not_registered_has_published_nothing() -> None:
    assert own_words(log()) == OwnWords()


def test_public_words_are_title_summary_and_who_takes_part() -> None:
    assert own_words(log(registered())).texts == ("Title", "Summary", "School, Rīga")


def test_contacts_are_public_by_their_flags_while_they_and_their_organisation_take_part() -> None:
    hidden = recorded("contact.c3", ContactState(contact_id="c3"))
    everything = {"publish_name": True, "publish_email": True, "publish_phone": True}
    project = log(
        registered(("c1", "o1"), ("c2", None), ("c3", "o1"), ("c4", "o2"), ("c6", "o1")),
        flagged("c1", **everything), flagged("c2", publish_email=True), hidden, flagged("c4", **everything),
        flagged("c5", **everything),
    )  # fmt: skip

    assert own_words(project).entries == (
        PublicEntry(key="key-c1", fields=("name", "email", "phone"), country="LV"),
        PublicEntry(key="key-c2", fields=("email",), country=None),
    )


async def test_projects_that_published_something_else_share_no_answer() -> None:
    first = Specimen(path="/1", name="a.txt", size=9, sha256="ab" * 32, published={"people": [{"email": "a@x.lv"}]})
    second = replace(first, published={"people": [{"email": "b@x.lv"}]})
    unread = replace(first, published={"unread": True})
    remembering = RememberingParsers(parsers := Counting(examination("personal-data", "engine")))

    for one in (first, second, unread, replace(first, path="/2")):
        await remembering.examine(PERSONAL_DATA, one)
        await remembering.examine(FORMAT, one)

    asked = [(name, one.published) for name, one in parsers.asked]
    assert asked.count(("format", first.published)) == 1
    assert [published for name, published in asked if name == "personal-data"] == [
        first.published, second.published, unread.published
    ]  # fmt: skip
    assert len(asked) == 4
    assert "a@x.lv" not in repr(remembering.recent), "no contact stays in memory"
