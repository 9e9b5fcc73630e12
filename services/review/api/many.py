"""Many decisions in one request, each with an outcome of its own."""

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from services.review.api.desk import Desk, DeskDep, OrderDep, checked_result_id
from services.review.bodies import BulkAnswer, BulkBody, BulkItem, BulkOutcome
from services.review.use_cases.commands import Done, Order
from shared.contracts.project import PROJECT_ID
from shared.contracts.review import ResultDecisionBody, RoundDecisionBody
from shared.contracts.subjects import project_of
from shared.errors import ProblemError, TransientError
from shared.http.catalogue import Language, preferred_language, texts
from shared.http.idempotency import RepetitionKeyDep, answer, fingerprint
from shared.http.roles import Role

router = APIRouter(tags=["reviews"])


@router.post("/v1/reviews/decisions", response_model=BulkAnswer)
async def decide_many(
    request: Request, desk: DeskDep, order: OrderDep, key: RepetitionKeyDep, body: BulkBody
) -> Response:
    """Decide up to 200 results and rounds, in the order in which they stand; one refusal stops none of the others."""
    language = preferred_language(request.headers.get("accept-language"))

    async def may() -> None:
        """What is repeated names nothing but what the caller sent, and what became of it."""
        order.caller.require(Role.OFFICER)

    async def act() -> Response:
        outcomes = [
            await _outcome(desk, _numbered(order, number), item, language) for number, item in enumerate(body.decisions)
        ]
        return answer(BulkAnswer(outcomes=tuple(outcomes)), 200)

    await may()
    return await desk.idempotency.run(key, fingerprint(body), act, may=may)


def _numbered(order: Order, number: int) -> Order:
    """Each item is a cause of its own: the same result may stand there twice."""
    return replace(order, act=replace(order.act, cause=f"{order.act.cause}:{number}"))


async def _outcome(desk: Desk, order: Order, item: BulkItem, language: Language) -> BulkOutcome:
    try:
        done = await _decided(desk, order, item)
    except ProblemError as error:
        detail = texts(error.code, language, **error.params)[1]
        return BulkOutcome(
            project_id=item.project_id, result_id=item.result_id, status="rejected", code=error.code, detail=detail
        )
    except TransientError:
        detail = texts("unavailable", language)[1]
        return BulkOutcome(
            project_id=item.project_id, result_id=item.result_id, status="rejected", code="unavailable", detail=detail
        )
    status = "decided" if done.changed else "unchanged"
    return BulkOutcome.model_validate({"project_id": item.project_id, "result_id": item.result_id, "status": status})


async def _decided(desk: Desk, order: Order, item: BulkItem) -> Done:
    if not PROJECT_ID.fullmatch(item.project_id):
        raise ProblemError(404, "unknown-project")
    if item.result_id is None:
        body = RoundDecisionBody(decision=item.decision, comment=item.comment)
        return await desk.decisions.decide_round(order, item.project_id, body)
    if project_of(checked_result_id(item.result_id)) != item.project_id:
        raise ProblemError(404, "unknown-result")
    decision = ResultDecisionBody(
        decision=item.decision, reasons=item.reasons, comment=item.comment, internal_note=item.internal_note
    )
    return await desk.decisions.decide_result(order, item.result_id, decision, versioned=False)
