"""The outermost ASGI layer: request id, trace, log context, metrics, safe headers, and an answer to our own bugs."""

import re
import secrets
import time
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import tracing
from shared.errors import ProblemError
from shared.http.problems import respond
from shared.telemetry import span

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
PATH_CHARACTERS_LOGGED = 500
QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_PROJECT = re.compile(r"/(?:projects|reviews|reports)/([A-Za-z0-9][A-Za-z0-9-]{2,62})(?:/|$)|/results/([^/~]{3,63})~")
_CAPABILITY = re.compile(r"(/uploads/)[^/]+")
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class HttpMetrics:
    """Requests by route template, never by address: ids do not belong into labels."""

    registry: CollectorRegistry
    seconds: Histogram = field(init=False)
    failures: Counter = field(init=False)
    running: Gauge = field(init=False)

    @classmethod
    def of(cls, registry: CollectorRegistry) -> "HttpMetrics":
        """The metrics in this registry; several apps of one process share them."""
        if registry not in _METRICS:
            _METRICS[registry] = cls(registry)
        return _METRICS[registry]

    def __post_init__(self) -> None:
        self.seconds = Histogram(
            "http_request_seconds",
            "Time from the first byte of a request to the last of its answer.",
            ["method", "route", "status"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.failures = Counter("http_failures", "Requests that met a bug of ours.", ["route"], registry=self.registry)
        self.running = Gauge("http_requests_running", "Requests being answered now.", registry=self.registry)


_METRICS: WeakKeyDictionary[CollectorRegistry, HttpMetrics] = WeakKeyDictionary()


@dataclass(slots=True)
class _Exchange:
    """What became of one request so far."""

    request_id: str
    started: float
    status: int = 0
    answer_begun: bool = False


@dataclass(frozen=True, slots=True)
class RequestContext:
    """Pure ASGI: no second task, no buffering, contextvars reach the route."""

    app: ASGIApp
    metrics: HttpMetrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        exchange = _Exchange(request_id=_request_id(headers), started=time.perf_counter())
        scope["request_id"] = exchange.request_id
        with (
            span(
                headers.get("traceparent"),
                entry=None if scope["path"] in QUIET_PATHS else (_method(scope), "server"),
                request_id=exchange.request_id,
                project_id=_project_id(scope["path"]),
            ),
            self.metrics.running.track_inprogress(),
        ):
            await self._answer(scope, receive, _decorated(send, scope, exchange), exchange)
            self._account(scope, exchange)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, exchange: _Exchange) -> None:
        try:
            await self.app(scope, receive, send)
        except ClientDisconnect:
            exchange.status = exchange.status or 499
        except Exception:
            self.metrics.failures.labels(_route(scope)).inc()
            log.exception("request_failed", method=scope["method"], route=_route(scope))
            if exchange.answer_begun:
                raise
            language = Headers(scope=scope).get("accept-language")
            error = ProblemError(500, "internal-error")
            await respond(error, accept_language=language, request_id=exchange.request_id)(scope, receive, send)

    def _account(self, scope: Scope, exchange: _Exchange) -> None:
        seconds = time.perf_counter() - exchange.started
        method, route, status = _method(scope), _route(scope), exchange.status or 499
        self.metrics.seconds.labels(method, route, str(status)).observe(seconds)
        if scope["path"] not in QUIET_PATHS:
            tracing.describe(
                {"http.request.method": method, "http.route": route, "http.response.status_code": status},
                name=f"{method} {route}",
                failed=str(status) if status >= 500 else None,
            )
        record = log.debug if scope["path"] in QUIET_PATHS else log.info
        record(
            "request",
            method=scope["method"],
            path=_told(scope["path"]),
            status=exchange.status or 499,
            milliseconds=round(seconds * 1000, 1),
        )


def _decorated(send: Send, scope: Scope, exchange: _Exchange) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status, exchange.answer_begun = message["status"], True
            _add_headers(MutableHeaders(scope=message), exchange.request_id)
        await send(message)

    return send_with_headers


def _add_headers(headers: MutableHeaders, request_id: str) -> None:
    headers["X-Request-Id"] = request_id
    for name, value in SAFE_HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "private, no-cache" if "etag" in headers else "no-store")


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(12)


def _told(path: str) -> str:
    """The address as logs may have it: that of an upload is a key in itself, so it is masked."""
    return _CAPABILITY.sub(r"\1***", path)[:PATH_CHARACTERS_LOGGED]


def _project_id(path: str) -> str | None:
    match = _PROJECT.search(path)
    return (match[1] or match[2]) if match else None


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", None) or "unmatched"


def _method(scope: Scope) -> str:
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return scope["method"] if scope["method"] in known else "other"
