"""Events of upstream systems on the real servers: over HTTP and NATS, repeated, lost, and broken."""

import asyncio
import hashlib
import json
import secrets
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import nats
import pytest
from nats.aio.client import Client

from services.intake.adapters.outcomes import subject_of
from services.intake.domain.outcomes import Identity
from shared.messaging import deadletters
from shared.messaging.log import Log
from tests.integration.intake.site import Desk, Site, refused, told

USER = "upstream-demo"
STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


def event(kind: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"e-{secrets.token_hex(6)}",
        "source": "demo",
        "type": f"upstream.{kind}.v1",
        "data": data,
    } | changes


async def send(desk: Desk, *events: dict[str, Any]) -> list[dict[str, Any]]:
    response = await desk.call(
        "POST", "/v1/events", by="upstream", content=json.dumps(list(events)), headers={"Content-Type": BATCH}
    )
    found: list[dict[str, Any]] = told(response, 202)["outcomes"]
    return found


def project(desk: Desk, **changes: Any) -> dict[str, Any]:
    return event("project.registered", desk.body(**changes) | {"project_id": desk.project_id})


def text(desk: Desk, words: str = "What we learnt.", **changes: Any) -> dict[str, Any]:
    metadata = desk.metadata(kind="text", text=words) | changes
    return event("result.posted", {"project_id": desk.project_id, "metadata": metadata})


@pytest.mark.parametrize("kind", ["result", "revision", "website", "project", "report"])
async def test_an_event_whose_outcome_was_lost_is_known_by_its_effect(desk: Desk, operator: Log, kind: str) -> None:
    data = {"project_id": desk.project_id}
    sent = {
        "result": text(desk),
        "revision": text(desk, "Second edition.", external_id="bm-1"),
        "website": event("website.set", data | {"url": "https://one.example.org/"}),
        "project": event("project.amended", desk.body(title="Amended") | data),
        "report": event("report.approved", data, source="sap"),
    }[kind]
    await send(desk, project(desk), text(desk, "First edition.", external_id="bm-1"))
    (first,) = await send(desk, sent)
    later = [
        text(desk, "Third edition.", external_id="bm-1"),
        event("website.set", data | {"url": "https://two.example.org/"}),
        event("project.amended", desk.body(title="Later") | data),
        event("report.returned", data, source="sap"),
    ]
    await send(desk, *later)
    before = await operator.last_message(f"intake.{desk.project_id}.>")
    await operator.connection.js.purge_stream(
        "OUTCOMES", subject=subject_of(Identity(sub="bm", source=sent["source"], id=sent["id"]))
    )

    (again,) = await send(desk, sent)

    assert first["status"] == "accepted"
    assert (again["status"], again.get("result_id")) == ("duplicate", first.get("result_id"))
    after = await operator.last_message(f"intake.{desk.project_id}.>")
    assert after is not None
    assert before is not None
    assert after.sequence == before.sequence


async def test_the_same_event_many_times_at_two_replicas_is_one_result(site: Site, desk: Desk) -> None:
    await send(desk, project(desk))
    sent = text(desk)
    async with site.running() as other:
        there = desk.at(other)
        found = await asyncio.gather(*(send(one, sent) for one in (desk, there) * 4))

    assert {one["status"] for (one,) in found} <= {"accepted", "duplicate"}
    assert len({one["result_id"] for (one,) in found}) == 1
    assert len(await desk.results()) == 1


async def test_a_report_is_believed_of_a_trusted_source_alone(desk: Desk) -> None:
    await send(desk, project(desk))
    data = {"project_id": desk.project_id}

    (untrusted, trusted) = await send(
        desk, event("report.approved", data, source="other"), event("report.approved", data, source="sap")
    )

    assert (untrusted["status"], untrusted["code"]) == ("rejected", "source-not-trusted")
    assert trusted["status"] == "accepted"
    assert told(await desk.call("GET", desk.path))["final_report_approved"] is True


async def test_a_project_that_no_event_can_hold_is_refused_at_once_over_http_and_nats(site: Site, desk: Desk) -> None:
    titles = [{"number": number, "title": "t" * 180} for number in range(1, 100)]
    package = {"title": "Content", "planned_results": "p" * 500, "activities": titles}
    sent = project(desk, work_packages=[package | {"number": number} for number in range(1, 51)])
    data = json.dumps(sent["data"], separators=(",", ":")).encode()

    over_http = await desk.call(
        "PUT", desk.path, by="upstream", json=desk.body(work_packages=sent["data"]["work_packages"])
    )
    async with connected(site) as client:
        over_nats = await tell(client, sent, data)

    refused(over_http, 413, "request-too-large")
    assert (over_nats["status"], over_nats.get("code")) == ("rejected", "request-too-large")


async def test_a_batch_and_a_body_are_bounded(desk: Desk) -> None:
    many = json.dumps([text(desk)] * 101)
    large = json.dumps([text(desk, "x" * 1_100_000)])

    for body, code in ((many, "too-many-events"), (large, "request-too-large")):
        response = await desk.call("POST", "/v1/events", by="upstream", content=body, headers={"Content-Type": BATCH})
        refused(response, 413, code)


