"""Events as upstream systems send them: over HTTP in three forms, and on NATS."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from tests.e2e.site import Caller, Site

SOURCE = "demo"
USER = f"upstream-{SOURCE}"
STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"


def credentials_of(path: Path) -> dict[str, str]:
    """User to password, as the platform's home keeps them."""
    users: dict[str, str] = json.loads(path.read_text())["nats"]
    return users


def event(kind: str, data: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """A CloudEvent in its structured form."""
    return {
        "specversion": "1.0",
        "id": f"ev-{secrets.token_hex(8)}",
        "source": SOURCE,
        "type": f"upstream.{kind}.v1",
        "datacontenttype": "application/json",
        "data": data,
    } | attributes


def send(caller: Caller, *events: dict[str, Any]) -> httpx.Response:
    """One event in the structured form, several as a batch."""
    kind, body = (STRUCTURED, events[0]) if len(events) == 1 else (BATCH, list(events))
    return caller.intake("POST", "/v1/events", content=json.dumps(body), headers={"Content-Type": kind})


def send_binary(caller: Caller, one: dict[str, Any]) -> httpx.Response:
    """One event in the binary form: attributes as headers, data as the body."""
    headers = {f"ce-{name}": str(value) for name, value in one.items() if name not in ("data", "datacontenttype")}
    return caller.intake("POST", "/v1/events", json=one["data"], headers=headers)


@asynccontextmanager
async def connected(site: Site, user: str = USER) -> AsyncIterator[Client]:
    """A connection with the rights of that user alone."""
    client = await nats.connect(
        site.nats_url,
        user=user,
        password=site.nats_users[user],
        inbox_prefix=f"_INBOX.{user}".encode(),
        allow_reconnect=False,
    )
    try:
        yield client
    finally:
        await client.close()


async def tell(client: Client, one: dict[str, Any], seconds: float = 10.0) -> dict[str, Any]:
    """Publish an event and wait for its outcome."""
    outcomes: asyncio.Queue[Msg] = asyncio.Queue()
    subscription = await client.subscribe(f"upstream-outcome.{SOURCE}.{one['id']}", cb=outcomes.put)
    await client.flush()
    await publish(client, one)
    message = await asyncio.wait_for(outcomes.get(), seconds)
    await subscription.unsubscribe()
    outcome: dict[str, Any] = json.loads(message.data)
    return outcome


async def publish(client: Client, one: dict[str, Any], body: bytes | None = None) -> None:
    """Publish an event in NATS binary mode and wait until the inbox has it on disk."""
    headers = {f"ce-{name}": str(value) for name, value in one.items() if name not in ("data", "datacontenttype")}
    headers["Nats-Msg-Id"] = str(one.get("id", secrets.token_hex(8)))
    payload = json.dumps(one["data"]).encode() if body is None else body
    await client.request(f"upstream.{SOURCE}.{one['type']}", payload, timeout=5, headers=headers)
