"""What the public API answers. Every field here is public on purpose; nothing is added by accident."""

from datetime import date, datetime
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from shared.contracts.model import WireModel

Item = TypeVar("Item")


class FacetValue(WireModel):
    """How many items of the list have this value, with all other filters applied."""

    value: str
    count: int


class Facets(WireModel):
    """The values by which a list can be narrowed."""

    programme: tuple[FacetValue, ...] = ()
    year: tuple[FacetValue, ...] = ()
    country: tuple[FacetValue, ...] = ()
    language: tuple[FacetValue, ...] = ()
    category: tuple[FacetValue, ...] = ()


class Listing(BaseModel, Generic[Item]):
    """One page of a list; `total` counts all pages, `next` is null on the last."""

    items: list[Item]
    next: str | None = None
    total: int
    facets: Facets


class PublicOrganisation(WireModel):
    """An organisation that takes part; those that withdrew are not shown."""

    name: str
    country: str | None = None
    city: str | None = None
    region: str | None = None
    role: Literal["coordinator", "partner"]
    type: str | None = None
    website: str | None = None


class PublicPerson(WireModel):
    """A contact, as far as its flags make it public (R24)."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None


class PublicFile(WireModel):
    """The approved bytes: `size` in bytes, `sha256` as 64 hex digits."""

    name: str
    size: int
    sha256: str
    media_type: str


class PublicResult(WireModel):
    """A published result with the metadata that was approved."""

    id: str
    project_id: str
    project_title: str
    status: Literal["published"] = "published"
    kind: Literal["file", "link", "text"]
    title: str
    description: str
    category: str
    languages: tuple[str, ...]
    url: str | None = None
    revision: int
    file: PublicFile
    published_at: datetime
    first_published_at: datetime
    file_url: str
    proof_url: str
    page_url: str


class ProjectSummary(WireModel):
    """A project in a list."""

    id: str
    title: str
    acronym: str | None = None
    summary: str | None = None
    programme: str
    call_year: int | None = None
    start_date: date
    end_date: date
    languages: tuple[str, ...]
    organisations: tuple[PublicOrganisation, ...]
    website: str | None = None
    logo: str | None = None
    results_count: int
    page_url: str


class PublicProject(ProjectSummary):
    """A project with all that is public of it."""

    funding: Literal["funded", "co-funded"]
    granting_authority: str | None = None
    contacts: tuple[PublicPerson, ...] = ()
    results: tuple[PublicResult, ...] = ()


class ProvenCheck(WireModel):
    """One check and the engine that ran it, with the version of its data."""

    check: str
    outcome: str
    engine: str


class ProvenStep(WireModel):
    """One message of the record that the publication rests on."""

    sequence: int
    event_id: str
    type: str
    at: datetime


class ProvenVerdict(ProvenStep):
    """The checks of these very bytes."""

    sha256: str
    outcome: str
    signatures: str | None = None
    checks: tuple[ProvenCheck, ...]
    waived_findings: int = Field(description="Personal-data findings that the agency looked at and accepted.")


class ProvenApproval(ProvenStep):
    """The agency's approval of the round that holds this content."""

    round: int
    sha256: str
    revision: int


class Proof(WireModel):
    """What was received, checked, approved and published, step by step, without names."""

    result_id: str
    revision: int
    sha256: str
    size: int
    received: ProvenStep
    verdict: ProvenVerdict
    approval: ProvenApproval
    gate: ProvenStep = Field(description="The final report's approval, or the termination with eligible costs.")
    publication: ProvenStep
