"""Bytes from the clean zone, takedowns, the audit and its exports, receipts, and services that are away."""

import base64
import csv
import io
import json
import secrets
from pathlib import Path

import httpx
import pytest

from local.servers import Credentials, NatsServer, SeaweedServer
from shared.contracts.verdict import VerdictOutcome
from tests.integration.review.site import Project, Site, site_on
from tests.integration.review.test_desk import APPROVE, approved, claimed, ok, refused
from tests.unit.review.events import Content, checked, content, finding, published, stored


async def readable(project: Project) -> Content:
    one = await project.valid_result(text=secrets.token_bytes(100_000))
    await project.site.put_clean(one)
    return one


async def test_the_scanned_bytes_come_as_a_download_that_nothing_renders(project: Project) -> None:
    one = await readable(project)

    answer = await project.site.person("officer").get(f"{project.result_path(one)}/file")

    assert (answer.status_code, answer.content) == (200, one.text)
    headers = answer.headers
    assert headers["content-disposition"].startswith('attachment; filename="handbook.pdf"')
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-type"] == "application/octet-stream"
    assert headers["etag"] == f'"{one.sha256}"'
    assert headers["repr-digest"] == f"sha-256=:{base64.b64encode(bytes.fromhex(one.sha256)).decode()}:"


@pytest.mark.parametrize(
    ("wanted", "start", "end"), [("bytes=0-9", 0, 10), ("bytes=99990-", 99_990, 100_000), ("bytes=-5", 99_995, 100_000)]
)
async def test_a_range_of_the_bytes_can_be_asked_for(project: Project, wanted: str, start: int, end: int) -> None:
    one = await readable(project)

    answer = await project.site.person("officer").get(f"{project.result_path(one)}/file", headers={"Range": wanted})

    assert (answer.status_code, answer.content) == (206, one.text[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/100000"


async def test_a_range_outside_is_refused_and_one_of_another_version_gets_the_whole(project: Project) -> None:
    one = await readable(project)
    officer, path = project.site.person("officer"), f"{project.result_path(one)}/file"

    refused(await officer.get(path, headers={"Range": "bytes=100000-"}), 416, "range-not-satisfiable")
    whole = await officer.get(path, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (whole.status_code, len(whole.content)) == (200, 100_000)
    held = await officer.get(path, headers={"If-None-Match": f'"{one.sha256}"'})
    assert held.status_code == 304


async def test_what_is_not_in_the_clean_zone_cannot_be_read(project: Project) -> None:
    waiting, infected = content(project.id, "a"), content(project.id, "b")
    for one in (waiting, infected):
        await project.store(one)
    await project.site.add(checked(infected, VerdictOutcome.MALWARE, format_=(finding("m", code="malware"),)))
    missing = await project.valid_result("c")
    gone = await project.valid_result("d")
    await project.site.add(stored(gone, "deleted", deleted=True))
    officer = project.site.person("officer")

    for one in (waiting, infected, missing):
        refused(await officer.get(f"{project.result_path(one)}/file"), 409, "file-not-available")
    refused(await officer.get(f"{project.result_path(gone)}/file"), 410, "result-deleted")
    refused(await officer.get(f"{project.result_path(content(project.id, 'z'))}/file"), 404, "unknown-result")
    refused(await officer.get(f"{project.path}/results/nonsense/file"), 404, "unknown-result")


async def test_a_takedown_names_revision_and_digest_and_stands_in_the_audit(project: Project) -> None:
    _, one = await approved(project)
    await project.site.add(published(one, project.sequences[one.id]))
    operator = project.site.person("operator", sub="otto", na=())

    taken = ok(await operator.post(f"/v1/results/{one.id}/takedown", {"reason": "=Names of pupils"}))

    assert (taken["status"], taken["takedown"]["revision"], taken["takedown"]["sha256"]) == ("withdrawn", 1, one.sha256)
    lead = project.site.person("lead", sub="maija")
    entries = ok(await lead.get("/v1/audit", params={"project_id": project.id}))["items"]
    assert (entries[0]["action"], entries[0]["actor"], entries[0]["reason"]) == (
        "review.result.taken_down",
        "otto",
        "=Names of pupils",
    )
    assert entries[0]["sha256"] == one.sha256
    assert [entry["sequence"] for entry in entries] == sorted((one["sequence"] for one in entries), reverse=True)
    actors = ok(await lead.get("/v1/audit", params={"project_id": project.id, "actor": "ilze"}))["items"]
    assert [entry["action"] for entry in actors] == [
        "review.round.approved",
        "review.result.decided",
        "review.round.claimed",
    ]
    foreign = project.site.person("lead", na=("EE01",))
    assert ok(await foreign.get("/v1/audit", params={"project_id": project.id}))["items"] == []


async def test_the_audit_is_exported_whole_in_order_and_runs_no_formulas(project: Project) -> None:
    _, one = await approved(project)
    lead = project.site.person("lead", sub="maija")
    ok(await lead.post(f"/v1/results/{one.id}/takedown", {"reason": "=HYPERLINK(1)"}))
    params = {"project_id": project.id}

    as_csv = await lead.get("/v1/audit", params=params, headers={"Accept": "text/csv"})
    as_lines = await lead.get("/v1/audit", params=params | {"format": "ndjson"})

    rows = list(csv.DictReader(io.StringIO(as_csv.text)))
    entries = [json.loads(line) for line in as_lines.text.splitlines()]
    assert as_csv.headers["content-type"].startswith("text/csv")
    assert as_lines.headers["content-type"].startswith("application/x-ndjson")
    assert [row["action"] for row in rows] == [entry["action"] for entry in entries]
    assert rows[-1]["reason"] == "'=HYPERLINK(1)"
    assert entries[-1]["reason"] == "=HYPERLINK(1)"
    assert entries[0]["action"] == "intake.project.registered"
    since = {"since": entries[-1]["at"]}
    assert len(ok(await lead.get("/v1/audit", params=params | since))["items"]) == 1
    until = {"until": entries[-1]["at"]}
    assert len(ok(await lead.get("/v1/audit", params=params | until))["items"]) == len(entries) - 1


async def test_the_audit_is_read_in_pages(project: Project) -> None:
    await approved(project)
    lead = project.site.person("lead", sub="maija")
    seen: list[int] = []
    cursor: str | None = None

    while True:
        params = {"project_id": project.id, "limit": 2} | ({"cursor": cursor} if cursor else {})
        found = ok(await lead.get("/v1/audit", params=params))
        seen += [entry["sequence"] for entry in found["items"]]
        if (cursor := found["next"]) is None:
            break

    assert len(seen) == 7
    assert seen == sorted(set(seen), reverse=True)


async def test_nothing_is_acknowledged_without_its_receipt_and_the_same_again_completes_it(
    nats_server: NatsServer, store_server: SeaweedServer, credentials: Credentials, tmp_path: Path, project: Project
) -> None:
    await project.submit(await project.valid_result())
    officer = project.site.person("officer")
    away = {"s3_endpoint": "127.0.0.1:1"}
    async with site_on(nats_server, store_server, credentials, tmp_path / "other", **away) as without_store:
        same = without_store.person("officer")
        refused(await same.post(f"{project.path}/claim"), 503, "unavailable")
        report = await without_store.readiness.report()

    assert [line.name for line in report.lines if not line.ok] == ["s3"]
    assert ok(await officer.post(f"{project.path}/claim"))["officer"] == "ilze"


async def test_a_second_replica_sees_at_once_what_the_first_acknowledged(
    nats_server: NatsServer, store_server: SeaweedServer, credentials: Credentials, tmp_path: Path, project: Project
) -> None:
    await project.submit(await project.valid_result())
    officer = project.site.person("officer")
    async with site_on(nats_server, store_server, credentials, tmp_path / "other") as replica:
        elsewhere = replica.person("officer")
        for _ in range(10):
            ok(await officer.post(f"{project.path}/claim"))
            params = {"officer": "me", "q": project.id}
            assert len(ok(await elsewhere.get("/v1/reviews", params=params))["items"]) == 1
            ok(await officer.post(f"{project.path}/release"))
            assert ok(await elsewhere.get("/v1/reviews", params=params))["items"] == []


async def test_a_deleted_read_model_is_rebuilt_from_the_log(
    nats_server: NatsServer, store_server: SeaweedServer, credentials: Credentials, tmp_path: Path, project: Project
) -> None:
    await claimed(project, await project.valid_result())
    state = tmp_path / "deleted"
    params = {"q": project.id}
    async with site_on(nats_server, store_server, credentials, state) as first:
        before = ok(await first.person("officer").get("/v1/reviews", params=params))
    for file in state.iterdir():
        file.unlink()

    async with site_on(nats_server, store_server, credentials, state) as second:
        assert ok(await second.person("officer").get("/v1/reviews", params=params)) == before


async def test_every_dependency_is_named_in_readiness(site: Site) -> None:
    await site.person("officer").get("/v1/reviews")

    answer = await site.client.get("/readyz")

    assert answer.status_code == 200, answer.text
    assert {check["name"] for check in answer.json()["checks"]} == {"nats", "stream", "s3", "readmodel", "issuer"}


async def test_bodies_that_are_not_acceptable_are_refused_with_their_code(project: Project) -> None:
    one = await project.valid_result()
    officer = await claimed(project, one)
    path = f"{project.result_path(one)}/decision"

    async def tried(body: object) -> httpx.Response:
        return await officer.put(path, body)

    refused(await tried({"decision": "perhaps"}), 422, "invalid-body")
    refused(await tried({"decision": "approve", "unheard": 1}), 422, "invalid-body")
    refused(await tried({"decision": "approve", "comment": "x" * 10_001}), 422, "too-long")
    refused(await tried({"decision": "approve", "reasons": ["no-such-reason"]}), 422, "unknown-reason")
    refused(await tried({"decision": "request_changes", "comment": "  "}), 422, "comment-required")
    malformed = await officer.call("PUT", path, content=b"{", headers={"Content-Type": "application/json"})
    refused(malformed, 400, "malformed-json")
    ok(await tried(APPROVE | {"reasons": ["other"]}))
