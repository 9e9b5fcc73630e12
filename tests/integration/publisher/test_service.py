"""The publisher as the public meets it: what becomes public, how soon, how it is downloaded, and how it goes again."""

import asyncio
import base64
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from local.servers import NatsServer, SeaweedServer
from shared.contracts.project import ContactAccess, ContactState, LogoFile, LogoState, ProjectState, WebsiteState
from shared.contracts.subjects import logo_key, object_key
from shared.contracts.verdict import CheckOutcome, CheckResult, VerdictState
from shared.storage.zones import CLEAN, PUBLIC
from tests.integration.publisher.site import PUBLIC_URL, eventually, site_on
from tests.integration.publisher.world import World
from tests.unit.publisher import facts
from tests.unit.publisher.facts import Fact

PIXEL = b"GIF89a" + bytes(10)


@pytest.fixture
async def site(
    nats_server: NatsServer, store_server: SeaweedServer, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    async with site_on(nats_server, store_server, tmp_path / "state") as client:
        yield client


async def published(site: httpx.AsyncClient, world: World, content: bytes = facts.CONTENT) -> str:
    """A result on its whole way; return its id once it is public."""
    await world.approved(content=content)
    await world.record(facts.report())
    await shows(site, f"/v1/results/{world.result_id()}")
    return world.result_id()


async def shows(site: httpx.AsyncClient, path: str, status: int = 200) -> httpx.Response:
    async def asked() -> httpx.Response | None:
        response = await site.get(path)
        return response if response.status_code == status else None

    found = await eventually(asked)
    assert found is not None
    return found


async def test_a_project_is_public_when_it_is_registered_and_nothing_private_of_it(
    site: httpx.AsyncClient, world: World
) -> None:
    await world.record(facts.project(world.project))

    told = (await shows(site, f"/v1/projects/{world.project}")).json()

    assert (told["title"], told["acronym"], told["call_year"]) == ("Learning by doing", "LbD", 2023)
    assert [one["name"] for one in told["organisations"]] == ["Rīgas 1. vidusskola", "Lycée de Nantes"]
    assert set(told) == {
        "id", "title", "acronym", "summary", "programme", "call_year", "start_date", "end_date", "languages",
        "organisations", "website", "logo", "results_count", "page_url", "funding", "granting_authority", "contacts",
        "results",
    }  # fmt: skip


async def test_a_result_is_404_until_it_is_published_and_then_says_what_was_approved(
    site: httpx.AsyncClient, world: World
) -> None:
    await world.approved()
    await shows(site, f"/v1/projects/{world.project}")
    waiting = await site.get(f"/v1/results/{world.result_id()}")
    assert (waiting.status_code, waiting.json()["code"]) == (404, "unknown-result")

    await world.record(facts.report())

    told = (await shows(site, f"/v1/results/{world.result_id()}")).json()
    assert told["title"] == "Handbook"
    assert told["file"] == {
        "name": "handbook.pdf",
        "size": len(facts.CONTENT),
        "sha256": facts.digest(),
        "media_type": "application/pdf",
    }
    listed = (await site.get(f"/v1/projects/{world.project}")).json()
    assert [one["id"] for one in listed["results"]] == [world.result_id()]


async def test_metadata_that_was_changed_after_the_approval_is_not_shown(site: httpx.AsyncClient, world: World) -> None:
    await published(site, world)
    await world.record(facts.result(world.result_id(), title="Changed meanwhile"))
    await eventually(lambda: reached(site, world))

    assert (await site.get(f"/v1/results/{world.result_id()}")).json()["title"] == "Handbook"


async def reached(site: httpx.AsyncClient, world: World) -> bool:
    """The read model holds everything that is recorded now."""
    line = next(one for one in (await site.get("/readyz")).json()["checks"] if one["name"] == "readmodel")
    return bool(line["ok"])


async def test_the_file_is_the_approved_bytes_with_the_headers_that_keep_it_harmless(
    site: httpx.AsyncClient, world: World
) -> None:
    result_id = await published(site, world)

    response = await site.get(f"/v1/results/{result_id}/file")

    assert response.content == facts.CONTENT
    digest = base64.b64encode(bytes.fromhex(facts.digest())).decode()
    wanted = {
        "content-type": "application/pdf",
        "content-length": str(len(facts.CONTENT)),
        "content-disposition": "attachment; filename=\"handbook.pdf\"; filename*=UTF-8''handbook.pdf",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "etag": f'"{facts.digest()}"',
        "repr-digest": f"sha-256=:{digest}:",
        "accept-ranges": "bytes",
        "cache-control": "no-cache",
    }
    assert {name: response.headers.get(name) for name in wanted} == wanted


async def test_parts_conditions_and_heads_of_a_file(site: httpx.AsyncClient, world: World) -> None:
    path, size = f"/v1/results/{await published(site, world)}/file", len(facts.CONTENT)

    part = await site.get(path, headers={"Range": "bytes=2-5"})
    assert (part.status_code, part.content) == (206, facts.CONTENT[2:6])
    assert (part.headers["content-range"], part.headers["content-length"]) == (f"bytes 2-5/{size}", "4")
    tail = await site.get(path, headers={"Range": "bytes=-3", "If-Range": f'"{facts.digest()}"'})
    assert (tail.status_code, tail.content) == (206, facts.CONTENT[-3:])
    other = await site.get(path, headers={"Range": "bytes=-3", "If-Range": '"other"'})
    assert (other.status_code, other.content) == (200, facts.CONTENT)
    beyond = await site.get(path, headers={"Range": "bytes=9999-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    same = await site.get(path, headers={"If-None-Match": f'"{facts.digest()}"'})
    assert (same.status_code, same.content) == (304, b"")
    head = await site.head(path)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(size))


async def test_a_takedown_stops_the_file_at_once_and_everything_within_a_second(
    site: httpx.AsyncClient, world: World
) -> None:
    result_id = await published(site, world)

    await world.record(facts.takedown(result_id))

    assert (await site.get(f"/v1/results/{result_id}/file")).status_code == 410
    started = time.monotonic()
    gone = await shows(site, f"/v1/results/{result_id}", 410)
    assert time.monotonic() - started < 1
    assert gone.json()["code"] == "taken-down"
    assert "It names a pupil" in gone.json()["detail"]
    assert (await site.get(f"/v1/results/{result_id}/proof")).status_code == 410
    page = await site.get(f"/results/{result_id}", headers={"Accept-Language": "lv"})
    assert page.status_code == 410
    assert "Iemesls: It names a pupil" in page.text
    assert (await site.get(f"/v1/projects/{world.project}")).json()["results"] == []
    assert result_id not in (await site.get("/v1/results", params={"q": "Handbook", "limit": 200})).text
    await eventually(lambda: removed(world))


async def removed(world: World) -> bool:
    return await world.public_bytes() is None


async def test_a_takedown_of_what_was_never_public_tells_nothing(site: httpx.AsyncClient, world: World) -> None:
    await world.approved()
    await world.record(facts.takedown(world.result_id()))
    await eventually(lambda: withdrawn(world))
    await eventually(lambda: reached(site, world))

    assert (await site.get(f"/v1/results/{world.result_id()}")).status_code == 404


async def withdrawn(world: World) -> bool:
    return await world.status() == "withdrawn"


async def test_a_public_object_that_was_lost_is_served_all_the_same(site: httpx.AsyncClient, world: World) -> None:
    result_id = await published(site, world)
    await world.public.delete(PUBLIC, object_key(result_id, 1, facts.digest()))

    assert (await site.get(f"/v1/results/{result_id}/file")).content == facts.CONTENT


async def test_the_proof_names_digests_engines_times_and_rounds_and_no_people(
    site: httpx.AsyncClient, world: World
) -> None:
    await world.record(facts.project(world.project))
    sequence = await world.hand_in()
    fact = facts.verdict(world.result_id())
    assert isinstance(fact.state, VerdictState)
    check = CheckResult(check="malware", outcome=CheckOutcome.PASSED, engine="ClamAV 1.4.3/27000")
    checked = await world.record(
        Fact(
            owner="validator",
            thing="result",
            happened="checked",
            state=fact.state.model_copy(update={"checks": (check,), "signatures": "27000"}),
            thing_id=world.result_id(),
        )
    )
    entry = facts.entry(world.result_id(), sequence)
    await world.record(facts.submitted(entry))
    approval = await world.record(facts.approved(entry))
    report = await world.record(facts.report())
    await shows(site, f"/v1/results/{world.result_id()}")

    response = await site.get(f"/v1/results/{world.result_id()}/proof")

    told = response.json()
    assert told["sha256"] == told["verdict"]["sha256"] == told["approval"]["sha256"] == facts.digest()
    assert told["verdict"]["checks"] == [{"check": "malware", "outcome": "passed", "engine": "ClamAV 1.4.3/27000"}]
    assert [told[one]["sequence"] for one in ("received", "verdict", "approval", "gate")] == [
        sequence,
        checked,
        approval,
        report,
    ]
    assert told["approval"]["round"] == 1
    assert not [name for name in ("ilze", "anna", "lead") if name in response.text]


async def test_a_website_is_public_within_a_second(site: httpx.AsyncClient, world: World) -> None:
    await world.record(facts.project(world.project))
    await shows(site, f"/v1/projects/{world.project}")

    async def is_shown(url: str | None) -> bool:
        return bool((await site.get(f"/v1/projects/{world.project}")).json()["website"] == url)

    for url in ("https://school.example", "https://other.example", None):
        started = time.monotonic()
        state = WebsiteState(url=url)
        await world.record(Fact(owner="intake", thing="website", happened="set" if url else "removed", state=state))
        await eventually(lambda url=url: is_shown(url))  # type: ignore[misc]  # bound for the loop
        assert time.monotonic() - started < 1


async def test_contacts_are_public_field_by_field_as_flagged_and_leave_with_their_flags(
    site: httpx.AsyncClient, world: World
) -> None:
    fact = facts.project(world.project)
    assert isinstance(fact.state, ProjectState)
    present = (ContactAccess(id="c1", access="edit"), ContactAccess(id="c2", access="view", organisation_id="o3"))
    await world.record(replace(fact, state=fact.state.model_copy(update={"contacts": present})))
    bucket = await world.logs["intake"].connection.js.key_value("contacts-public")
    key = f"{world.project}.{secrets.token_hex(4)}"
    await bucket.put(key, b'{"name": "Zaiga", "email": "zaiga@example.org", "phone": "20000001"}')

    async def flag(contact_id: str, **flags: bool) -> None:
        state = ContactState(contact_id=contact_id, public_key=key, **flags)
        await world.record(Fact(owner="intake", thing="contact", happened="changed", state=state, thing_id=contact_id))

    async def shown(*people: dict[str, str]) -> bool:
        told = (await site.get(f"/v1/projects/{world.project}")).json()
        found = [{name: text for name, text in one.items() if text} for one in told["contacts"]]
        return found == list(people)

    await shows(site, f"/v1/projects/{world.project}")
    await flag("c1", publish_name=True)
    await eventually(lambda: shown({"name": "Zaiga"}))
    await flag("c2", publish_name=True)
    await flag("nobody", publish_name=True)
    await flag("c1", publish_name=True, publish_phone=True)
    await eventually(lambda: shown({"name": "Zaiga", "phone": "20000001"}))
    await bucket.delete(key)
    assert await shown()
    await flag("c1")
    await eventually(lambda: reached(site, world))
    assert await shown()


async def test_a_logo_is_shown_after_its_verdict_and_not_before(site: httpx.AsyncClient, world: World) -> None:
    await world.record(facts.project(world.project))
    sha256 = facts.digest(PIXEL)
    key = logo_key(world.project, 1, sha256)
    await world.clean.put_bytes(CLEAN, key, PIXEL)
    file = LogoFile(name="logo.gif", size=len(PIXEL), sha256=sha256, object_key=key)
    await world.record(Fact(owner="intake", thing="logo", happened="set", state=LogoState(revision=1, file=file)))
    await eventually(lambda: reached(site, world))
    assert (await site.get(f"/v1/projects/{world.project}")).json()["logo"] is None
    assert (await site.get(f"/v1/projects/{world.project}/logo")).status_code == 404

    fact = facts.verdict(f"{world.project}~logo", sha256=sha256)
    assert isinstance(fact.state, VerdictState)
    state = fact.state.model_copy(update={"detected_type": "image/gif", "object_key": key})
    await world.record(Fact(owner="validator", thing="logo", happened="checked", state=state))

    logo = await shows(site, f"/v1/projects/{world.project}/logo")
    assert (logo.content, logo.headers["content-type"]) == (PIXEL, "image/gif")
    assert logo.headers["x-content-type-options"] == "nosniff"
    told = (await site.get(f"/v1/projects/{world.project}")).json()
    assert told["logo"] == f"{PUBLIC_URL}/v1/projects/{world.project}/logo"
    await world.record(Fact(owner="intake", thing="logo", happened="removed", state=LogoState(revision=2)))
    await shows(site, f"/v1/projects/{world.project}/logo", 404)


async def test_what_was_published_while_nobody_was_there_is_published_at_the_next_start(
    nats_server: NatsServer, store_server: SeaweedServer, tmp_path: Path, world: World
) -> None:
    await world.approved()
    await world.record(facts.report())

    async with site_on(nats_server, store_server, tmp_path / "state") as site:
        await shows(site, f"/v1/results/{world.result_id()}")
    async with site_on(nats_server, store_server, tmp_path / "other") as site:
        await shows(site, f"/v1/results/{world.result_id()}")

    assert await world.happened() == ["published"]


async def test_two_replicas_publish_once(
    nats_server: NatsServer, store_server: SeaweedServer, tmp_path: Path, world: World
) -> None:
    async with (
        site_on(nats_server, store_server, tmp_path / "one") as one,
        site_on(nats_server, store_server, tmp_path / "other") as other,
    ):
        await world.approved()
        await world.record(facts.report())
        await asyncio.gather(*(shows(site, f"/v1/results/{world.result_id()}") for site in (one, other)))

    assert await world.happened() == ["published"]


async def test_a_deleted_read_model_loses_nothing(
    nats_server: NatsServer, store_server: SeaweedServer, tmp_path: Path, world: World
) -> None:
    async with site_on(nats_server, store_server, tmp_path / "state") as site:
        before = (await site.get(f"/v1/results/{await published(site, world)}")).json()
        (tmp_path / "state" / "publisher.sqlite").unlink()
        await asyncio.sleep(1)

        again = await shows(site, f"/v1/results/{world.result_id()}")

    assert again.json() == before


async def test_versions_spare_the_body(site: httpx.AsyncClient, world: World) -> None:
    await published(site, world)
    for path in (f"/v1/projects/{world.project}", f"/v1/results/{world.result_id()}", f"/results/{world.result_id()}"):
        first = await site.get(path)
        again = await site.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), path


async def test_ready_names_every_dependency(site: httpx.AsyncClient) -> None:
    report = (await site.get("/readyz")).json()

    assert {line["name"]: line["ok"] for line in report["checks"]} == {
        "nats": True,
        "stream": True,
        "s3": True,
        "readmodel": True,
    }


async def test_a_deletion_that_came_beside_the_first_publication_withdraws_it(
    site: httpx.AsyncClient, world: World
) -> None:
    """A reopened project may delete what was never public while a publication is on its way."""
    result_id = await published(site, world)

    await world.record(facts.result(result_id, deleted=True))

    await shows(site, f"/v1/results/{result_id}", 410)
