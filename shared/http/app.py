"""One way to build a service's HTTP app, and the small one that operators reach on a port of its own."""

import re
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    disable_created_metrics,
    generate_latest,
)
from starlette.types import Lifespan

from shared.health import Readiness
from shared.http.auth import Authenticator
from shared.http.body_limit import BODY_BYTES_MAX, BodyLimit
from shared.http.context import HttpMetrics, RequestContext
from shared.http.problems import EXCEPTION_HANDLERS, MEDIA_TYPE, Problem
from shared.http.reference_page import POLICY, reference_page

_PROBLEM: dict[str, Any] = {
    "description": "Refused or failed: a problem document (RFC 9457) with a stable code.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_RESPONSES: dict[int | str, dict[str, Any]] = {"4XX": {**_PROBLEM, "model": Problem}, "5XX": _PROBLEM}


def create_app(
    service: str,
    *,
    readiness: Readiness,
    lifespan: Lifespan[FastAPI] | None = None,
    routers: Sequence[APIRouter] = (),
    authenticator: Authenticator | None = None,
    registry: CollectorRegistry = REGISTRY,
    operations_here: bool = True,
    body_bytes_max: int = BODY_BYTES_MAX,
    streamed_paths: str | None = None,
    description: str = "",
    version: str = "1",
) -> FastAPI:
    """The app of `service`: problems for every error, request context, metrics, health.

    `operations_here` False leaves out /metrics and the detail of /readyz, for `create_operations_app` to serve.
    `streamed_paths` is a regular expression of the addresses whose bodies are files that the route counts itself; all
    other bodies end at `body_bytes_max`. `authenticator` is what the dependency `shared.http.auth.caller` asks.
    """
    app = FastAPI(
        title=service,
        description=description,
        version=version,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        responses=_RESPONSES,
        exception_handlers=EXCEPTION_HANDLERS,
    )
    app.state.authenticator = authenticator
    app.state.readiness = readiness
    streamed = re.compile(streamed_paths) if streamed_paths else None
    app.add_middleware(BodyLimit, bytes_max=body_bytes_max, streamed_paths=streamed)
    app.add_middleware(RequestContext, metrics=HttpMetrics.of(registry))
    app.include_router(_health(readiness, detailed=operations_here))
    if operations_here:
        app.include_router(_metrics(registry))
    for router in routers:
        app.include_router(router)
    app.include_router(_reference(app))
    return app


def create_operations_app(readiness: Readiness, registry: CollectorRegistry = REGISTRY) -> FastAPI:
    """Health, detailed readiness and metrics alone, for an address that no ingress exposes."""
    app = FastAPI(openapi_url=None, exception_handlers=EXCEPTION_HANDLERS)
    app.include_router(_health(readiness, detailed=True))
    app.include_router(_metrics(registry))
    return app


def _reference(app: FastAPI) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/docs")
    async def docs() -> HTMLResponse:
        return HTMLResponse(reference_page(app.openapi()), headers={"Content-Security-Policy": POLICY})

    return router


def _health(readiness: Readiness, *, detailed: bool) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        report = await readiness.report()
        body: dict[str, Any] = {"status": "ready" if report.ready else "not_ready"}
        if detailed:
            body["checks"] = [{"name": line.name, "ok": line.ok, "reason": line.reason} for line in report.lines]
        return JSONResponse(body, 200 if report.ready else 503)

    return router


def _metrics(registry: CollectorRegistry) -> APIRouter:
    # When each series was born is a third of the page, and Prometheus has no use for it in this format.
    disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types here
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router
