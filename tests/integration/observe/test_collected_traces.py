"""One trace from the request to the public page, told to a real collector; and nothing waits for one that is away."""

import os
import signal
from pathlib import Path

import httpx

from local.running import RunningPlatform
from tests.e2e.scenario import Scenario
from tests.e2e.site import eventually, ok
from tests.integration.observe.collector import Collector, Told
from tests.integration.ops.commands import site_of

SERVER, CLIENT, PRODUCER, CONSUMER = 2, 3, 4, 5
TRACE = "5bf92f3577b34da6a3ce929d0e0e4736"
DECIDED = "6bf92f3577b34da6a3ce929d0e0e4736"


def asking(trace: str) -> dict[str, str]:
    return {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}


def one(spans: list[Told], service: str, name: str) -> Told:
    found = [span for span in spans if (span.service, span.name) == (service, name)]
    assert len(found) == 1, (service, name, sorted((span.service, span.name) for span in spans))
    return found[0]


def has(spans: list[Told], service: str, name: str) -> bool:
    return any((span.service, span.name) == (service, name) for span in spans)


def test_one_trace_leads_from_the_post_to_the_verdict_and_one_from_the_decision_to_the_publication(
    traced: RunningPlatform, told: Collector, tmp_path: Path
) -> None:
    with httpx.Client(timeout=30) as http:
        scene = Scenario(site_of(traced, http), tmp_path)
        scene.register()
        http.headers.update(asking(TRACE))
        result = scene.post()
        http.headers.pop("traceparent")
        scene.checked(result["id"])
        scene.approve_round([result["id"]])
        http.headers.update(asking(DECIDED))
        scene.approve_report()
        http.headers.pop("traceparent")
        scene.published(result["id"])
    eventually(lambda: has(told.of(TRACE), "publisher", "process publisher-publish"), within=10)
    eventually(lambda: has(told.of(DECIDED), "publisher", "process publisher-publish"), within=10)

    checked(told.of(TRACE))
    published(told.of(DECIDED))


def checked(spans: list[Told]) -> None:
    request = one(spans, "intake", "POST /v1/projects/{project_id}/results")
    received = one(spans, "intake", "append intake.result.received.v1")
    work = one(spans, "validator", "process validator-check")
    verdict = next(span for span in spans if span.service == "validator" and span.kind == PRODUCER)

    assert (request.kind, request.parent) == (SERVER, "00f067aa0ba902b7")
    assert (request.attributes["http.route"], request.attributes["http.response.status_code"]) == (
        "/v1/projects/{project_id}/results",
        "201",
    )
    assert (received.kind, received.parent) == (PRODUCER, request.id)
    assert (work.kind, work.parent, work.links) == (CONSUMER, received.id, frozenset({received.id}))
    assert verdict.parent == work.id
    assert one(spans, "intake", "S3 put").parent == request.id
    scan = one(spans, "validator", "clamd INSTREAM")
    assert (scan.kind, scan.attributes["results.scan.answer"]) == (CLIENT, "clean")
    for name in ("check format", "check personal-data"):
        assert one(spans, "validator", name).parent == scan.id
    told_of = [span for span in spans if span.service == "publisher" and span.name == "process publisher-publish"]
    assert {span.parent for span in told_of} <= {received.id, verdict.id}
    assert work.resource["service.version"]
    assert work.resource["service.instance.id"]


def published(spans: list[Told]) -> None:
    decided = next(span for span in spans if span.service == "review" and span.kind == PRODUCER)
    work = one(spans, "publisher", "process publisher-publish")
    deeds = [span for span in spans if span.service == "publisher" and span.kind == PRODUCER]

    assert (work.parent, work.links) == (decided.id, frozenset({decided.id}))
    assert deeds
    assert {span.parent for span in deeds} == {work.id}


def test_probes_and_metrics_make_no_spans(traced: RunningPlatform, told: Collector) -> None:
    trace = "7bf92f3577b34da6a3ce929d0e0e4736"
    for path in ("/healthz", "/readyz", "/metrics"):
        assert httpx.get(traced.urls["publisher"] + path, headers=asking(trace)).status_code == 200
    assert httpx.get(traced.urls["publisher"] + "/v1/projects", headers=asking(trace)).status_code == 200

    eventually(lambda: told.of(trace), within=10)
    assert [span.attributes["http.route"] for span in told.of(trace) if span.kind == SERVER] == ["/v1/projects"]


def test_a_collector_that_takes_and_never_answers_neither_slows_nor_stops_anything(
    traced: RunningPlatform, told: Collector, tmp_path: Path
) -> None:
    with told.mute(), httpx.Client(timeout=30) as http:
        Scenario(site_of(traced, http), tmp_path).story()
        for _ in range(500):
            ok(http.get(f"{traced.urls['publisher']}/v1/projects"))
        assert all(part["restarts"] == 0 for part in traced.page["parts"].values())
        pid = traced.pids["publisher"]
        os.kill(pid, signal.SIGTERM)
        eventually(lambda: traced.page["parts"]["publisher"]["restarts"] == 1, within=15)
    assert "stopped" in traced.log_of("publisher")
    traced.wait_serving(30)
