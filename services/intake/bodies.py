"""Bodies that callers send beside those in `shared.contracts`, and how a fault in one becomes a refusal."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from shared.contracts.model import StrictModel
from shared.contracts.project import Language, Long, Project, Short
from shared.contracts.result import DataProtection, Described, ResultMetadata, ResultState, Text, Url
from shared.http.problems import refusal

M = TypeVar("M", bound=BaseModel)
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class WebsiteBody(StrictModel):
    """The body of `PUT /v1/projects/{id}/website`."""

    url: Url


class UploadBody(StrictModel):
    """The body of `POST /v1/projects/{id}/uploads`: size in bytes, digest as 64 lower-case hex digits."""

    filename: str
    size: int = Field(ge=0)
    sha256: Sha256


class UploadReference(StrictModel):
    """The JSON body of `PUT /v1/results/{id}/file`: a file that was uploaded before."""

    upload_id: Short


class ResultPatch(StrictModel):
    """The body of `PATCH /v1/results/{id}`: what is named is changed; a new url or text is a new revision."""

    title: Short | None = None
    description: Long | None = None
    category: str | None = None
    languages: tuple[Language, ...] | None = None
    work_package: int | None = None
    publish: bool | None = None
    withhold_reason: Long | None = None
    data_protection: DataProtection | None = None
    url: Url | None = None
    text: Text | None = None

    def merged(self, state: ResultState) -> Described:
        """Return the description with these changes; 422 when it would be incomplete (R32 to R34)."""
        told = {name: getattr(state, name) for name in Described.model_fields}
        changes = {name: getattr(self, name) for name in self.model_fields_set if name in told}
        return validated(Described, told | changes)


class ProjectEvent(Project):
    """The data of `upstream.project.registered.v1` and `.amended.v1`."""

    project_id: Short


class TerminatedEvent(StrictModel):
    """The data of `upstream.project.terminated.v1`."""

    project_id: Short
    eligible_costs: bool


class WebsiteEvent(WebsiteBody):
    """The data of `upstream.website.set.v1`."""

    project_id: Short


class ReportEvent(StrictModel):
    """The data of `upstream.report.approved.v1` and `.returned.v1`."""

    project_id: Short


class ResultEvent(StrictModel):
    """The data of `upstream.result.posted.v1`: the file by `upload_id`, or by `url` with its `sha256`."""

    project_id: Short
    metadata: ResultMetadata
    upload_id: Short | None = None
    url: Url | None = None
    sha256: Sha256 | None = None
    filename: str | None = None


def parsed(model: type[M], data: bytes) -> M:
    """Read a model from JSON. Raises 400 `malformed-json` and the 422 that says what is wrong."""
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise _refusal(error, model) from error


def validated(model: type[M], value: Any) -> M:
    """Read a model from plain data; 422 that says what is wrong."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise _refusal(error, model) from error


def _refusal(error: ValidationError, model: type[BaseModel]) -> Exception:
    faults = error.errors(include_url=False)
    return refusal([{**fault, "loc": ("body", *fault["loc"])} for fault in faults], model)
