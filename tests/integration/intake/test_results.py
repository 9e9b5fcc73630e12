"""Results on the real store: nothing lost, nothing doubled, nothing left behind."""

import asyncio
import secrets

import httpx

from shared.contracts.result import ResultState
from shared.contracts.subjects import object_key
from shared.messaging.log import Log
from tests.integration.intake.site import Desk, Site, refused, told


async def test_a_result_is_an_object_and_an_event_that_names_it(desk: Desk, operator: Log) -> None:
    await desk.register()
    result = await desk.post(b"What we learnt.\n")

    state = (await operator.load(desk.project_id)).state("intake", "result", ResultState, result["id"])

    assert state is not None
    assert state.file.object_key == object_key(result["id"], 1, result["file"]["sha256"])
    assert await desk.site.objects(f"{desk.project_id}/") == [state.file.object_key]


async def test_the_same_key_at_two_replicas_at_once_is_one_result(site: Site, desk: Desk) -> None:
    await desk.register()
    async with site.running() as other:
        there, key = desk.at(other), secrets.token_hex(8)

        answers = await asyncio.gather(*(one.try_post(key=key) for one in (desk, there) * 3))

    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1
    assert len(await desk.results()) == 1


async def test_a_repetition_whose_first_answer_was_lost_is_the_same_result(desk: Desk, operator: Log) -> None:
    await desk.register()
    key = secrets.token_hex(8)
    first = await desk.post(key=key)
    await operator.connection.js.purge_stream("KV_idempotency-intake")

    again = await desk.post(key=key)

    assert first["id"] == again["id"]
    assert len(await desk.results()) == 1


async def test_a_repetition_is_answered_although_the_project_is_locked_since(desk: Desk, review: Log) -> None:
    await desk.register()
    key = secrets.token_hex(8)
    path, body = f"{desk.path}/results", desk.metadata(kind="text", text="Kept.")
    first = told(await desk.call("POST", path, json=body, headers={"Idempotency-Key": key}), 201)
    told(await desk.call("DELETE", f"/v1/results/{first['id']}", headers={"If-Match": "*"}), 204)

    again = await desk.call("POST", path, json=body, headers={"Idempotency-Key": key})

    assert told(again, 201)["id"] == first["id"]
    assert again.headers["idempotency-replayed"] == "true"


async def test_many_posts_with_one_external_id_are_revisions_of_one_result(desk: Desk) -> None:
    await desk.register()

    answers = await asyncio.gather(
        *(desk.post(f"Edition {number}.\n".encode(), by="upstream", external_id="bm-1") for number in range(8))
    )

    assert len({one["id"] for one in answers}) == 1
    assert sorted(one["revision"] for one in answers) == list(range(1, 9))
    (result,) = await desk.results()
    assert result["revision"] == 8
    assert result["file"]["sha256"] in {one["file"]["sha256"] for one in answers if one["revision"] == 8}


async def test_a_known_external_id_is_answered_with_200(desk: Desk) -> None:
    await desk.register()
    assert (await desk.try_post(by="upstream", external_id="x")).status_code == 201

    again = await desk.try_post(b"New.\n", by="upstream", external_id="x", title="New (English)")

    assert (again.status_code, again.json()["revision"], again.json()["title"]) == (200, 2, "New (English)")
    assert (await desk.try_post(by="coordinator", external_id="x")).status_code == 201


async def test_of_many_replacements_of_one_version_one_wins(desk: Desk) -> None:
    await desk.register()
    result = await desk.post()
    path = f"/v1/results/{result['id']}"
    tag = (await desk.call("GET", path)).headers["etag"]

    async def replace(number: int) -> httpx.Response:
        files = {"file": ("b.txt", f"{number}\n".encode(), "text/plain")}
        return await desk.call("PUT", f"{path}/file", files=files, headers={"If-Match": tag})

    answers = await asyncio.gather(*(replace(number) for number in range(6)))

    assert sorted(one.status_code for one in answers) == [200, 412, 412, 412, 412, 412]
    assert (await desk.results())[0]["revision"] == 2


