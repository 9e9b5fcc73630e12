"""The scanned bytes under review, as a download that no browser renders in our origin."""

from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from services.review.api.desk import DeskDep, ProjectIdDep, ResultOfProjectDep
from shared.errors import ProblemError
from shared.http.auth import CallerDep
from shared.http.download import download_headers, wanted_part
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
    if if_none_match is not None and (if_none_match.strip() == "*" or etag in if_none_match):
        return Response(status_code=304, headers={"ETag": etag})
    try:
        size = await desk.clean.size(stored.object_key)
    except ObjectMissingError as error:
        raise ProblemError(409, "file-not-available") from error
    part = wanted_part(range_, if_range, size=size, etag=etag)
    return StreamingResponse(
        desk.clean.read(stored.object_key, start=part.start, length=part.length),
        200 if part.is_whole else 206,
        headers=download_headers(stored.name, stored.sha256, part),
        media_type=_BINARY,
    )
