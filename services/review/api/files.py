"""The scanned bytes under review, as a download that no browser renders in our origin."""

from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from services.review.api.desk import DeskDep, ProjectIdDep, ResultOfProjectDep
from shared.errors import ProblemError
from shared.http.auth import CallerDep
from shared.http.download import download_headers
from shared.http.ranges import is_same, part, range_applies
from shared.storage.ports import ObjectMissingError

router = APIRouter(tags=["reviews"])
_BINARY = "application/octet-stream"


@router.get(
    "/v1/reviews/{project_id}/results/{result_id}/file",
    response_class=Response,
    responses={200: {"content": {_BINARY: {}}}, 206: {"content": {_BINARY: {}}}},
)
async def file(
    desk: DeskDep,
    caller: CallerDep,
    project_id: ProjectIdDep,
    result_id: ResultOfProjectDep,
    range_: Annotated[str | None, Header(alias="Range")] = None,
    if_range: Annotated[str | None, Header()] = None,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The bytes that were scanned, from the clean zone alone: 409 `file-not-available` while they are not there."""
    view = await desk.reading.result(caller, project_id, result_id)
    verdict, stored = view.current_verdict, view.state.file
    if verdict is None or not verdict.in_clean:
        raise ProblemError(409, "file-not-available")
    etag = f'"{stored.sha256}"'
    if is_same(if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag})
    try:
        size = await desk.clean.size(stored.object_key)
    except ObjectMissingError as error:
        raise ProblemError(409, "file-not-available") from error
    wanted = part(range_, size) if range_applies(if_range, etag) else None
    start, length = (wanted.start, wanted.length) if wanted else (0, size)
    return StreamingResponse(
        desk.clean.read(stored.object_key, start=start, length=length),
        206 if wanted else 200,
        headers=download_headers(stored.name, stored.sha256, size, wanted),
        media_type=_BINARY,
    )