async def test_replacements_of_any_version_all_count(desk: Desk, operator: Log) -> None:
    await desk.register()
    result = await desk.post()
    path = f"/v1/results/{result['id']}/file"

    async def replace(number: int) -> httpx.Response:
        files = {"file": ("b.txt", f"{number}\n".encode(), "text/plain")}
        return await desk.call("PUT", path, files=files, headers={"If-Match": "*"})

    await asyncio.gather(*(replace(number) for number in range(6)))

    assert (await desk.results())[0]["revision"] == 7
    subject = f"intake.{desk.project_id}.result.{result['id']}"
    states = [one.state_as(ResultState) async for one in operator.history(subject)]
    assert all(one.file.object_key == object_key(one.id, one.revision, one.file.sha256) for one in states)
    assert {one.file.object_key for one in states} <= set(await desk.site.objects(f"{desk.project_id}/"))


async def test_refusals_leave_no_object(desk: Desk) -> None:
    await desk.register()

    refused(await desk.try_post(name="a.zip"), 415, "format-not-allowed")
    refused(await desk.try_post(b""), 422, "empty-file")
    refused(await desk.try_post(title=""), 422, "missing-title")
    refused(await desk.try_post(name="../a.txt"), 422, "filename-not-allowed")

    assert await desk.site.objects(f"{desk.project_id}/") == []


async def test_a_file_that_is_too_large_leaves_nothing(site: Site) -> None:
    async with site.running(upload_bytes_max=3_000_000) as app:
        desk = Desk(site=site, app=app)
        await desk.register()

        refused(await desk.try_post(b"x" * 3_000_001), 413, "file-too-large")
        assert told(await desk.try_post(b"x" * 3_000_000), 201)["file"]["size"] == 3_000_000

    assert len(await site.objects(f"{desk.project_id}/")) == 1
    assert list(site.home.rglob("*.spool")) == []


async def test_links_and_texts_are_objects_too(desk: Desk) -> None:
    await desk.register()
    path = f"{desk.path}/results"
    link = told(await desk.call("POST", path, json=desk.metadata(kind="link", url="https://example.org/a")), 201)
    text = told(await desk.call("POST", path, json=desk.metadata(kind="text", text="Intangible.")), 201)

    assert (link["file"]["name"], link["url"]) == ("link.uri", "https://example.org/a")
    assert (text["file"]["name"], text["file"]["size"]) == ("text.txt", 11)
    changed = told(
        await desk.call(
            "PATCH",
            f"/v1/results/{link['id']}",
            json={"url": "https://example.org/b", "title": "New (English)"},
            headers={"If-Match": "*"},
        )
    )
    assert (changed["revision"], changed["url"], changed["title"]) == (2, "https://example.org/b", "New (English)")
    same = await desk.call(
        "PATCH", f"/v1/results/{text['id']}", json={"text": "Intangible."}, headers={"If-Match": "*"}
    )
    assert told(same)["revision"] == 1
    wrong = await desk.call(
        "PATCH", f"/v1/results/{text['id']}", json={"url": "https://example.org/"}, headers={"If-Match": "*"}
    )
    refused(wrong, 422, "invalid-body")


async def test_a_file_may_not_come_with_a_link_or_an_upload(desk: Desk) -> None:
    await desk.register()

    refused(await desk.try_post(kind="text", text="x"), 422, "unexpected-file")
    refused(await desk.try_post(upload_id="0" * 40), 422, "unexpected-file")
    body = desk.metadata(kind="text", text="x", upload_id="0" * 40)
    refused(await desk.call("POST", f"{desk.path}/results", json=body), 422, "unexpected-file")
    refused(await desk.call("POST", f"{desk.path}/results", json=desk.metadata()), 422, "missing-file")
