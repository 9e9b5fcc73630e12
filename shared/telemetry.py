"""Logs and trace context: structlog for everybody's records, W3C traceparent through HTTP and NATS.

Traces themselves (`shared.tracing`) are off unless asked for; the context travels in any case.

`configure` routes the standard library's loggers (uvicorn, nats, urllib3) through the same processors, so that a
process writes one kind of line. Secrets are masked by key and by shape before anything is written.
"""

import logging
import re
import secrets
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from shared import tracing

_TRACEPARENT = re.compile(r"^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$")
_SECRET_KEY = re.compile(r"passw|secret|token|authorization|cookie|credential|api_?key", re.IGNORECASE)
_SECRET_SHAPE = re.compile(
    r"(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{16,}"
    r"|(?P<userinfo>://)[^/\s@]+(?=@)"
    r"|eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"
)
_MASK = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceContext:
    """One span of a W3C trace: 32 and 16 lower-case hex digits, and the sampling flags."""

    trace_id: str
    span_id: str
    flags: str = "01"

    @classmethod
    def new(cls) -> "TraceContext":
        return cls(trace_id=secrets.token_hex(16), span_id=secrets.token_hex(8))

    @classmethod
    def parse(cls, header: str | None) -> "TraceContext | None":
        """The context that a `traceparent` header names; None when it is absent or malformed."""
        match = _TRACEPARENT.match(header.strip()) if header else None
        if match is None:
            return None
        trace_id, span_id, flags, rest = match.groups()
        is_version_zero = header is not None and header.strip().startswith("00-")
        if set(trace_id) == {"0"} or set(span_id) == {"0"} or (is_version_zero and rest):
            return None
        return cls(trace_id=trace_id, span_id=span_id, flags=flags)

    def child(self) -> "TraceContext":
        return replace(self, span_id=secrets.token_hex(8))

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[TraceContext | None] = ContextVar("trace_context", default=None)


def current_traceparent() -> str | None:
    """The `traceparent` to send with whatever this task calls or publishes."""
    context = _current.get()
    return tracing.current_traceparent() or (context.traceparent if context else None)


@contextmanager
def span(
    traceparent: str | None, *, entry: tuple[str, tracing.Kind] | None = None, **context: str | None
) -> Iterator[TraceContext]:
    """Work on behalf of `traceparent` (or of a new trace), with `context` on every log line until it ends.

    `entry` names the span that a collector is told of, and its kind; without it there is none.
    """
    known = {name: value for name, value in context.items() if value is not None}
    with tracing.entered(*entry, traceparent) if entry else nullcontext():
        here = _here(TraceContext.parse(traceparent), is_traced=entry is not None)
        reset = _current.set(here)
        try:
            with structlog.contextvars.bound_contextvars(trace_id=here.trace_id, **known):
                yield here
        finally:
            _current.reset(reset)


def _here(parent: TraceContext | None, *, is_traced: bool) -> TraceContext:
    traced = TraceContext.parse(tracing.current_traceparent()) if is_traced else None
    return traced or (parent.child() if parent else TraceContext.new())


def bind(**context: str) -> None:
    """Add to every further log line of this request or message, for example `project_id`."""
    structlog.contextvars.bind_contextvars(**context)


def mask_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Structlog processor: values under secret names, bearer tokens, JWTs and user:password in addresses."""
    for key, value in event.items():
        event[key] = _masked(key, value)
    return event


def _masked(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _masked(str(name), inner) for name, inner in value.items()}
    if isinstance(value, str) and not _SECRET_KEY.search(key):
        return _SECRET_SHAPE.sub(_mask_match, value)
    if isinstance(value, list | tuple):
        return [_masked(key, inner) for inner in value]
    return _MASK if _SECRET_KEY.search(key) and value not in (None, "") else value


def _mask_match(match: re.Match[str]) -> str:
    return (match["scheme"] or match["userinfo"] or "") + _MASK


def configure(
    service: str,
    *,
    log_format: Literal["json", "console"] = "json",
    level: str = "info",
    stream: TextIO | None = None,
) -> None:
    """Send every record of this process, structlog's and the standard library's, to `stream` (stderr)."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service),
    ]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(), _without_uvicorns_copy],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(log_format)],
        )
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    _route_standard_library(handler, level)


def _renderers(log_format: Literal["json", "console"]) -> list[Processor]:
    exceptions = structlog.processors.format_exc_info
    if log_format == "console":
        return [exceptions, mask_secrets, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [
        exceptions,
        mask_secrets,
        structlog.processors.EventRenamer("message"),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def _named(service: str) -> Processor:
    def add_service(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> EventDict:
        event["service"] = service
        return event

    return add_service


def _without_uvicorns_copy(_logger: WrappedLogger, _method: str, event: MutableMapping[str, Any]) -> EventDict:
    """uvicorn gives each message twice, the second time with colours."""
    event.pop("color_message", None)
    return event


def _route_standard_library(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "faststream", "fastapi"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for chatty in ("httpx", "httpcore", "urllib3", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
