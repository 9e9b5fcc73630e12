"""Traces by OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT says that somebody wants them; else nothing is loaded.

Spans go to the collector from a thread of the SDK's own, out of a queue that drops what does not fit: a collector that
is away or slow never makes anybody wait. Every setting is one of the standard's own (OTEL_...).
"""

import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Literal

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

VERSION = "0.1.0"
"""Of the whole platform; a test holds it against pyproject.toml."""
STOP_SECONDS_MAX = 2.0
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

Kind = Literal["server", "consumer", "producer", "client", "internal"]
Attributes = Mapping[str, str | int | bool]

_propagator = TraceContextTextMapPropagator()
_nothing: AbstractContextManager[Span] = nullcontext(trace.INVALID_SPAN)


class _State:
    """The tracer of this process; None while tracing is off."""

    tracer: Tracer | None = None
    stop: threading.Thread | None = None


def is_wanted() -> bool:
    """Say whether the environment names a collector and does not switch the SDK off."""
    is_off = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return not is_off and any(os.environ.get(name, "").strip() for name in _ENDPOINTS)


def start(service: str) -> None:
    """Send this process's spans to the collector, if there is to be one. Never waits for it."""
    if not is_wanted():
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    ours = {
        "service.name": service,
        "service.namespace": "results-platform",
        "service.version": VERSION,
        "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
    }
    resource = Resource.create(ours).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _State.tracer = provider.get_tracer("results-platform", VERSION)
    _State.stop = threading.Thread(target=provider.shutdown, name="traces-stop", daemon=True)


def stop() -> None:
    """Send what is left, for two seconds at most."""
    last, _State.tracer, _State.stop = _State.stop, None, None
    if last is not None:
        last.start()
        last.join(STOP_SECONDS_MAX)


def current_traceparent() -> str | None:
    """The `traceparent` of the innermost span; None while tracing is off or outside of any span."""
    if _State.tracer is None:
        return None
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def entered(name: str, kind: Kind, traceparent: str | None) -> AbstractContextManager[Span]:
    """Continue the trace of whoever called or published, or begin one. Work is linked to its producer as well."""
    if _State.tracer is None:
        return _nothing
    parent = _propagator.extract({"traceparent": traceparent} if traceparent else {}, context=Context())
    producer = trace.get_current_span(parent).get_span_context()
    links = [Link(producer)] if kind == "consumer" and producer.is_valid else []
    return _opened(_State.tracer.start_span(name, context=parent, kind=_KINDS[kind], links=links))


def piece(name: str, kind: Kind = "internal", attributes: Attributes | None = None) -> AbstractContextManager[Span]:
    """A part of the work that goes on now: a call to somebody else, a check."""
    if _State.tracer is None:
        return _nothing
    return _opened(_State.tracer.start_span(name, kind=_KINDS[kind], attributes=attributes))


def describe(attributes: Attributes, *, name: str | None = None, failed: str | None = None) -> None:
    """Say more of the innermost span: what it turned out to be, and how it failed."""
    if _State.tracer is None:
        return
    span = trace.get_current_span()
    span.set_attributes(attributes)
    if name:
        span.update_name(name)
    if failed:
        span.set_status(StatusCode.ERROR, failed)


@contextmanager
def _opened(span: Span) -> Iterator[Span]:
    """Make it the innermost one. A failure is told by its type alone: messages may name people."""
    with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield span
        except BaseException as error:
            span.set_attribute("error.type", type(error).__name__)
            span.set_status(StatusCode.ERROR, type(error).__name__)
            raise


_KINDS = {
    "server": SpanKind.SERVER,
    "consumer": SpanKind.CONSUMER,
    "producer": SpanKind.PRODUCER,
    "client": SpanKind.CLIENT,
    "internal": SpanKind.INTERNAL,
}
