"""CloudEvents 1.0 over HTTP: structured, binary and batch; an outcome for each, in order. And the code lists."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.intake.api.wire import Get, Intake, answered
from services.intake.cloudevents import as_told, event_of, read_json
from services.intake.domain.outcomes import Identity, Outcome
from services.intake.use_cases.upstream import rejected
from shared.errors import ProblemError
from shared.http.auth import CallerDep
from shared.http.roles import Caller, Role
from shared.vocabularies import Term, everything

STRUCTURED, BATCH, JSON = "application/cloudevents+json", "application/cloudevents-batch+json", "application/json"
EVENTS_MAX = 100
BODY_BYTES_MAX = 1 << 20
_EVENT = {
    "type": "object",
    "required": ["specversion", "id", "source", "type"],
    "properties": {
        **{name: {"type": "string"} for name in ("specversion", "id", "source", "type", "time")},
        "data": {"type": "object"},
    },
}
EVENTS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": _EVENT},
            BATCH: {"schema": {"type": "array", "maxItems": EVENTS_MAX, "items": _EVENT}},
            JSON: {"schema": {"type": "object", "description": "the data, with the attributes as ce- headers"}},
        },
    }
}


class OutcomesAnswer(BaseModel):
    """One outcome for each event, in the order of the events."""

    outcomes: list[Outcome]


def build_events(get: Get) -> APIRouter:
    """Return the routes of upstream events."""
    router = APIRouter(prefix="/v1/events", tags=["events"])

    @router.post("", status_code=202, response_model=OutcomesAnswer, openapi_extra=EVENTS_BODY)
    async def post_events(request: Request, caller: CallerDep) -> Response:
        """Take events of an upstream system: each is accepted, known already, or rejected with a code."""
        caller.require(Role.UPSTREAM)
        found = await _events(request)
        correlation = request.scope.get("request_id", "")
        outcomes = [await _outcome(get(), caller, one, correlation) for one in found]
        return answered(OutcomesAnswer(outcomes=outcomes), None, 202)

    @router.get("/{source:path}/{event_id}", response_model=Outcome)
    async def get_event(source: str, event_id: str, caller: CallerDep) -> Response:
        """Read the outcome of an event again, by the sender's own id. Encode slashes of an id twice."""
        caller.require(Role.UPSTREAM)
        identity = Identity(sub=caller.sub, source=source, id=unquote(event_id))
        outcome = await get().outcomes.read(identity)
        if outcome is None:
            raise ProblemError(404, "unknown-event")
        return answered(outcome, None)

    return router


def build_vocabularies() -> APIRouter:
    """Return the route of the code lists."""
    router = APIRouter(tags=["vocabularies"])

    @router.get("/v1/vocabularies")
    async def get_vocabularies() -> dict[str, str | tuple[Term, ...]]:
        """Read every code list by its name, with labels in English and Latvian; `version` is that of the categories."""
        found = everything()
        return {"version": found.version, **found.vocabularies}

    return router


async def _events(request: Request) -> list[Any]:
    """Return the events in their structured form. Raises 400, 413, 415 and 422 `invalid-event`."""
    body = await request.body()
    if len(body) > BODY_BYTES_MAX:
        raise ProblemError(413, "request-too-large", limit=BODY_BYTES_MAX)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == BATCH:
        found = read_json(body)
        if not isinstance(found, list):
            raise ProblemError(422, "invalid-event")
        if len(found) > EVENTS_MAX:
            raise ProblemError(413, "too-many-events", limit=EVENTS_MAX)
        return found
    if kind == STRUCTURED:
        return [_single(read_json(body))]
    if kind == JSON and any(name.startswith("ce-") for name in request.headers):
        attributes = {name[3:]: _decoded(text) for name, text in request.headers.items() if name.startswith("ce-")}
        return [_single({**attributes, "data": read_json(body)})]
    raise ProblemError(415, "unsupported-media-type", expected=f"{STRUCTURED}, {BATCH}, or {JSON} with ce- headers")


def _decoded(text: str) -> str:
    """Header values are percent-encoded where they hold more than printable ASCII."""
    return unquote(text)


def _single(found: Any) -> Any:
    """A request that is one event and no CloudEvent is refused as a whole."""
    event_of(found)
    return found


async def _outcome(intake: Intake, caller: Caller, found: Any, correlation: str) -> Outcome:
    try:
        event = event_of(found)
    except ProblemError as error:
        told = as_told(found.get("id")) if isinstance(found, dict) else None
        return rejected(error, datetime.now(UTC), id_=told)
    return await intake.handle_event(caller, event, correlation=correlation)
