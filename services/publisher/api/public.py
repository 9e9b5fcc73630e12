"""The public API: projects, published results, their files and their proofs (contract section 5)."""

from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from services.publisher.api.asked import after, asked
from services.publisher.api.front import NO_CACHE, FrontDep, ProjectId, ResultId
from services.publisher.bodies import Listing, ProjectSummary, Proof, PublicProject, PublicResult
from services.publisher.catalogue import Shown
from services.publisher.readmodel.listing import Filter
from shared.http.etag import is_not_modified
from shared.http.pagination import LIMIT_DEFAULT, Cursor, Limit

router = APIRouter(prefix="/v1", tags=["public"])

Body = TypeVar("Body", bound=BaseModel)
Asked = Annotated[Filter, Depends(asked)]

_BYTES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The bytes.", "content": {"application/octet-stream": {}}},
    206: {"description": "The part that was asked for."},
    304: {"description": "The caller holds these very bytes."},
}


@router.get("/projects")
async def list_projects(
    request: Request,
    response: Response,
    front: FrontDep,
    wanted: Asked,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Listing[ProjectSummary]:
    """Projects, newest first, or best match first when words are sought; with counts of every facet."""
    return _paged(request, response, await front.catalogue.projects(wanted, limit=limit, after=after(cursor)))


@router.get("/projects/{project_id}", response_model=PublicProject)
async def read_project(request: Request, front: FrontDep, project_id: ProjectId) -> Response:
    """A project with its website, the contacts that are public, and its published results."""
    return _versioned(request, await front.catalogue.project(project_id))


@router.get("/projects/{project_id}/logo", response_class=Response, responses=_BYTES)
@router.head("/projects/{project_id}/logo", include_in_schema=False)
async def read_logo(request: Request, front: FrontDep, project_id: ProjectId) -> Response:
    """The project's logo: png, jpeg or gif, and only one that has passed the checks."""
    return await front.downloads.logo(request, project_id)


@router.get("/results")
async def list_results(
    request: Request,
    response: Response,
    front: FrontDep,
    wanted: Asked,
    limit: Limit = LIMIT_DEFAULT,
    cursor: Cursor = None,
) -> Listing[PublicResult]:
    """Published results, newest first, or best match first when words are sought; with counts of every facet."""
    return _paged(request, response, await front.catalogue.results(wanted, limit=limit, after=after(cursor)))


@router.get("/results/{result_id}", response_model=PublicResult)
async def read_result(request: Request, front: FrontDep, result_id: ResultId) -> Response:
    """A published result; 404 until it is published, 410 with the reason after a takedown."""
    return _versioned(request, await front.catalogue.result(result_id))


@router.get("/results/{result_id}/file", response_class=Response, responses=_BYTES)
@router.head("/results/{result_id}/file", include_in_schema=False)
async def read_file(request: Request, front: FrontDep, result_id: ResultId) -> Response:
    """The approved bytes, to be saved; `ETag` and `Repr-Digest` are their SHA-256, ranges can be asked for."""
    return await front.downloads.result(request, result_id)


@router.get("/results/{result_id}/proof")
async def read_proof(response: Response, front: FrontDep, result_id: ResultId) -> Proof:
    """What was received, checked, approved and published: digests, engines, times, rounds; no names."""
    response.headers["Cache-Control"] = NO_CACHE
    return await front.prove(result_id)


def _paged(request: Request, response: Response, listing: Listing[Body]) -> Listing[Body]:
    response.headers["Cache-Control"] = NO_CACHE
    if listing.next:
        address = request.url.include_query_params(cursor=listing.next)
        response.headers["Link"] = f'<{address.path}?{address.query}>; rel="next"'
    return listing


def _versioned(request: Request, shown: Shown[Body]) -> Response:
    headers = {"ETag": shown.version.etag, "Cache-Control": NO_CACHE}
    if is_not_modified(request.headers.get("if-none-match"), shown.version):
        return Response(status_code=304, headers=headers)
    return Response(shown.body.model_dump_json(), headers=headers, media_type="application/json")