async def test_only_the_sender_reads_its_outcome(desk: Desk) -> None:
    sent = project(desk, title="T") | {"source": "https://bm.example.org/a/b"}
    await send(desk, sent)

    found = told(await desk.call("GET", f"/v1/events/{sent['source']}/{sent['id']}", by="upstream"))

    assert (found["id"], found["status"], found["project_id"]) == (sent["id"], "accepted", desk.project_id)
    refused(await desk.call("GET", f"/v1/events/demo/{sent['id']}", by="upstream"), 404, "unknown-event")
    refused(await desk.call("GET", f"/v1/events/demo/{sent['id']}"), 403, "not-yours")


class Handler(BaseHTTPRequestHandler):
    content = b"A file of the upstream system.\n"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


async def test_a_file_is_fetched_from_a_named_host_and_must_have_its_digest(site: Site, host: str) -> None:
    async with site.running(fetch_hosts=(host,)) as app:
        desk = Desk(site=site, app=app)
        await send(desk, project(desk))
        data = {
            "project_id": desk.project_id,
            "metadata": desk.metadata(),
            "url": f"http://{host}/files/My%20guide.txt",
        }
        digest = hashlib.sha256(Handler.content).hexdigest()

        right, wrong, none, format_ = await send(
            desk,
            event("result.posted", data | {"sha256": digest}),
            event("result.posted", data | {"sha256": "0" * 64}),
            event("result.posted", data),
            event("result.posted", data | {"sha256": digest, "filename": "guide.zip"}),
        )

        assert right["status"] == "accepted"
        assert [one["code"] for one in (wrong, none, format_)] == [
            "digest-mismatch",
            "digest-mismatch",
            "format-not-allowed",
        ]
        (result,) = await desk.results()
        assert (result["file"]["name"], result["file"]["sha256"]) == ("My guide.txt", digest)


@asynccontextmanager
async def connected(site: Site) -> AsyncIterator[Client]:
    client = await nats.connect(
        site.nats.url, user=USER, password=site.credentials.nats[USER], inbox_prefix=f"_INBOX.{USER}".encode()
    )
    try:
        yield client
    finally:
        await client.close()


async def tell(client: Client, sent: dict[str, Any], body: bytes | None = None) -> dict[str, Any]:
    """Publish an event and wait for its outcome."""
    outcomes: asyncio.Queue[Any] = asyncio.Queue()
    heard = await client.subscribe(f"upstream-outcome.demo.{sent['id']}", cb=outcomes.put)
    await client.flush()
    await publish(client, sent, body)
    message = await asyncio.wait_for(outcomes.get(), 15)
    await heard.unsubscribe()
    found: dict[str, Any] = json.loads(message.data)
    return found


async def publish(client: Client, sent: dict[str, Any], body: bytes | None = None) -> None:
    headers = {f"ce-{name}": str(value) for name, value in sent.items() if name != "data"}
    content = json.dumps(sent["data"]).encode() if body is None else body
    await client.request(f"upstream.demo.{sent['type']}", content, timeout=5, headers=headers)


async def test_events_on_nats_have_their_outcome_on_nats(desk: Desk) -> None:
    async with connected(desk.site) as client:
        registered = await tell(client, project(desk))
        sent = text(desk)
        posted = await tell(client, sent)
        again = await tell(client, sent)
        broken = await tell(client, text(desk), b"{ not json")

    assert (registered["status"], posted["status"]) == ("accepted", "accepted")
    assert (again["status"], again["result_id"]) == ("duplicate", posted["result_id"])
    assert (broken["status"], broken["code"]) == ("rejected", "malformed-json")


async def test_a_source_touches_only_its_agencies(desk: Desk) -> None:
    async with connected(desk.site) as client:
        foreign = await tell(client, project(desk, na="EE01"))

    assert (foreign["status"], foreign["code"]) == ("rejected", "not-yours")


async def test_a_result_that_overtakes_its_project_is_accepted_all_the_same(desk: Desk) -> None:
    async with connected(desk.site) as client:
        early = asyncio.create_task(tell(client, text(desk)))
        await asyncio.sleep(0.3)
        await tell(client, project(desk))
        found = await early

    assert found["status"] == "accepted"


async def test_an_event_without_an_id_becomes_a_dead_letter_and_stops_nothing(desk: Desk, operator: Log) -> None:
    mark = secrets.token_hex(6)
    async with connected(desk.site) as client:
        nameless = project(desk)
        del nameless["id"]
        await publish(client, nameless, json.dumps({"mark": mark}).encode())
        behind = await tell(client, project(desk))

    assert behind["status"] == "accepted"
    assert await codes_of_letters(operator, mark) == ["invalid-event"]


async def codes_of_letters(operator: Log, mark: str) -> list[str]:
    """The codes of the dead letters with a mark in their body, once there is one."""
    async with asyncio.timeout(10):
        while True:
            letters = [letter async for _, letter in deadletters.letters(operator.connection.js)]
            if found := [one.code for one in letters if mark.encode() in one.body]:
                return found
            await asyncio.sleep(0.05)
