"""A result: what beneficiaries and upstream systems hand in, and the state that intake keeps of it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from shared.contracts.model import StrictModel, WireModel
from shared.contracts.project import Language, Long, Plain, Short, bounded
from shared.contracts.visible import is_blank

RESULTS_PER_PROJECT_MAX = 500
TEXT_CHARACTERS_MAX = 100_000
URL_CHARACTERS_MAX = 2_000

CATEGORIES = (
    "project-summary", "handbook", "learning-programme", "e-learning-module", "scientific-result", "statistical-result",
    "policy-recommendation", "presentation", "press-article", "publication", "website", "mobile-application", "video",
    "photo", "other",
)  # fmt: skip

Kind = Literal["file", "link", "text"]
Text = Annotated[str, Plain, bounded(TEXT_CHARACTERS_MAX)]
Url = Annotated[str, Plain, bounded(URL_CHARACTERS_MAX)]


class Status(StrEnum):
    """Where a result is in its life (domain.md 2.3)."""

    DRAFT = "draft"
    UPLOADED = "uploaded"
    VALIDATING = "validating"
    VALID = "valid"
    INVALID = "invalid"
    QUARANTINED = "quarantined"
    CHECK_FAILED = "check_failed"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    WITHHELD = "withheld"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    DELETED = "deleted"


class DataProtection(StrictModel):
    """The statement that the result complies with data protection (R34), and who made it."""

    confirmed: bool = False
    by: Short | None = None


class Described(StrictModel):
    """What describes a result, beside its content."""

    title: Short = ""
    description: Long = ""
    category: str = ""
    languages: tuple[Language, ...] = Field(default=(), max_length=40)
    work_package: int | None = Field(default=None, ge=1, le=50)
    publish: bool = True
    withhold_reason: Long | None = None
    data_protection: DataProtection = DataProtection()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if is_blank(self.title):
            raise PydanticCustomError("missing-title", "give the result a title (R32)")
        if is_blank(self.description):
            raise PydanticCustomError("missing-description", "give the result a description (R32)")
        if self.category not in CATEGORIES:
            raise PydanticCustomError("unknown-category", "choose one of the categories in GET /v1/vocabularies (R32)")
        if not self.data_protection.confirmed:
            raise PydanticCustomError(
                "data-protection-not-confirmed", "confirm that the result complies with data protection (R34)"
            )
        if not self.publish and is_blank(self.withhold_reason):
            raise PydanticCustomError("withhold-reason-missing", "say why the result is not to be published (R33)")
        return self


class ResultMetadata(Described):
    """The body of `POST /v1/projects/{id}/results`, or its part `metadata`."""

    kind: Kind = "file"
    external_id: Short | None = None
    url: Url | None = None
    text: Text | None = None
    upload_id: Short | None = None

    @model_validator(mode="after")
    def _content(self) -> Self:
        if self.kind == "link" and not self.url:
            raise PydanticCustomError("missing-url", "a result of kind link needs its url")
        if self.kind == "text" and is_blank(self.text):
            raise PydanticCustomError("missing-text", "a result of kind text needs its text")
        return self


class ResultFile(WireModel):
    """The content: measured size in bytes, digest, and the key under which every zone keeps it."""

    name: str
    size: int
    sha256: str
    declared_type: str | None = None
    object_key: str


class ResultState(WireModel):
    """The state on `intake.<p>.result.<r>`.

    `revision` counts contents, from 1: a change of metadata alone keeps it. A text is an object, not a field.
    `submitter` is the `sub` of the token that created the result; `external_id` is unique per submitter and project.
    """

    id: str
    project_id: str
    kind: Kind
    title: str
    description: str
    category: str
    languages: tuple[str, ...] = ()
    work_package: int | None = None
    publish: bool = True
    withhold_reason: str | None = None
    data_protection: DataProtection
    external_id: str | None = None
    url: str | None = None
    revision: int
    file: ResultFile
    submitter: str
    created_at: datetime
    changed_at: datetime
    content_at: datetime
    deleted: bool = False


class ManifestEntry(WireModel):
    """One result of a submission. Approval binds to `sequence`, so to the metadata too."""

    result_id: str
    revision: int
    sha256: str
    sequence: int
    publish: bool = True


class RoundState(WireModel):
    """The state on `intake.<p>.round`: the last submission. `round` counts submissions from 1."""

    round: int
    status: Literal["submitted", "withdrawn"]
    manifest: tuple[ManifestEntry, ...]
    submitted_by: str
    submitted_at: datetime


class ElsewhereReportState(WireModel):
    """The state on `intake.<p>.report` while final reports are decided in another system."""

    status: Literal["approved_elsewhere", "returned_elsewhere"]
    source: str
    decided_at: datetime
