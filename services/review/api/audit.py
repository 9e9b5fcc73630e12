"""Who did what, when, why: as pages of JSON, or the whole as CSV or NDJSON, streamed."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.review.answers import AuditEntry
from services.review.api.desk import Desk, DeskDep
from services.review.readmodel import auditing
from services.review.readmodel.auditing import EXPORT_COLUMNS, AuditQuestion, csv_line, csv_lines
from services.review.readmodel.moments import instant
from shared.errors import FieldError, ProblemError
from shared.http.auth import CallerDep
from shared.http.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor, page
from shared.http.roles import Caller, Role

router = APIRouter(tags=["audit"])
BATCH = 1_000
Format = Literal["json", "csv", "ndjson"]
_MEDIA_TYPES: dict[Format, str] = {"csv": "text/csv; charset=utf-8; header=present", "ndjson": "application/x-ndjson"}


@router.get(
    "/v1/audit",
    response_model=Page[AuditEntry],
    responses={200: {"content": {"text/csv": {}, "application/x-ndjson": {}}}},
)
async def audit(
    request: Request,
    response: Response,
    desk: DeskDep,
    caller: CallerDep,
    project_id: Annotated[str | None, Query(max_length=63)] = None,
    actor: Annotated[str | None, Query(max_length=255, description="The `sub` of somebody, or a service.")] = None,
    since: Annotated[datetime | None, Query(description="From this moment on; UTC without an offset.")] = None,
    until: Annotated[datetime | None, Query(description="Before this moment.")] = None,
    format: Annotated[Format | None, Query(description="Goes before the header Accept.")] = None,
    accept: Annotated[str | None, Header()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Response | Page[AuditEntry]:
    """The record, newest first; an export holds everything that the filters let through, oldest first."""
    question = AuditQuestion(
        agencies=_agencies(caller),
        project_id=project_id,
        actor=actor,
        since=_moment("since", since),
        until=_moment("until", until),
    )
    wanted = format or _wanted(accept)
    if wanted != "json":
        return await _export(desk, question, wanted)
    before = _before(cursor)
    found = await desk.rows.read_fresh(lambda reader: auditing.newest(reader, question, before, limit + 1))
    following = encode_cursor(found[limit - 1].sequence) if found[limit:] else None
    return page(request, response, found[:limit], following)


def _agencies(caller: Caller) -> frozenset[str] | None:
    caller.require(Role.LEAD, Role.OPERATOR)
    return None if caller.has(Role.OPERATOR) else caller.na


def _moment(name: str, asked: datetime | None) -> str | None:
    """Return a moment as the rows hold it. Raises 422 for one that is in no year of UTC."""
    try:
        return instant(asked) if asked else None
    except OverflowError as error:
        fault = FieldError(pointer=f"/query/{name}", code="invalid-value", detail="")
        raise ProblemError(422, "invalid-parameter", errors=(fault,)) from error


def _before(cursor: str | None) -> int | None:
    values = decode_cursor(cursor, 1)
    if values is None:
        return None
    if not isinstance(values[0], int):
        raise ProblemError(422, "invalid-cursor")
    return values[0]


def _wanted(accept: str | None) -> Format:
    """The first form that the caller names, and JSON for whoever takes anything."""
    for item in (accept or "").lower().split(","):
        match item.partition(";")[0].strip():
            case "text/csv":
                return "csv"
            case "application/x-ndjson" | "application/ndjson":
                return "ndjson"
            case "application/json" | "*/*":
                return "json"
    return "json"


async def _export(desk: Desk, question: AuditQuestion, wanted: Format) -> StreamingResponse:
    first = await desk.rows.read_fresh(lambda reader: auditing.oldest(reader, question, 0, BATCH))
    lines = _csv(_batches(desk, question, first)) if wanted == "csv" else _ndjson(_batches(desk, question, first))
    headers = {"Content-Disposition": f'attachment; filename="audit.{wanted}"'}
    return StreamingResponse(lines, headers=headers, media_type=_MEDIA_TYPES[wanted])


async def _batches(
    desk: Desk, question: AuditQuestion, batch: Sequence[AuditEntry]
) -> AsyncIterator[Sequence[AuditEntry]]:
    while batch:
        yield batch
        last = batch[-1].sequence
        batch = await desk.rows.read(lambda reader, last=last: auditing.oldest(reader, question, last, BATCH))  # type: ignore[misc]  # bound now


async def _csv(batches: AsyncIterator[Sequence[AuditEntry]]) -> AsyncIterator[str]:
    yield csv_line(EXPORT_COLUMNS)
    async for batch in batches:
        yield "".join(csv_lines(batch))


async def _ndjson(batches: AsyncIterator[Sequence[AuditEntry]]) -> AsyncIterator[str]:
    async for batch in batches:
        yield "".join(f"{entry.model_dump_json()}\n" for entry in batch)
