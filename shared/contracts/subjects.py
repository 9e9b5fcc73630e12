"""Every subject and every event type of the log: who owns it, what it is called, and the model of its state.

One subject per thing: `<owner>.<project>.<thing>[.<id>]`. The body of an event is the owner's whole state of the
thing after it, so the last message on a subject is the state.
"""

from typing import NamedTuple

from shared.contracts.model import WireModel
from shared.contracts.project import ContactState, LogoState, ProjectState, PublicLogoState, WebsiteState
from shared.contracts.publication import PublicationState
from shared.contracts.result import ElsewhereReportState, ResultState, RoundState
from shared.contracts.review import ReportState, ReviewResultState, ReviewRoundState
from shared.contracts.verdict import VerdictState

OWNERS = ("intake", "validator", "review", "publisher")
SEPARATOR = "~"


class Thing(NamedTuple):
    """What an owner keeps under one kind of subject."""

    owner: str
    name: str
    state: type[WireModel]
    happened: tuple[str, ...]


THINGS = (
    Thing("intake", "project", ProjectState, ("registered", "amended", "ended", "terminated")),
    Thing("intake", "website", WebsiteState, ("set", "removed")),
    Thing("intake", "logo", LogoState, ("set", "removed")),
    Thing("intake", "contact", ContactState, ("changed",)),
    Thing("intake", "result", ResultState, ("received", "revised", "described", "deleted")),
    Thing("intake", "round", RoundState, ("submitted", "withdrawn")),
    Thing("intake", "report", ElsewhereReportState, ("approved_elsewhere", "returned_elsewhere")),
    Thing("validator", "result", VerdictState, ("checked",)),
    Thing("validator", "logo", VerdictState, ("checked",)),
    Thing("review", "round", ReviewRoundState, ("claimed", "released", "approved", "returned", "reopened")),
    Thing("review", "result", ReviewResultState, ("decided", "waived", "taken_down")),
    Thing("review", "report", ReportState, ("approved", "update_requested", "rejected", "reception_cancelled")),
    Thing("publisher", "result", PublicationState, ("published", "withheld", "withdrawn")),
    Thing("publisher", "website", WebsiteState, ("published", "removed")),
    Thing("publisher", "logo", PublicLogoState, ("published", "removed")),
)
STATES = {(thing.owner, thing.name): thing.state for thing in THINGS}
EVENT_TYPES = {f"{thing.owner}.{thing.name}.{happened}.v1": thing for thing in THINGS for happened in thing.happened}


class Address(NamedTuple):
    """A subject taken apart. `thing_id` is empty for things of which a project has one."""

    owner: str
    project_id: str
    thing: str
    thing_id: str


def subject(owner: str, project_id: str, thing: str, thing_id: str = "") -> str:
    """Return the subject of a thing. Ids must have been checked: a dot or a star would name other subjects."""
    tokens = [owner, project_id, thing, *([thing_id] if thing_id else [])]
    assert all(token and not set(token) & set(".*> \t\r\n") for token in tokens), tokens
    return ".".join(tokens)


def address(subject_name: str) -> Address:
    """Take a subject of the log apart."""
    owner, project_id, thing, *rest = subject_name.split(".")
    return Address(owner, project_id, thing, rest[0] if rest else "")


def result_subject(owner: str, result_id: str) -> str:
    """Return the owner's subject of a result; the id names its project."""
    return subject(owner, project_of(result_id), "result", result_id)


def project_of(result_id: str) -> str:
    """Return the project id that stands in a result id."""
    return result_id.split(SEPARATOR, 1)[0]


def object_key(result_id: str, revision: int, sha256: str) -> str:
    """Return the key under which every zone keeps this content: project, result, revision and digest."""
    project_id, part = result_id.split(SEPARATOR, 1)
    return f"{project_id}/{part}/{revision}/{sha256}"


def logo_key(project_id: str, revision: int, sha256: str) -> str:
    """Return the key of a project's logo."""
    return f"{project_id}/logo/{revision}/{sha256}"
