"""The lists that officers work from: the queue of submissions and the final reports to decide."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from services.review.answers import QueueItem, ReportAnswer, ReportStatus, RoundStatus
from services.review.api.desk import DeskDep, OrderDep, ProjectIdDep, sight
from services.review.dossier import report_answer
from services.review.readmodel import queue as rows
from services.review.readmodel.queue import QueueQuestion, QueueSort, ReportQuestion
from services.review.use_cases.commands import version
from services.review.use_cases.decisions import OFFICER
from services.review.use_cases.reading import READERS
from shared.contracts.project import Agency
from shared.contracts.review import ReportDecisionBody
from shared.errors import ProblemError
from shared.http.auth import CallerDep
from shared.http.idempotency import RepetitionKeyDep, answer, fingerprint
from shared.http.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor, page
from shared.view import ProjectView

router = APIRouter()
ANY = "any"
_TO_DECIDE: tuple[ReportStatus, ...] = ("undecided", "update_requested", "reception_cancelled")
_EVERY_REPORT: tuple[ReportStatus, ...] = (*_TO_DECIDE, "approved", "rejected")

Agencies = Annotated[list[Agency], Query(description="Only these agencies.", max_length=50)]
Text = Annotated[str | None, Query(max_length=300, description="A part of id, title or acronym.")]


@router.get("/v1/reviews", tags=["reviews"])
async def queue(
    request: Request,
    response: Response,
    desk: DeskDep,
    caller: CallerDep,
    status: Annotated[
        list[RoundStatus | Literal["any"]], Query(description="Open submissions unless said otherwise.")
    ] = ["under_review"],  # noqa: B006 - FastAPI copies defaults
    officer: Annotated[str | None, Query(max_length=255, description="`me`, `none`, or the `sub` of somebody.")] = None,
    na: Agencies = [],  # noqa: B006 - FastAPI copies defaults
    finding: Annotated[
        str | None, Query(max_length=100, description="Code or severity of a finding that is not waived.")
    ] = None,
    overdue: bool | None = None,
    q: Text = None,
    sort: QueueSort = "waiting",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[QueueItem]:
    """The queue: what was submitted to the caller's agencies, the longest waiting first."""
    question = QueueQuestion(
        sight=sight(caller, *READERS),
        statuses=() if ANY in status else tuple(status),
        officer={"me": caller.sub, "none": ""}.get(officer or "", officer),
        agencies=tuple(na),
        finding=finding,
        overdue=overdue,
        text=q,
        sort=sort,
    )
    after = _after(cursor, sort)
    found = await desk.rows.read_fresh(
        lambda reader: rows.queue(
            reader, question, now=datetime.now(UTC), deadline=desk.deadline, after=after, limit=limit + 1
        )
    )
    following = encode_cursor(sort, found[limit - 1][0], found[limit - 1][1].project_id) if found[limit:] else None
    return page(request, response, [item for _, item in found[:limit]], following)


@router.get("/v1/reports", tags=["reports"])
async def reports(
    request: Request,
    response: Response,
    desk: DeskDep,
    caller: CallerDep,
    status: Annotated[
        list[ReportStatus | Literal["any"]], Query(description="Those still to be decided unless said otherwise.")
    ] = [],  # noqa: B006 - FastAPI copies defaults
    na: Agencies = [],  # noqa: B006 - FastAPI copies defaults
    q: Text = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ReportAnswer]:
    """Final reports to decide, the nearest deadline first: of projects that have ended or have submitted results."""
    named = tuple(one for one in status if one != ANY)
    question = ReportQuestion(
        sight=sight(caller, *READERS),
        statuses=_EVERY_REPORT if ANY in status else (named or _TO_DECIDE),
        to_decide=not status,
        agencies=tuple(na),
        text=q,
        today=datetime.now(desk.deadline.zone).date(),
    )
    after = _after(cursor, "deadline")
    found = await desk.rows.read_fresh(lambda reader: rows.reports(reader, question, after=after, limit=limit + 1))
    following = (
        encode_cursor("deadline", found[limit - 1][0], found[limit - 1][1].project_id) if found[limit:] else None
    )
    return page(request, response, [item for _, item in found[:limit]], following)


def _after(cursor: str | None, sort: str) -> tuple[str, str] | None:
    """Where a page starts. A cursor of another order is not one of ours."""
    values = decode_cursor(cursor, 3)
    if values is None:
        return None
    found_sort, value, project_id = values
    if found_sort != sort or not isinstance(value, str) or not isinstance(project_id, str):
        raise ProblemError(422, "invalid-cursor")
    return value, project_id


@router.get("/v1/reports/{project_id}", tags=["reports"], response_model=ReportAnswer)
async def report(desk: DeskDep, caller: CallerDep, project_id: ProjectIdDep) -> Response:
    """One final report, and whether the results let it be approved (R21)."""
    project = await desk.reading.project(caller, project_id)
    return answer(report_answer(ProjectView(project)), 200, ETag=version(project).etag)


@router.post("/v1/reports/{project_id}/decision", tags=["reports"], response_model=ReportAnswer)
async def decide_report(
    desk: DeskDep, order: OrderDep, key: RepetitionKeyDep, project_id: ProjectIdDep, body: ReportDecisionBody
) -> Response:
    """Approve, send back, reject, or cancel the reception; approval opens the way to the public (R29)."""

    async def act() -> Response:
        return desk.report(await desk.decisions.decide_report(order, project_id, body))

    may = desk.may(order.caller, project_id, *OFFICER)
    return await desk.idempotency.run(key, fingerprint(body), act, may=may)
