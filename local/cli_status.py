"""`results status`: ask every part, not the supervisor's memory of it."""

import asyncio
from typing import Any

import httpx
import typer

from local.clamav import ClamdServer
from local.home import Home
from local.nats_server import http_status
from local.operating import operator_connection
from local.ports import SERVICES
from local.terminal import AsJson, CommandError, console, print_json, print_table
from shared.messaging.connection import Connection
from shared.messaging.streams import STREAMS, WORK

PROBE_SECONDS = 3.0


def status(as_json: AsJson = False) -> None:
    """Show every part, the streams and what waits. Exit code 1 when something is away."""
    home = Home.current()
    parts, log = asyncio.run(_ask(home))
    if as_json:
        print_json({"home": str(home.path), "urls": home.urls, "parts": parts, **log})
    else:
        _print(parts, log)
    if any(part["state"] != "ready" for part in parts):
        raise typer.Exit(1)


async def _ask(home: Home) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    log: dict[str, Any] = {"streams": [], "work": []}
    try:
        async with operator_connection(home) as connection:
            log = {"streams": await _streams(connection), "work": await _work(connection)}
            nats = _part("nats", ready=True)
    except CommandError as error:
        nats = _part("nats", ready=False, reason=str(error))
    async with httpx.AsyncClient(timeout=PROBE_SECONDS) as client:
        services = await asyncio.gather(*(_service(client, name, home.urls[name]) for name in SERVICES))
    return [nats, *_servers(home), *services], log


def _servers(home: Home) -> list[dict[str, Any]]:
    clamd = ClamdServer(home.path / "clamd", home.ports)
    return [
        _part("store", ready=http_status(home.ports.s3, "/incoming") == 403),
        _part("clamd", ready=clamd.is_ready(), reason=clamd.ask("VERSION")),
        _part("issuer", ready=http_status(home.ports.issuer, "/healthz") == 200),
    ]


async def _service(client: httpx.AsyncClient, name: str, url: str) -> dict[str, Any]:
    try:
        answer = await client.get(f"{url}/readyz")
        checks = answer.json().get("checks", [])
    except (httpx.HTTPError, ValueError):
        return _part(name, ready=False)
    missing = [f"{check['name']}: {check.get('reason')}" for check in checks if not check.get("ok", True)]
    return _part(name, ready=answer.status_code == 200, reason="; ".join(missing) or None) | {"checks": checks}


def _part(name: str, *, ready: bool, reason: str | None = None) -> dict[str, Any]:
    return {"part": name, "state": "ready" if ready else "away", "reason": reason}


async def _streams(connection: Connection) -> list[dict[str, Any]]:
    found = []
    for stream in STREAMS:
        state = (await connection.js.stream_info(str(stream.name))).state
        found.append({"stream": stream.name, "messages": state.messages, "bytes": state.bytes, "last": state.last_seq})
    return found


async def _work(connection: Connection) -> list[dict[str, Any]]:
    found = []
    for one in WORK:
        info = await connection.js.consumer_info(one.stream, one.durable)
        waiting = {"waiting": info.num_pending, "in_hand": info.num_ack_pending, "again": info.num_redelivered}
        found.append({"work": one.durable, "service": one.service} | waiting)
    return found


def _print(parts: list[dict[str, Any]], log: dict[str, Any]) -> None:
    print_table(("part", "state", ""), ((one["part"], one["state"], one["reason"]) for one in parts), empty="no parts")
    for name in ("streams", "work"):
        if rows := log[name]:
            console.print()
            print_table(tuple(rows[0]), (tuple(row.values()) for row in rows), empty="")
