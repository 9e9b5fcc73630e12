"""Problem details (RFC 9457): every refusal and failure as one shape, in the caller's language, without internals."""

import json
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import FieldError, ProblemError, TransientError
from shared.http.body_model import body_of, fields_beside
from shared.http.catalogue import Language, catalogue, fault_text, preferred_language, texts

MEDIA_TYPE = "application/problem+json"
ERRORS_SHOWN_MAX = 600

log = structlog.get_logger(__name__)


class ProblemField(BaseModel):
    """One fault of one field; `pointer` is a JSON pointer into the body, or /query/<name> and the like."""

    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """The body of every answer of 4xx and 5xx (`application/problem+json`)."""

    type: str = Field(examples=["urn:results-platform:problem:project-locked"])
    title: str
    status: int
    detail: str = Field(description="What to do about it, in the language that Accept-Language prefers (en, lv).")
    code: str = Field(description="Stable, public, kebab-case.", examples=["project-locked"])
    rule: str | None = Field(default=None, description="The requirement behind it.", examples=["R38"])
    errors: list[ProblemField] | None = None
    request_id: str | None = None


_CODES_OF_STATUS = {
    400: "malformed-request",
    401: "unauthenticated",
    403: "not-yours",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "request-too-large",
    415: "unsupported-media-type",
    416: "range-not-satisfiable",
    422: "invalid-body",
    429: "too-many-requests",
    503: "unavailable",
}


def rendered(error: ProblemError, language: Language, request_id: str | None = None) -> dict[str, Any]:
    """The members of the problem document; absent ones are left out."""
    entry = catalogue().get(error.code)
    if entry is None:
        log.error("problem_code_not_in_catalogue", code=error.code)
    title, detail = texts(error.code, language, **error.params)
    document = {
        "type": f"urn:results-platform:problem:{error.code}",
        "title": title,
        "status": error.status,
        "detail": detail,
        "code": error.code,
        "rule": error.rule or (entry.rule if entry else None),
        "errors": [
            {"pointer": one.pointer, "code": one.code, "detail": fault_text(one, language)}
            for one in error.errors[:ERRORS_SHOWN_MAX]
        ]
        or None,
        "request_id": request_id,
    }
    return {name: value for name, value in document.items() if value is not None}


def respond(error: ProblemError, *, accept_language: str | None, request_id: str | None) -> Response:
    language = preferred_language(accept_language)
    body = json.dumps(rendered(error, language, request_id), ensure_ascii=False).encode()
    headers = {"Content-Language": language, "Vary": "Accept-Language", **error.headers}
    if error.status == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="results-platform"')
    return Response(body, error.status, headers=headers, media_type=MEDIA_TYPE)


def _respond_to(request: Request, error: ProblemError) -> Response:
    return respond(
        error,
        accept_language=request.headers.get("accept-language"),
        request_id=request.scope.get("request_id"),
    )


async def on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return _respond_to(request, error)


async def on_transient(request: Request, error: Exception) -> Response:
    log.warning("dependency_away", reason=str(error))
    return _respond_to(request, ProblemError(503, "unavailable", headers={"Retry-After": "2"}))


async def on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    fallback = "internal-error" if error.status_code >= 500 else "malformed-request"
    code = _CODES_OF_STATUS.get(error.status_code, fallback)
    if code == "malformed-request" and "json" in request.headers.get("content-type", ""):
        code = "malformed-json"
    headers = dict(error.headers or {})
    return _respond_to(request, ProblemError(error.status_code, code, headers=headers))


async def on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _respond_to(request, refusal(error.errors(), body_of(request.scope.get("route"))))


EXCEPTION_HANDLERS: dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]] = {
    ProblemError: on_problem,
    TransientError: on_transient,
    HTTPException: on_http_exception,
    RequestValidationError: on_invalid,
}


def refusal(faults: Sequence[Mapping[str, Any]], model: object = None) -> ProblemError:
    """The problem that stands for pydantic's `faults` (locations as FastAPI has them, `body` or `query` first).

    `model` is what the body was read as: it tells which fields are known beside a field that is not.
    A code that a contract model raised itself (`missing-title`) is the problem's code when it is the only one.
    """
    if any(fault["type"] == "json_invalid" for fault in faults):
        return ProblemError(400, "malformed-json", position=_position(faults))
    if any(isinstance(fault.get("input"), bytes) and fault["loc"] == ("body",) for fault in faults):
        return ProblemError(415, "unsupported-media-type", expected="application/json")
    errors = tuple(_fault(fault, model) for fault in faults)
    in_body = any(fault["loc"][:1] == ("body",) for fault in faults)
    codes = {error.code for error in errors}
    general = "invalid-body" if in_body else "invalid-parameter"
    (code,) = codes if len(codes) == 1 and not codes & _GENERAL else (general,)
    params = _params(faults[0], code) if code != general and len(faults) == 1 else {}
    return ProblemError(422, code, errors=errors, **params)


_GENERAL = frozenset({"missing-field", "unknown-field", "invalid-value"})
_TOO_LONG = frozenset({"string_too_long", "bytes_too_long"})
_ABSENT = frozenset({"missing", "string_too_short"})


def _position(faults: Sequence[Mapping[str, Any]]) -> int | None:
    last = faults[0]["loc"][-1] if faults[0]["loc"] else None
    return last if isinstance(last, int) else None


def _fault(fault: Mapping[str, Any], model: object) -> FieldError:
    location, code = tuple(fault["loc"]), _code(fault)
    field = catalogue()[code].field if code in catalogue() else None
    params = _params(fault, code)
    if code == "unknown-field" and (known := fields_beside(model, location[1:])):
        params["allowed"] = ", ".join(known)
    return FieldError(pointer=_pointer(location, field), code=code, params=params)


def _code(fault: Mapping[str, Any]) -> str:
    kind, name = fault["type"], fault["loc"][-1] if fault["loc"] else ""
    if kind in catalogue():
        return str(kind)
    if kind in _ABSENT and f"missing-{name}" in catalogue():
        return f"missing-{name}"
    if kind in _TOO_LONG:
        return "too-long"
    return {"missing": "missing-field", "extra_forbidden": "unknown-field"}.get(kind, "invalid-value")


def _params(fault: Mapping[str, Any], code: str) -> dict[str, Any]:
    params = {name: value for name, value in fault.get("ctx", {}).items() if isinstance(value, str | int | float)}
    if code == "too-long" and "max_length" in params:
        params["limit"] = params["max_length"]
    if code == "invalid-value":
        params["reason"] = str(fault["msg"]).removeprefix("Value error, ")
    return params


def _pointer(location: Iterable[int | str], field: str | None) -> str:
    """A JSON pointer (RFC 6901); what is not in the body keeps the name of its place, for example /query/limit."""
    parts = [str(part) for part in location]
    if parts[:1] == ["body"]:
        parts = parts[1:]
    wanted = field.split("/") if field else []
    if wanted and parts[-1:] != wanted[-1:]:
        parts = [*parts, *wanted]
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
