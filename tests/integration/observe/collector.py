"""A collector: a real HTTP server that takes OTLP as protobuf, keeps the spans, and can be told to be useless."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One span with the resource that sent it. Ids are hexadecimal."""

    service: str
    resource: dict[str, str]
    name: str
    kind: int
    trace: str
    id: str
    parent: str
    links: frozenset[str]
    attributes: dict[str, str]


@dataclass(slots=True)
class Collector:
    url: str = ""
    spans: list[Told] = field(default_factory=list)
    answers: threading.Event = field(default_factory=threading.Event)

    def of(self, trace: str) -> list[Told]:
        return [one for one in tuple(self.spans) if one.trace == trace]

    @contextmanager
    def mute(self) -> Iterator[None]:
        """Take what comes and answer nothing until left."""
        self.answers.clear()
        try:
            yield
        finally:
            self.answers.set()

    def take(self, body: bytes) -> None:
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = _plain(group.resource.attributes)
            for scope in group.scope_spans:
                self.spans += [_told(span, resource) for span in scope.spans]


def _told(span: Any, resource: dict[str, str]) -> Told:
    return Told(
        service=resource["service.name"],
        resource=resource,
        name=span.name,
        kind=span.kind,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        links=frozenset(link.span_id.hex() for link in span.links),
        attributes=_plain(span.attributes),
    )


def _plain(attributes: Any) -> dict[str, str]:
    return {one.key: str(getattr(one.value, str(one.value.WhichOneof("value")))) for one in attributes}


@contextmanager
def collector() -> Iterator[Collector]:
    """A collector on a free port of loopback."""
    kept = Collector()
    kept.answers.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_right = self.path == "/v1/traces" and self.headers["Content-Type"] == "application/x-protobuf"
            if is_right:
                kept.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            kept.answers.wait()
            self.send_response(200 if is_right else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Nothing: what came in is looked at by the tests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        kept.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield kept
        finally:
            kept.answers.set()
            server.shutdown()
            thread.join()
