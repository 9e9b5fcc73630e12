"""Submissions and the history over HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from services.intake.api import answers
from services.intake.api.projects import IfMatch
from services.intake.api.wire import Get, Intake, answered, known_id, new_order, unless_known
from shared.errors import ProblemError
from shared.http.auth import CallerDep
from shared.http.idempotency import RepetitionKeyDep, fingerprint
from shared.http.pagination import Cursor, Limit, Page, decode_cursor, encode_cursor, page
from shared.http.roles import Role

HEARTBEAT_SECONDS = 15.0
STREAM_SECONDS_MAX = 1_800.0
STOP_POLL_SECONDS = 0.5
LOOK_SECONDS = 5.0
EVENT_STREAM = "text/event-stream"
SEQUENCE = re.compile(r"[0-9]{1,18}")


def build_rounds(get: Get) -> APIRouter:
    """Return the routes of submissions."""
    router = APIRouter(prefix="/v1/projects/{project_id}/submissions", tags=["submissions"])

    @router.post("", status_code=201, response_model=answers.SubmissionAnswer)
    async def post_submission(request: Request, project_id: str, caller: CallerDep, key: RepetitionKeyDep) -> Response:
        """Submit every live result for review and lock the project (R27, R38)."""
        intake, order = get(), new_order(request, caller, key=key)
        may = intake.may(caller, known_id(project_id), Role.COORDINATOR)

        async def act() -> Response:
            done = await intake.submit_round(order, project_id)
            return answered(answers.submission_answer(done.view), answers.thing_version(done.view, "round"), 201)

        return await intake.idempotency.run(key, fingerprint(await request.body()), act, may=may)

    @router.get("/current", response_model=answers.SubmissionAnswer)
    async def get_submission(request: Request, project_id: str, caller: CallerDep) -> Response:
        """Read the last submission."""
        view = await get().read(project_id, caller)
        if view.round.submission is None:
            raise ProblemError(404, "unknown-round")
        return unless_known(request, lambda: answers.submission_answer(view), answers.thing_version(view, "round"))

    @router.delete("/current", status_code=204)
    async def delete_submission(
        request: Request, project_id: str, caller: CallerDep, if_match: IfMatch = None
    ) -> Response:
        """Take the submission back, until an officer claims it. `If-Match` is optional here."""
        await get().withdraw_round(new_order(request, caller, if_match=if_match), known_id(project_id))
        return Response(status_code=204)

    return router


def build_history(get: Get) -> APIRouter:
    """Return the route of the history, as pages or as a stream."""
    router = APIRouter(tags=["projects"])

    @router.get(
        "/v1/projects/{project_id}/history",
        response_model=Page[answers.HistoryEntry],
        responses={200: {"content": {EVENT_STREAM: {}}}},
    )
    async def get_history(
        request: Request,
        response: Response,
        project_id: str,
        caller: CallerDep,
        limit: Limit = 50,
        cursor: Cursor = None,
        last_event_id: Annotated[str | None, Header(description="Where a stream goes on.")] = None,
    ) -> Response | Page[answers.HistoryEntry]:
        """Read what happened, newest last; `Accept: text/event-stream` keeps sending."""
        intake = get()
        await intake.read(project_id, caller)
        if EVENT_STREAM in request.headers.get("accept", ""):
            return StreamingResponse(_stream(intake, project_id, _last_seen(last_event_id)), media_type=EVENT_STREAM)
        start = decode_cursor(cursor, 1)
        entries, following = await _entries(intake, project_id, _place(start), limit)
        return page(request, response, entries, following)

    return router


def _last_seen(header: str | None) -> int:
    """Return where a stream goes on: behind the event that the client saw last, else at the beginning."""
    return int(header) if header and SEQUENCE.fullmatch(header) else 0


def _place(values: tuple[object, ...] | None) -> int:
    if values is None:
        return 0
    (place,) = values
    if not isinstance(place, int) or place < 0:
        raise ProblemError(422, "invalid-cursor")
    return place


async def _entries(
    intake: Intake, project_id: str, after: int, limit: int
) -> tuple[list[answers.HistoryEntry], str | None]:
    entries: list[answers.HistoryEntry] = []
    async for recorded, extra in intake.history.of_project(project_id, after):
        if len(entries) == limit:
            return entries, encode_cursor(entries[-1].id)
        entries.append(answers.history_entry(recorded, extra))
    return entries, None


async def _stream(intake: Intake, project_id: str, after: int) -> AsyncIterator[str]:
    """Send what happened and what happens, with a sign of life in between; the client comes back where it was."""
    loop = asyncio.get_running_loop()
    began = beat = looked = loop.time()
    yield "retry: 1000\n\n"
    async with intake.news.of(project_id) as happened:
        happened.set()
        while loop.time() - began < STREAM_SECONDS_MAX and not intake.is_stopping():
            if happened.is_set() or loop.time() - looked > LOOK_SECONDS:
                happened.clear()
                looked = loop.time()
                async for recorded, extra in intake.history.of_project(project_id, after):
                    after, beat = recorded.sequence, loop.time()
                    yield _sent(answers.history_entry(recorded, extra))
            if loop.time() - beat > HEARTBEAT_SECONDS:
                beat = loop.time()
                yield ": alive\n\n"
            await _woken(happened)


def _sent(entry: answers.HistoryEntry) -> str:
    return f"id: {entry.id}\nevent: {entry.type}\ndata: {entry.model_dump_json()}\n\n"


async def _woken(happened: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(STOP_POLL_SECONDS):
            await happened.wait()
    except TimeoutError:
        return
