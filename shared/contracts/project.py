"""A project: what an upstream system registers, and the state that intake keeps of it.

Names, addresses and telephone numbers of people are not in the state: they lie in the key-value bucket `contacts`
under `contacts_key`; the log carries contact ids only.
"""

import re
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, HttpUrl, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from shared.contracts.model import StrictModel, WireModel
from shared.contracts.visible import Straight, Visible

PROJECT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{2,62}")
CONTACT_ID = r"^[A-Za-z0-9_-]{1,64}$"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
TITLE_CHARACTERS_MAX = 300
DESCRIPTION_CHARACTERS_MAX = 5_000


def bounded(limit: int) -> AfterValidator:
    """Refuse a text that is longer than `limit` characters with the public code `too-long`."""

    def check(text: str) -> str:
        if len(text) > limit:
            raise PydanticCustomError(
                "too-long",
                "at most {limit} characters are allowed, this has {length}",
                {"limit": limit, "length": len(text)},
            )
        return text

    return AfterValidator(check)


def _without_control_characters(text: str) -> str:
    if _CONTROL.search(text):
        raise PydanticCustomError("control-characters", "control characters are not allowed")
    return text


Plain = AfterValidator(_without_control_characters)
Short = Annotated[str, Plain, Straight, bounded(TITLE_CHARACTERS_MAX)]
Long = Annotated[str, Plain, Straight, bounded(DESCRIPTION_CHARACTERS_MAX)]
Title = Annotated[str, StringConstraints(min_length=1), Plain, Straight, bounded(TITLE_CHARACTERS_MAX), Visible]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Agency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{2}$")]


class Organisation(StrictModel):
    """An organisation of the project. Exactly one is its coordinator."""

    id: Short
    name: Title
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    city: Short | None = None
    region: Short | None = None
    role: Literal["coordinator", "partner"] = "partner"
    type: Short | None = None
    website: HttpUrl | None = None
    withdrawn: bool = False


class Contact(StrictModel):
    """A person of the project, as the upstream system knows them. Public only as far as their flags say (R24)."""

    id: Annotated[str, StringConstraints(pattern=CONTACT_ID)]
    organisation_id: Short | None = None
    name: Short
    email: Short | None = None
    phone: Short | None = None
    access: Literal["coordinator", "edit", "view"] = "view"
    sub: Short | None = None


class AgencyContact(StrictModel):
    """The agency's expert for this project (R48)."""

    name: Short
    role: Short | None = None
    unit: Short | None = None
    email: Short | None = None
    phone: Short | None = None


class Activity(StrictModel):
    """A planned activity of a content work package (R7)."""

    number: int = Field(ge=1, le=99)
    title: Title


class WorkPackage(StrictModel):
    """A work package; number 1 is always project management (R5)."""

    number: int = Field(ge=1, le=50)
    title: Title
    planned_results: Long | None = None
    amount_eur: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    activities: tuple[Activity, ...] = Field(default=(), max_length=99)


class ProjectDescription(StrictModel):
    """What describes a project and names no person."""

    title: Title
    acronym: Short | None = None
    summary: Long | None = None
    programme: Literal["erasmus-plus", "solidarity-corps"] = "erasmus-plus"
    key_action: Short | None = None
    action_type: Short | None = None
    call_year: int | None = Field(default=None, ge=1987, le=2100)
    start_date: date
    end_date: date
    languages: tuple[Language, ...] = Field(min_length=1, max_length=40)
    na: Agency
    granting_authority: Short | None = None
    funding: Literal["funded", "co-funded"] = "co-funded"
    grant_eur: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    results_required: bool = True
    report_deadline: date | None = None
    topics: tuple[Short, ...] = Field(default=(), max_length=50)
    organisations: tuple[Organisation, ...] = Field(min_length=1, max_length=100)
    work_packages: tuple[WorkPackage, ...] = Field(default=(), max_length=50)


class Project(ProjectDescription):
    """The body of `PUT /v1/projects/{project_id}`."""

    contacts: tuple[Contact, ...] = Field(default=(), max_length=50)
    na_contact: AgencyContact | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if sum(one.role == "coordinator" for one in self.organisations) != 1:
            raise PydanticCustomError("one-coordinator", "exactly one organisation must have the role coordinator")
        if self.end_date < self.start_date:
            raise PydanticCustomError("dates-reversed", "end_date must not be before start_date")
        for name, ids in (
            ("organisations", [one.id for one in self.organisations]),
            ("contacts", [one.id for one in self.contacts]),
            ("work_packages", [one.number for one in self.work_packages]),
        ):
            if len(set(ids)) != len(ids):
                raise PydanticCustomError("not-unique", "the ids in {name} must differ", {"name": name})
        return self


class ContactAccess(WireModel):
    """What the log keeps of a contact: who may act, no personal data beside the token's `sub`."""

    id: str
    organisation_id: str | None = None
    access: Literal["coordinator", "edit", "view"]
    sub: str | None = None


class Termination(WireModel):
    """The project ended early; with eligible costs it still publishes what was approved (A3)."""

    eligible_costs: bool
    at: datetime


class ProjectState(WireModel):
    """The state on `intake.<p>.project`."""

    id: str
    description: ProjectDescription
    contacts: tuple[ContactAccess, ...] = ()
    contacts_key: str | None = None
    registered_at: datetime
    ended_at: datetime | None = None
    termination: Termination | None = None


class WebsiteState(WireModel):
    """The state on `intake.<p>.website` and `publisher.<p>.website`. No `url`: there is none."""

    url: str | None = None
    basis: int | None = None


class LogoFile(WireModel):
    """The picture itself: measured size in bytes, digest, and where it lies."""

    name: str
    size: int
    sha256: str
    object_key: str
    declared_type: str | None = None


class LogoState(WireModel):
    """The state on `intake.<p>.logo`. No `file`: there is none."""

    revision: int
    file: LogoFile | None = None


class PublicLogoState(WireModel):
    """The state on `publisher.<p>.logo`."""

    revision: int = 0
    sha256: str | None = None
    object_key: str | None = None
    content_type: str | None = None


class ContactFlags(StrictModel):
    """What of a contact may be public (R24). The body of `PATCH .../contacts/{contact_id}`."""

    publish_name: bool | None = None
    publish_email: bool | None = None
    publish_phone: bool | None = None


class ContactState(WireModel):
    """The state on `intake.<p>.contact.<id>`; the public fields lie in `contacts-public` under `public_key`."""

    contact_id: str
    publish_name: bool = False
    publish_email: bool = False
    publish_phone: bool = False
    public_key: str | None = None


class PublicContact(WireModel):
    """One entry of the bucket `contacts-public`: only what is flagged."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
