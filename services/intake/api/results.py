"""Results over HTTP: handed in, read, described, replaced, deleted."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from services.intake.api import answers
from services.intake.api.projects import IfMatch
from services.intake.api.receiving import Receiver, Rules, is_json, is_multipart
from services.intake.api.wire import (
    Get,
    Intake,
    answered,
    known_id,
    new_order,
    result_project,
)
from services.intake.bodies import ResultPatch, UploadReference, parsed
from services.intake.domain.access import CHANGES_RESULTS
from services.intake.domain.files import require_format
from services.intake.domain.results import handed, inline_content, require_result
from services.intake.use_cases.commands import Done, Order
from services.intake.use_cases.gathering import Wanted
from services.intake.use_cases.results import Added
from shared.contracts.result import ResultMetadata
from shared.errors import FieldError, ProblemError
from shared.http.auth import CallerDep
from shared.http.etag import is_not_modified
from shared.http.idempotency import RepetitionKeyDep, fingerprint
from shared.http.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor, page
from shared.view import ProjectView

EXPECTED = "multipart/form-data or application/json"


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    """A body that FastAPI does not read itself; the models inside it are in the document already."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)
    return schema


BINARY = {"type": "string", "format": "binary"}
NEW_RESULT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["metadata"],
                    "properties": {"metadata": _schema(ResultMetadata), "file": BINARY},
                },
                "encoding": {"metadata": {"contentType": "application/json"}},
            },
            "application/json": {"schema": _schema(ResultMetadata)},
        },
    }
}
NEW_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {"file": BINARY}}},
            "application/json": {"schema": _schema(UploadReference)},
        },
    }
}


