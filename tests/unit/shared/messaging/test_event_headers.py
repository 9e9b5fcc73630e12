"""What an event says of itself beside its state."""

from datetime import UTC, datetime

from shared.contracts.project import WebsiteState
from shared.messaging.act import Act
from shared.telemetry import TraceContext, span


def _headers(correlation: str) -> dict[str, str]:
    act = Act(by="bm", at=datetime(2026, 11, 24, tzinfo=UTC), cause="key:1", correlation=correlation)
    return act.event("intake.p-1.website", "set", WebsiteState(url="https://example.org/")).headers()


def test_what_a_person_did_was_caused_by_the_request() -> None:
    headers = _headers("req-1")

    assert (headers["ce-causationid"], headers["ce-correlationid"], headers["ce-actor"]) == ("req-1", "req-1", "bm")


def test_an_event_belongs_to_the_trace_of_its_request_and_else_begins_one() -> None:
    with span(None) as here:
        assert _headers("req-1")["traceparent"] == here.traceparent

    assert TraceContext.parse(_headers("req-1")["traceparent"])
