"""Upstream systems on NATS: the inbox takes their events, the outcome comes back, and that user can do nothing else."""

import asyncio
import json
import secrets

import nats.errors
import pytest

from tests.e2e.events import SOURCE, connected, event, publish, tell
from tests.e2e.scenario import Scenario, metadata, project_body
from tests.e2e.site import ok


async def test_a_project_with_a_website_and_a_result_comes_over_nats(scenario: Scenario) -> None:
    async with connected(scenario.site) as client:
        registered = await tell(
            client, event("project.registered", project_body() | {"project_id": scenario.project_id})
        )
        website = await tell(
            client,
            event("website.set", {"project_id": scenario.project_id, "url": "https://nats.example.org/"}),
        )
        posted = await tell(
            client,
            event(
                "result.posted",
                {"project_id": scenario.project_id, "metadata": metadata(kind="text", text="From afar.")},
            ),
        )

    assert [one["status"] for one in (registered, website, posted)] == ["accepted"] * 3
    found = await asyncio.to_thread(scenario.until, posted["result_id"], "valid")
    assert found["kind"] == "text"


async def test_the_same_event_again_answers_duplicate(scenario: Scenario) -> None:
    sent = event("project.registered", project_body() | {"project_id": scenario.project_id})
    async with connected(scenario.site) as client:
        await tell(client, sent)
        outcomes: asyncio.Queue[bytes] = asyncio.Queue()

        async def keep(message: object) -> None:
            await outcomes.put(message.data)  # type: ignore[attr-defined]

        await client.subscribe(f"upstream-outcome.{SOURCE}.{sent['id']}", cb=keep)
        headers = {f"ce-{name}": str(value) for name, value in sent.items() if name not in ("data", "datacontenttype")}
        headers["Nats-Msg-Id"] = secrets.token_hex(8)
        await client.request(
            f"upstream.{SOURCE}.{sent['type']}", json.dumps(sent["data"]).encode(), timeout=5, headers=headers
        )
        again = json.loads(await asyncio.wait_for(outcomes.get(), 10))

    assert again["status"] == "duplicate"


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("project.exploded", {}, "unknown-event-type"),
        ("result.posted", {"metadata": metadata(kind="text", text="x")}, "unknown-project"),
        ("website.set", {"url": "https://x.example.org/"}, "unknown-project"),
        ("project.registered", {"title": "Half a project"}, None),
    ],
)
async def test_what_cannot_be_accepted_is_rejected_with_a_code(
    scenario: Scenario, kind: str, data: dict[str, object], code: str | None
) -> None:
    async with connected(scenario.site) as client:
        outcome = await tell(client, event(kind, data | {"project_id": scenario.project_id}))

    assert outcome["status"] == "rejected"
    assert code in (None, outcome["code"])
    assert outcome["code"]
    assert outcome["detail"]


async def test_a_message_that_is_no_json_does_not_stop_those_behind_it(scenario: Scenario) -> None:
    broken = event("project.registered", {})
    async with connected(scenario.site) as client:
        await publish(client, broken, b"{ not json")
        behind = await tell(client, event("project.registered", project_body() | {"project_id": scenario.project_id}))

    assert behind["status"] == "accepted"


@pytest.mark.parametrize("attribute", ["source", "type", "specversion"])
async def test_an_event_without_a_required_attribute_is_rejected(scenario: Scenario, attribute: str) -> None:
    sent = event("project.registered", project_body() | {"project_id": scenario.project_id})
    headers = {
        f"ce-{name}": str(value) for name, value in sent.items() if name not in ("data", "datacontenttype", attribute)
    }
    outcomes: asyncio.Queue[bytes] = asyncio.Queue()

    async def keep(message: object) -> None:
        await outcomes.put(message.data)  # type: ignore[attr-defined]

    async with connected(scenario.site) as client:
        await client.subscribe(f"upstream-outcome.{SOURCE}.{sent['id']}", cb=keep)
        body = json.dumps(sent["data"]).encode()
        await client.request(f"upstream.{SOURCE}.{sent['type']}", body, timeout=5, headers=headers)
        outcome = json.loads(await asyncio.wait_for(outcomes.get(), 10))

    assert (outcome["status"], outcome["code"]) == ("rejected", "invalid-event")


async def test_an_upstream_user_can_write_nothing_but_its_own_inbox(scenario: Scenario) -> None:
    async with connected(scenario.site) as client:
        for subject in (f"intake.{scenario.project_id}.project", "upstream.other.x", "review.x.round"):
            with pytest.raises((nats.errors.TimeoutError, nats.errors.NoRespondersError)):
                await client.request(subject, b"{}", timeout=0.5)

    assert scenario.coordinator.intake("GET", scenario.path).status_code == 404
    ok(scenario.public.intake("GET", "/healthz"))