def build_results(get: Get) -> APIRouter:
    """Return the routes of a project's results."""
    router = APIRouter(prefix="/v1/projects/{project_id}/results", tags=["results"])

    @router.post("", status_code=201, response_model=answers.ResultAnswer, openapi_extra=NEW_RESULT)
    async def post_result(request: Request, project_id: str, caller: CallerDep, key: RepetitionKeyDep) -> Response:
        """Hand in a result: a file with its metadata, a link, a text, or a finished upload.

        An `external_id` that the same caller used before in this project makes a new revision, answered with 200.
        """
        intake, order = get(), new_order(request, caller, key=key)
        await intake.admit_result(order, known_id(project_id))
        if is_multipart(request):
            return await _posted_in_parts(intake, request, order, project_id)
        if is_json(request):
            return await _posted_as_json(intake, request, order, project_id)
        raise ProblemError(415, "unsupported-media-type", expected=EXPECTED)

    @router.get("")
    async def list_results(
        request: Request,
        response: Response,
        project_id: str,
        caller: CallerDep,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page[answers.ResultAnswer]:
        """List the results that were not deleted, oldest first; `history` is in the single result."""
        view = await get().read(project_id, caller)
        return _page(request, response, view, limit, cursor)

    return router


async def _posted_in_parts(intake: Intake, request: Request, order: Order, project_id: str) -> Response:
    rules = Rules(
        judge_name=require_format,
        judge_metadata=lambda data: parsed(ResultMetadata, data),
        file_bytes_max=intake.upload_bytes_max,
    )
    async with intake.bodies.slot(order.caller.sub):
        with intake.spools.open() as spool:
            received = await Receiver(spool, rules).read(request)
            metadata, content = received.metadata, received.content
            if not isinstance(metadata, ResultMetadata):
                raise ProblemError(422, "missing-metadata")
            if metadata.kind != "file" or content is None:
                if content is not None:
                    raise ProblemError(422, "unexpected-file")
                return await _gathered(intake, order, project_id, metadata)
            if metadata.upload_id:
                raise ProblemError(422, "unexpected-file")
            new = handed(metadata, content)

            async def act() -> Response:
                return _added(await intake.add_result(order, project_id, new, spool))

            told = fingerprint(metadata, content.sha256, content.name)
            may = intake.may(order.caller, project_id, *CHANGES_RESULTS)
            return await intake.idempotency.run(order.key, told, act, may=may)


async def _posted_as_json(intake: Intake, request: Request, order: Order, project_id: str) -> Response:
    metadata = parsed(ResultMetadata, await request.body())
    return await _gathered(intake, order, project_id, metadata)


async def _gathered(intake: Intake, order: Order, project_id: str, metadata: ResultMetadata) -> Response:
    wanted = Wanted(metadata=metadata, upload_id=metadata.upload_id)

    async def act() -> Response:
        if order.key and (earlier := await intake.add_result.earlier(order, project_id, metadata.external_id)):
            return _added(earlier)
        async with intake.gather(order, project_id, wanted) as (content, spool):
            added = await intake.add_result(order, project_id, handed(metadata, content), spool)
        return _added(added)

    may = intake.may(order.caller, project_id, *CHANGES_RESULTS)
    return await intake.idempotency.run(order.key, fingerprint(metadata), act, may=may)


def _added(added: Added) -> Response:
    one = require_result(added.view, added.result_id)
    return answered(
        answers.result_answer(added.view, one),
        answers.result_version(added.view, one),
        201 if added.created else 200,
        Location=f"/v1/results/{added.result_id}",
    )


def _page(
    request: Request, response: Response, view: ProjectView, limit: int, cursor: str | None
) -> Page[answers.ResultAnswer]:
    after = decode_cursor(cursor, 2)
    live = [one for one in view.results() if not one.state.deleted]
    if after is not None:
        live = [one for one in live if (one.state.created_at.isoformat(), one.state.id) > tuple(map(str, after))]
    shown, more = live[:limit], len(live) > limit
    following = encode_cursor(shown[-1].state.created_at.isoformat(), shown[-1].state.id) if more else None
    return page(request, response, [answers.result_answer(view, one) for one in shown], following)


def build_one_result(get: Get) -> APIRouter:
    """Return the routes of a single result."""
    router = APIRouter(prefix="/v1/results/{result_id}", tags=["results"])

    @router.get("", response_model=answers.ResultAnswer)
    async def get_result(request: Request, result_id: str, caller: CallerDep) -> Response:
        """Read a result with its checks, findings, decision and history; while it is checked, with the progress."""
        intake = get()
        view, one = await intake.read_result(result_id, caller)
        version, progress = answers.result_version(view, one), await intake.progress_of(one)
        if progress is None and is_not_modified(request.headers.get("if-none-match"), version):
            return Response(status_code=304, headers={"ETag": version.etag})
        told = await intake.history.of_result(result_id)
        entries = [answers.history_entry(recorded, extra) for recorded, extra in told]
        body = answers.result_answer(view, one, entries).model_copy(update={"progress": progress})
        return answered(body, version)

    @router.patch("", response_model=answers.ResultAnswer)
    async def patch_result(
        request: Request, result_id: str, body: ResultPatch, caller: CallerDep, if_match: IfMatch = None
    ) -> Response:
        """Describe a result anew; a new url or text is a new revision and needs new verdicts."""
        intake, order = get(), new_order(request, caller, if_match=if_match)
        view = await intake.commands.view(result_project(result_id))
        done = await _patched(intake, order, view, result_id, body)
        return _shown(done.view, result_id)

    @router.put("/file", response_model=answers.ResultAnswer, openapi_extra=NEW_FILE)
    async def put_file(request: Request, result_id: str, caller: CallerDep, if_match: IfMatch = None) -> Response:
        """Replace the file: a new revision, which needs new verdicts. As a part `file`, or as a finished upload."""
        intake, order = get(), new_order(request, caller, if_match=if_match)
        view = await _readable(intake, order, result_id)
        await intake.admit_result(order, view.log.project_id, result_id)
        if require_result(view, result_id).state.kind != "file":
            raise ProblemError(422, "unexpected-file")
        if is_multipart(request):
            done = await _replaced(intake, request, order, result_id)
        elif is_json(request):
            done = await _replaced_by_upload(intake, request, order, result_id)
        else:
            raise ProblemError(415, "unsupported-media-type", expected=EXPECTED)
        return _shown(done.view, result_id)

    @router.delete("", status_code=204)
    async def delete_result(request: Request, result_id: str, caller: CallerDep, if_match: IfMatch = None) -> Response:
        """Delete a result that was never public; afterwards it is 410."""
        intake, order = get(), new_order(request, caller, if_match=if_match)
        await _readable(intake, order, result_id)
        await intake.delete_result(order, result_id)
        return Response(status_code=204)

    return router


async def _readable(intake: Intake, order: Order, result_id: str) -> ProjectView:
    view, _ = await intake.read_result(result_id, order.caller)
    return view


async def _patched(intake: Intake, order: Order, view: ProjectView, result_id: str, patch: ResultPatch) -> Done:
    """Describe, or revise when the address or the text is a new one."""
    await _readable(intake, order, result_id)
    state = require_result(view, result_id).state
    for name, kind in (("url", "link"), ("text", "text")):
        if getattr(patch, name) is not None and state.kind != kind:
            fault = FieldError(pointer=f"/{name}", code="unknown-field", detail="")
            raise ProblemError(422, "invalid-body", errors=(fault,))
    inline = inline_content(state.kind, url=patch.url, text=patch.text) if patch.url or patch.text else None
    if inline is None:
        return await intake.describe_result(order, result_id, patch)
    await intake.admit_result(order, state.project_id, result_id)
    name, kind, data = inline
    spool = intake.spools.holding(data)
    content = await spool.finish(name, kind)
    if content.sha256 == state.file.sha256:
        return await intake.describe_result(order, result_id, patch)
    url = patch.url.strip() if patch.url else None
    return await intake.revise_result(order, result_id, content, spool, url=url, telling=patch.merged)


async def _replaced(intake: Intake, request: Request, order: Order, result_id: str) -> Done:
    rules = Rules(judge_name=require_format, file_bytes_max=intake.upload_bytes_max)
    async with intake.bodies.slot(order.caller.sub):
        with intake.spools.open() as spool:
            received = await Receiver(spool, rules).read(request)
            if received.content is None:
                raise ProblemError(422, "missing-file")
            return await intake.revise_result(
                order, result_id, received.content, spool, url=None, telling=lambda _: None
            )


async def _replaced_by_upload(intake: Intake, request: Request, order: Order, result_id: str) -> Done:
    reference = parsed(UploadReference, await request.body())
    async with intake.gather.uploaded(order, result_project(result_id), reference.upload_id) as (content, spool):
        return await intake.revise_result(order, result_id, content, spool, url=None, telling=lambda _: None)


def _shown(view: ProjectView, result_id: str) -> Response:
    one = require_result(view, result_id)
    return answered(answers.result_answer(view, one), answers.result_version(view, one))
