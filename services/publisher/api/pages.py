"""The public pages over HTTP: a strict policy without scripts, two languages, no cookie, pages for errors too."""

from hashlib import sha256
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Query
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from services.publisher.api.asked import after, asked
from services.publisher.api.front import NO_CACHE, FrontDep, ProjectId, ResultId
from services.publisher.bodies import Facets, FacetValue
from services.publisher.pages.links import Links, View
from services.publisher.pages.render import STATIC, page
from services.publisher.pages.words import LANGUAGES, Words
from services.publisher.readmodel.listing import FACETS, Filter
from shared.errors import ProblemError, TransientError
from shared.http.catalogue import Language, preferred_language, texts
from shared.http.pagination import Cursor
from shared.http.problems import EXCEPTION_HANDLERS

PAGE_ITEMS = 20
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
READING = ["GET", "HEAD"]
_STATIC_TYPES = {"style.css": "text/css", "emblem.svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False)

Lang = Annotated[Literal["en", "lv"] | None, Query(alias="lang")]


@router.api_route("/", methods=READING)
async def show_list(
    request: Request,
    front: FrontDep,
    wanted: Annotated[Filter, Depends(asked)],
    view: View = "projects",
    cursor: Cursor = None,
    lang: Lang = None,
) -> Response:
    """Projects or results, searched and narrowed."""
    links = Links(given=lang, view=view, wanted=wanted, cursor=cursor)
    find = front.catalogue.results if view == "results" else front.catalogue.projects
    listing = await find(wanted, limit=PAGE_ITEMS, after=after(cursor))
    site = front.catalogue.public_url
    return _html(request, "list.html", links, site=site, listing=listing, facets=_facets(listing.facets))


@router.api_route("/projects/{project_id}", methods=READING)
async def show_project(request: Request, front: FrontDep, project_id: ProjectId, lang: Lang = None) -> Response:
    """One project with its results."""
    shown = await front.catalogue.project(project_id)
    links = Links(given=lang, path=f"/projects/{project_id}")
    site, logo = front.catalogue.public_url, f"/v1/projects/{project_id}/logo"
    return _html(request, "project.html", links, site=site, project=shown.body, logo=logo)


@router.api_route("/results/{result_id}", methods=READING)
async def show_result(request: Request, front: FrontDep, result_id: ResultId, lang: Lang = None) -> Response:
    """One published result."""
    shown = await front.catalogue.result(result_id)
    project = await front.catalogue.project(shown.body.project_id)
    text = await front.downloads.text(result_id) if shown.body.kind == "text" else None
    links = Links(given=lang, path=f"/results/{result_id}")
    site = front.catalogue.public_url
    return _html(request, "result.html", links, site=site, result=shown.body, project=project.body, text=text)


@router.api_route("/static/{name}", methods=READING)
async def static(name: str) -> Response:
    """The style sheet and the emblem; their addresses change with their content."""
    if name not in _STATIC_TYPES:
        raise ProblemError(404, "not-found")
    headers = {"Cache-Control": "public, max-age=86400"}
    return FileResponse(STATIC / name, media_type=_STATIC_TYPES[name], headers=headers)


def _facets(facets: Facets) -> list[tuple[str, tuple[FacetValue, ...]]]:
    newest_first = tuple(sorted(facets.year, key=lambda one: one.value, reverse=True))
    found = [(name, newest_first if name == "year" else getattr(facets, name)) for name in FACETS]
    return [(name, values) for name, values in found if values]


def _html(request: Request, template: str, links: Links, *, status: int = 200, **shown: Any) -> Response:
    language = links.given or preferred_language(request.headers.get("accept-language"))
    body = page(template, Words(language), links, **shown).encode()
    tag = f'W/"{sha256(body).hexdigest()[:32]}"'
    headers = {
        "Content-Language": language,
        "Content-Security-Policy": POLICY,
        "Vary": "Accept-Language",
        "Cache-Control": NO_CACHE,
        "ETag": tag,
    }
    if status == 200 and request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers=headers, media_type="text/html")


def install(app: FastAPI) -> None:
    """Answer people with pages where something goes wrong on a page; the API goes on answering problems."""
    for kind in (ProblemError, TransientError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _on_error)


async def _on_error(request: Request, error: Exception) -> Response:
    kind = next(one for one in EXCEPTION_HANDLERS if isinstance(one, type) and isinstance(error, one))
    if not _is_page(request):
        language = preferred_language(request.headers.get("accept-language"))
        return await EXCEPTION_HANDLERS[kind](request, _in_words(error, Words(language)))
    answer = await EXCEPTION_HANDLERS[kind](request, error)  # logs it, and has the headers that its status asks for
    given = request.query_params.get("lang")
    links = Links(given=given if given in LANGUAGES else None, path=request.url.path)
    words = Words(links.given or preferred_language(request.headers.get("accept-language")))
    shown = _html(request, "error.html", links, **_told(error, words))
    shown.headers.update({name: answer.headers[name] for name in ("Allow", "Retry-After") if name in answer.headers})
    return shown


def _in_words(error: Exception, words: Words) -> Exception:
    """Tell why something is gone in words, where the record has a code."""
    if isinstance(error, ProblemError) and "reason" in error.params:
        error.params["reason"] = words.reason(str(error.params["reason"]))
    return error


def _is_page(request: Request) -> bool:
    path = request.url.path
    if path == "/" or path.startswith(("/projects/", "/results/")):
        return True
    return not path.startswith("/v1/") and "text/html" in request.headers.get("accept", "")


def _told(error: Exception, words: Words) -> dict[str, Any]:
    status, code = _status(error)
    told: dict[str, Any] = {"status": status, "number": status, "reason": None}
    if status == 404:
        return told | {"heading": words("not-found-title"), "detail": words("not-found")}
    if status == 503:
        return told | {"heading": words("unavailable-title"), "detail": words("unavailable")}
    if status in (400, 422):
        return told | {"heading": words("not-understood-title"), "detail": words("not-understood")}
    if status == 410 and isinstance(error, ProblemError):
        reason = words.reason(str(error.params["reason"])) if "reason" in error.params else None
        return told | {"heading": words("gone-title"), "detail": words("gone"), "reason": reason}
    language: Language = words.language
    title, detail = texts(code, language)
    return told | {"heading": title, "detail": detail}


def _status(error: Exception) -> tuple[int, str]:
    if isinstance(error, ProblemError):
        return error.status, error.code
    if isinstance(error, HTTPException):
        return error.status_code, "not-found" if error.status_code == 404 else "method-not-allowed"
    if isinstance(error, TransientError):
        return 503, "unavailable"
    return 422, "invalid-parameter"
