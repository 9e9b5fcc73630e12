"""Uploads at several replicas, and the sweeper that removes only what nothing names."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from starlette.types import Message

from services.intake.adapters.sessions import KvSessions
from services.intake.use_cases.sweeping import SweepIncoming
from shared.contracts.subjects import object_key
from shared.messaging.log import Log
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import INCOMING
from tests.integration.intake.site import Desk, Site, refused, told
from tests.integration.messaging.users import log_of

CONTENT = bytes(range(256)) * 40_000
SIZE = len(CONTENT)


async def announce(desk: Desk, content: bytes = CONTENT) -> dict[str, object]:
    body = {"filename": "talk.mp3", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return told(await desk.call("POST", f"{desk.path}/uploads", json=body), 201)


async def test_an_upload_goes_on_at_another_replica_and_becomes_a_result_at_a_third(site: Site, desk: Desk) -> None:
    await desk.register()
    upload = await announce(desk)
    address, cut = f"/v1/uploads/{upload['upload_id']}", 6_000_000
    assert str(upload["url"]).endswith(address)
    first = await desk.http.put(address, content=CONTENT[:cut], headers={"Content-Range": f"bytes 0-{cut - 1}/{SIZE}"})
    assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{cut - 1}")

    async with site.running() as second_app, site.running() as third_app:
        second, third = desk.at(second_app), desk.at(third_app)
        asked = await second.http.put(address, headers={"Content-Range": f"bytes */{SIZE}"})
        assert asked.headers["range"] == f"bytes=0-{cut - 1}"
        last = await second.http.put(
            address, content=CONTENT[cut:], headers={"Content-Range": f"bytes {cut}-{SIZE - 1}/{SIZE}"}
        )
        assert told(last)["complete"] is True
        body = third.metadata(upload_id=upload["upload_id"])
        result = told(await third.call("POST", f"{desk.path}/results", json=body), 201)

    assert result["file"]["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert await site.objects(f"parts/{upload['upload_id']}/") == []
    assert await site.objects(f"{desk.project_id}/") == [object_key(result["id"], 1, result["file"]["sha256"])]


async def test_a_finished_upload_replaces_a_file(desk: Desk) -> None:
    await desk.register()
    result = await desk.post()
    upload = await announce(desk, b"Second edition.\n")
    told(await desk.http.put(f"/v1/uploads/{upload['upload_id']}", content=b"Second edition.\n"))

    replaced = await desk.call(
        "PUT",
        f"/v1/results/{result['id']}/file",
        json={"upload_id": upload["upload_id"]},
        headers={"If-Match": "*"},
    )

    assert (told(replaced)["revision"], replaced.json()["file"]["name"]) == (2, "talk.mp3")


async def test_somebody_elses_token_finds_no_upload(desk: Desk) -> None:
    await desk.register()
    upload = await announce(desk)

    response = await desk.call("PUT", f"/v1/uploads/{upload['upload_id']}", by="beneficiary", content=CONTENT)

    refused(response, 404, "unknown-upload")


async def test_a_sender_who_goes_away_is_no_fault_of_ours_and_what_came_is_kept(desk: Desk) -> None:
    await desk.register()
    upload = await announce(desk)
    address = f"/v1/uploads/{upload['upload_id']}"
    coming: list[Message] = [
        {"type": "http.request", "body": CONTENT[:70_000], "more_body": True},
        {"type": "http.disconnect"},
    ]
    answers: list[Message] = []

    async def receive() -> Message:
        return coming.pop(0)

    async def send(message: Message) -> None:
        answers.append(message)

    scope = {"type": "http", "method": "PUT", "path": address, "raw_path": address.encode(), "headers": []}
    await desk.app(scope | {"query_string": b"", "http_version": "1.1", "scheme": "http"}, receive, send)

    asked = await desk.http.put(address, headers={"Content-Range": f"bytes */{SIZE}"})
    assert answers == []
    assert (asked.status_code, asked.headers["range"]) == (308, "bytes=0-69999")


async def test_slow_uploads_without_a_token_hold_no_more_than_their_owners_share(site: Site, desk: Desk) -> None:
    await desk.register()
    over, begun = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield CONTENT[:1]
        begun.set()
        await over.wait()
        yield CONTENT[1:]

    async with site.running(pieces_at_once=2) as app:
        here = desk.at(app)
        uploads = [await announce(here) for _ in range(3)]
        held = [
            asyncio.create_task(here.http.put(f"/v1/uploads/{one['upload_id']}", content=slow())) for one in uploads
        ]
        await begun.wait()
        body = {"filename": "b.txt", "size": 5, "sha256": hashlib.sha256(b"Beata").hexdigest()}
        other = told(await here.call("POST", f"{here.path}/uploads", by="beneficiary", json=body), 201)

        answer = await here.http.put(f"/v1/uploads/{other['upload_id']}", content=b"Beata")

        over.set()
        await asyncio.gather(*held)
    assert told(answer)["complete"] is True


def sweep(store: S3ObjectStore, log: Log, hours: float) -> SweepIncoming:
    return SweepIncoming(
        store=store,
        events=log,
        sessions=KvSessions(log.connection.js),
        now=lambda: datetime.now(UTC) + timedelta(hours=hours),
    )


async def test_the_sweeper_removes_only_what_is_old_and_unnamed(desk: Desk) -> None:
    await desk.register()
    result = await desk.post(b"First.\n")
    files = {"file": ("b.txt", b"Second.\n", "text/plain")}
    told(await desk.call("PUT", f"/v1/results/{result['id']}/file", files=files, headers={"If-Match": "*"}))
    deleted = await desk.post(b"Deleted.\n")
    await desk.call("DELETE", f"/v1/results/{deleted['id']}", headers={"If-Match": "*"})
    logo = {"file": ("logo.png", b"picture", "image/png")}
    told(await desk.call("PUT", f"{desk.path}/logo", files=logo))
    named = set(await desk.site.objects(f"{desk.project_id}/"))
    assert len(named) == 4
    gone = object_key(deleted["id"], 1, deleted["file"]["sha256"])
    orphan = object_key(result["id"], 9, "a" * 64)
    lost = f"{desk.project_id}/{'a' * 26}/1/{'b' * 64}"
    part = f"parts/{'0' * 40}/00000-aaaa"
    strange = f"{desk.project_id}/strange"
    upload = await announce(desk)
    await desk.http.put(
        f"/v1/uploads/{upload['upload_id']}", content=CONTENT[:9], headers={"Content-Range": f"bytes 0-8/{SIZE}"}
    )
    with desk.site.eyes("intake") as store:
        for key in (orphan, lost, part, strange):
            await store.put_bytes(INCOMING, key, b"orphan")

    async with log_of("intake", desk.site.nats, desk.site.credentials) as log:
        with desk.site.eyes() as store:
            await sweep(store, log, hours=23)()
            assert {orphan, lost, strange} | named == set(await desk.site.objects(f"{desk.project_id}/"))

            counted = await sweep(store, log, hours=25)()

            assert counted["deleted"] >= 3
            assert set(await desk.site.objects(f"{desk.project_id}/")) == (named - {gone}) | {strange}
            assert await desk.site.objects("parts/0000") == []
            assert len(await desk.site.objects(f"parts/{upload['upload_id']}/")) == 1

            await sweep(store, log, hours=49)()

    assert await desk.site.objects(f"parts/{upload['upload_id']}/") == []


async def test_a_logo_that_was_removed_is_swept_and_one_that_came_after_stays(desk: Desk) -> None:
    await desk.register()
    path = f"{desk.path}/logo"
    for picture in (b"first", b"second"):
        told(
            await desk.call("PUT", path, files={"file": ("logo.png", picture, "image/png")}, headers={"If-Match": "*"})
        )
    assert (await desk.call("DELETE", path, headers={"If-Match": "*"})).status_code == 204
    kept = await desk.call("POST", f"{desk.path}/results", json=desk.metadata(kind="text", text="Words."))

    async with log_of("intake", desk.site.nats, desk.site.credentials) as log:
        with desk.site.eyes() as store:
            await sweep(store, log, hours=25)()
    own = told(kept, 201)
    assert await desk.site.objects(f"{desk.project_id}/") == [object_key(own["id"], 1, own["file"]["sha256"])]

    told(await desk.call("PUT", path, files={"file": ("logo.png", b"third", "image/png")}, headers={"If-Match": "*"}))
    async with log_of("intake", desk.site.nats, desk.site.credentials) as log:
        with desk.site.eyes() as store:
            await sweep(store, log, hours=25)()
    assert len(await desk.site.objects(f"{desk.project_id}/")) == 2


async def test_the_service_is_ready_when_everything_behind_it_is(desk: Desk) -> None:
    page = told(await desk.http.get("/readyz"))

    assert {one["name"]: one["ok"] for one in page["checks"]} == {
        "nats": True,
        "stream": True,
        "s3": True,
        "issuer": True,
    }
