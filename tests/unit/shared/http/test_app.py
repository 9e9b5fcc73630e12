"""What every service answers alike: health, metrics, request ids, traces, safe headers, bounds on bodies."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from shared.health import NotReadyError, Readiness
from shared.http.app import create_app, create_operations_app
from shared.telemetry import TraceContext, current_traceparent

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def build_router() -> APIRouter:
    router = APIRouter()

    @router.get("/v1/projects/{project_id}")
    async def read(project_id: str, response: Response) -> dict[str, str | None]:
        response.headers["ETag"] = '"1-2"'
        return {"id": project_id, "traceparent": current_traceparent()}

    @router.post("/v1/projects/{project_id}/results")
    async def add(request: Request) -> dict[str, int]:
        return {"bytes": sum([len(chunk) async for chunk in request.stream()])}

    @router.post("/v1/body")
    async def body(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    return router


async def away() -> str | None:
    raise NotReadyError("the object store does not answer")


@pytest.fixture
def readiness() -> Readiness:
    return Readiness()


@pytest.fixture
async def client(readiness: Readiness) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        "test",
        readiness=readiness,
        routers=[build_router()],
        registry=CollectorRegistry(),
        body_bytes_max=1000,
        streamed_paths=r"/v1/projects/[^/]+/results",
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_alive_and_ready_are_different_things(client: httpx.AsyncClient, readiness: Readiness) -> None:
    readiness.add("store", away)

    assert (await client.get("/healthz")).json() == {"status": "alive"}
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"] == [{"name": "store", "ok": False, "reason": "the object store does not answer"}]


async def test_the_detail_can_live_on_a_port_of_its_own(readiness: Readiness) -> None:
    readiness.add("store", away)
    registry = CollectorRegistry()
    public = create_app("test", readiness=readiness, registry=registry, operations_here=False)
    inner = create_operations_app(readiness, registry)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(public), base_url="http://test") as client:
        assert (await client.get("/readyz")).json() == {"status": "not_ready"}
        assert (await client.get("/metrics")).status_code == 404
    async with httpx.AsyncClient(transport=httpx.ASGITransport(inner), base_url="http://test") as client:
        assert "checks" in (await client.get("/readyz")).json()
        assert "http_request_seconds" in (await client.get("/metrics")).text


async def test_metrics_are_counted_by_route_never_by_address(client: httpx.AsyncClient) -> None:
    await client.get("/v1/projects/secret-project")
    await client.get("/nowhere/secret-place")
    metrics = (await client.get("/metrics")).text

    assert 'route="/v1/projects/{project_id}",status="200"' in metrics
    assert 'route="unmatched",status="404"' in metrics
    assert "secret" not in metrics


async def test_a_trace_is_continued_and_the_request_id_comes_back(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/projects/p-1", headers={"traceparent": PARENT, "X-Request-Id": "mine-1"})

    trace = TraceContext.parse(response.json()["traceparent"])
    assert trace is not None
    assert trace.trace_id == PARENT[3:35]
    assert response.headers["x-request-id"] == "mine-1"


async def test_the_address_of_an_upload_is_masked_in_the_log(client: httpx.AsyncClient) -> None:
    with capture_logs() as records:
        await client.put("/v1/uploads/0123456789abcdef0123456789abcdef01234567", content=b"x")
        await client.get("/v1/projects/p-1")

    paths = [one["path"] for one in records if one["event"] == "request"]
    assert paths == ["/v1/uploads/***", "/v1/projects/p-1"]


async def test_a_request_id_that_could_forge_a_log_line_is_replaced(client: httpx.AsyncClient) -> None:
    response = await client.get("/healthz", headers={"X-Request-Id": "a b\tc" * 50})

    assert len(response.headers["x-request-id"]) == 24


async def test_every_answer_has_safe_headers(client: httpx.AsyncClient) -> None:
    tagged = await client.get("/v1/projects/p-1")
    missing = await client.get("/nowhere")

    for response in (tagged, missing):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in response.headers["content-security-policy"]
    assert tagged.headers["cache-control"] == "private, no-cache"
    assert missing.headers["cache-control"] == "no-store"


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 500


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
async def test_a_body_is_bounded_whatever_its_declared_length(client: httpx.AsyncClient, content_type: str) -> None:
    headers = {"Content-Type": content_type}

    declared = await client.post("/v1/body", content=b"x" * 1001, headers=headers)
    undeclared = await client.post("/v1/body", content=chunks(3), headers=headers)
    exact = await client.post("/v1/body", content=chunks(2), headers=headers)

    assert (declared.status_code, declared.json()["code"]) == (413, "request-too-large")
    assert (undeclared.status_code, undeclared.json()["code"]) == (413, "request-too-large")
    assert exact.json() == {"bytes": 1000}


async def test_files_stream_past_the_bound_and_json_does_not(client: httpx.AsyncClient) -> None:
    file = await client.post("/v1/projects/p/results", content=chunks(20), headers={"Content-Type": "multipart/x"})
    text = await client.post("/v1/projects/p/results", content=chunks(20), headers={"Content-Type": "application/json"})

    assert file.json() == {"bytes": 10_000}
    assert text.status_code == 413


async def test_openapi_names_the_problem_document(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    answers = document["paths"]["/v1/projects/{project_id}"]["get"]["responses"]
    assert "application/problem+json" in answers["4XX"]["content"]
    assert "Problem" in document["components"]["schemas"]


async def test_the_page_of_calls_needs_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    response = await client.get("/docs")

    assert "/v1/projects/{project_id}/results" in response.text
    assert "<script" not in response.text
    assert "//" not in response.text.removeprefix("<!doctype html>")
    assert "style-src 'sha256-" in response.headers["Content-Security-Policy"]


def test_several_apps_of_one_process_share_their_metrics(readiness: Readiness) -> None:
    assert create_app("one", readiness=readiness) is not create_app("two", readiness=readiness)
