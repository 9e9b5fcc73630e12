"""Uploads by reference over HTTP: announced, then put to an address of their own, in one piece or in several."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from services.intake.api import answers
from services.intake.api.receiving import arriving
from services.intake.api.wire import Get, answered, known_id, new_order
from services.intake.bodies import UploadBody
from services.intake.domain.access import CHANGES_RESULTS
from services.intake.domain.uploads import Session
from services.intake.use_cases.uploads import Span, StreamBrokenError, range_header
from shared.errors import ProblemError
from shared.http.auth import Authenticator, CallerDep
from shared.http.idempotency import RepetitionKeyDep, fingerprint


def build_uploads(get: Get) -> APIRouter:
    """Return the routes of uploads."""
    router = APIRouter(tags=["uploads"])

    @router.post("/v1/projects/{project_id}/uploads", status_code=201, response_model=answers.UploadAnswer)
    async def post_upload(
        request: Request, project_id: str, body: UploadBody, caller: CallerDep, key: RepetitionKeyDep
    ) -> Response:
        """Announce a file; the answer names the address to put it to, which serves for 48 hours and one result."""
        intake, order = get(), new_order(request, caller, key=key)
        await intake.admit_result(order, known_id(project_id), fresh=True)

        async def act() -> Response:
            if key is not None:
                await intake.admit_result(new_order(request, caller), project_id, fresh=True)
            session = await intake.begin_upload(order, project_id, body)
            return answered(_answer(session, intake.public_base or str(request.base_url)), None, 201)

        may = intake.may(caller, project_id, *CHANGES_RESULTS)
        return await intake.idempotency.run(key, fingerprint(body), act, may=may)

    @router.put(
        "/v1/uploads/{upload_id}",
        response_model=answers.UploadAnswer,
        responses={308: {"description": "Not all has come; `Range` tells how far it came."}},
        openapi_extra={"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}},
    )
    async def put_upload(request: Request, upload_id: str) -> Response:
        """Put bytes to an announced upload. The address itself is the key; a token, when sent, must be its owner's.

        `Content-Range: bytes 0-99/200` puts a piece, `bytes */200` with an empty body asks how far it came.
        """
        intake = get()
        sub, span = await _sub(request), _span(request)
        owner = await intake.receive_upload.owner(upload_id, sub, datetime.now(UTC))
        async with intake.pieces.slot(owner):
            try:
                session = await intake.receive_upload(upload_id, sub, span, _pieces(request), datetime.now(UTC))
            except StreamBrokenError as broken:
                # A sender who went away is no fault of ours, and one who fell silent is told so.
                raise broken.__cause__ or broken from None
        answer = _answer(session, intake.public_base or str(request.base_url))
        if session.complete:
            return answered(answer, None)
        return JSONResponse(answer.model_dump(mode="json"), 308, headers=range_header(session))

    return router


def _answer(session: Session, base: str) -> answers.UploadAnswer:
    return answers.UploadAnswer(
        upload_id=session.id,
        url=f"{base.rstrip('/')}/v1/uploads/{session.id}",
        headers={"Content-Type": "application/octet-stream"},
        expires_at=session.expires_at,
        size=session.size,
        received=session.size if session.complete else session.received,
        complete=session.complete,
    )


async def _sub(request: Request) -> str | None:
    """Return the `sub` of the token, when there is one."""
    scheme, token = get_authorization_scheme_param(request.headers.get("authorization"))
    if not token or scheme.lower() != "bearer":
        return None
    authenticator: Authenticator = request.app.state.authenticator
    return (await authenticator.authenticate(token)).sub


def _span(request: Request) -> Span | None:
    header = request.headers.get("content-range")
    length = request.headers.get("content-length", "")
    return Span.of(header, int(length) if length.isdecimal() else None) if header is not None else None


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in arriving(request):
            yield chunk
    except ClientDisconnect as error:
        raise StreamBrokenError from error
    except ProblemError as error:
        if error.status == 408:
            raise StreamBrokenError from error
        raise
