"""The review of one project: its dossier, earlier rounds, and the decisions on round and results."""

from fastapi import APIRouter, Header, Response

from services.review.answers import Review, ReviewResult, RoundAnswer
from services.review.api.desk import (
    DeskDep,
    OrderDep,
    ProjectIdDep,
    ReplacingOrderDep,
    ResultIdDep,
    ResultOfProjectDep,
)
from services.review.bodies import OfficerBody
from services.review.dossier import Reader, Source, dossier
from services.review.use_cases.commands import version
from services.review.use_cases.decisions import LEAD, LEAD_OR_OPERATOR, OFFICER
from shared.contracts.review import ReasonBody, ResultDecisionBody, RoundDecisionBody, WaiverBody
from shared.contracts.subjects import project_of
from shared.http.auth import CallerDep
from shared.http.etag import is_not_modified
from shared.http.idempotency import RepetitionKeyDep, answer, fingerprint

router = APIRouter(tags=["reviews"])
_REVIEW = "/v1/reviews/{project_id}"
_RESULT = f"{_REVIEW}/results/{{result_id}}"


@router.get(_REVIEW, response_model=Review)
async def current_round(
    desk: DeskDep, caller: CallerDep, project_id: ProjectIdDep, if_none_match: str | None = Header(default=None)
) -> Response:
    """The dossier: results with checks and findings, what changed since the round before, coverage, comments."""
    source = await desk.reading.current(caller, project_id)
    return _answered(source, desk.reader(caller, source.project), if_none_match)


@router.get(f"{_REVIEW}/rounds/{{number}}", response_model=Review)
async def earlier_round(
    desk: DeskDep,
    caller: CallerDep,
    project_id: ProjectIdDep,
    number: int,
    if_none_match: str | None = Header(default=None),
) -> Response:
    """A round as it was when it was decided: what it held, what the checks said, what the officer answered."""
    source = await desk.reading.round(caller, project_id, number)
    return _answered(source, desk.reader(caller, source.project), if_none_match)


def _answered(source: Source, reader: Reader, if_none_match: str | None) -> Response:
    found = version(source.project)
    if is_not_modified(if_none_match, found):
        return Response(status_code=304, headers={"ETag": found.etag})
    return answer(dossier(source, reader), 200, ETag=found.etag)


@router.post(f"{_REVIEW}/claim", response_model=RoundAnswer)
async def claim(desk: DeskDep, order: OrderDep, key: RepetitionKeyDep, project_id: ProjectIdDep) -> Response:
    """Take the open round; the same officer may ask again."""

    async def act() -> Response:
        return desk.round(await desk.decisions.claim(order, project_id), order.caller)

    may = desk.may(order.caller, project_id, *OFFICER)
    return await desk.idempotency.run(key, fingerprint(), act, may=may)


@router.post(f"{_REVIEW}/release", response_model=RoundAnswer)
async def release(desk: DeskDep, order: OrderDep, key: RepetitionKeyDep, project_id: ProjectIdDep) -> Response:
    """Give the open round back."""

    async def act() -> Response:
        return desk.round(await desk.decisions.release(order, project_id), order.caller)

    may = desk.may(order.caller, project_id, *OFFICER)
    return await desk.idempotency.run(key, fingerprint(), act, may=may)


@router.put(f"{_REVIEW}/officer", response_model=RoundAnswer)
async def assign(desk: DeskDep, order: ReplacingOrderDep, project_id: ProjectIdDep, body: OfficerBody) -> Response:
    """Give the open round to an officer (leads)."""
    return desk.round(await desk.decisions.assign(order, project_id, body.officer), order.caller)


@router.post(f"{_REVIEW}/decision", response_model=RoundAnswer)
async def decide_round(
    desk: DeskDep, order: OrderDep, key: RepetitionKeyDep, project_id: ProjectIdDep, body: RoundDecisionBody
) -> Response:
    """Approve the round, or return it to the project with what has to change."""

    async def act() -> Response:
        return desk.round(await desk.decisions.decide_round(order, project_id, body), order.caller)

    may = desk.may(order.caller, project_id, *OFFICER)
    return await desk.idempotency.run(key, fingerprint(body), act, may=may)


@router.put(f"{_RESULT}/decision", response_model=ReviewResult)
async def decide_result(
    desk: DeskDep, order: ReplacingOrderDep, result_id: ResultOfProjectDep, body: ResultDecisionBody
) -> Response:
    """Decide one result of the open round; it can be decided again until the round is."""
    return desk.result(await desk.decisions.decide_result(order, result_id, body), result_id, order.caller)


@router.post(f"{_RESULT}/waivers", response_model=ReviewResult)
async def waive(
    desk: DeskDep, order: OrderDep, key: RepetitionKeyDep, result_id: ResultOfProjectDep, body: WaiverBody
) -> Response:
    """Accept a finding on personal data, for these very bytes (leads)."""

    async def act() -> Response:
        return desk.result(await desk.decisions.waive(order, result_id, body), result_id, order.caller)

    may = desk.may(order.caller, project_of(result_id), *LEAD)
    return await desk.idempotency.run(key, fingerprint(body), act, may=may)


@router.post("/v1/projects/{project_id}/reopen", response_model=RoundAnswer)
async def reopen(
    desk: DeskDep, order: OrderDep, key: RepetitionKeyDep, project_id: ProjectIdDep, body: ReasonBody
) -> Response:
    """Unlock a project whose review is closed (leads); what is public stays."""

    async def act() -> Response:
        return desk.round(await desk.decisions.reopen(order, project_id, body.reason), order.caller)

    may = desk.may(order.caller, project_id, *LEAD)
    return await desk.idempotency.run(key, fingerprint(body), act, may=may)


@router.post("/v1/results/{result_id}/takedown", response_model=ReviewResult)
async def take_down(
    desk: DeskDep, order: OrderDep, key: RepetitionKeyDep, result_id: ResultIdDep, body: ReasonBody
) -> Response:
    """Remove a result from every public place (leads, operators)."""

    async def act() -> Response:
        return desk.result(await desk.decisions.take_down(order, result_id, body.reason), result_id, order.caller)

    may = desk.may(order.caller, project_of(result_id), *LEAD_OR_OPERATOR)
    return await desk.idempotency.run(key, fingerprint(body), act, may=may)
