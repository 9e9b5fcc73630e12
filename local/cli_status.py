"""`results status`: everything on one screen, asked of every part and not of the supervisor's memory."""

import asyncio
import os
import time
from typing import Annotated, Any

import httpx
import typer
from pydantic import Field

from local.clamav import ClamdServer
from local.home import Home
from local.nats_server import http_status
from local.ops import platform as platforms
from local.ops.condition import PROBE_SECONDS, Condition, zones
from local.ops.platform import Access, access
from local.ports import SERVICES
from local.terminal import AsJson, CommandError, console, print_json, print_line_of_json, print_table
from shared.settings import Settings, load

Report = dict[str, Any]
TABLES = ("streams", "work", "read_models", "buckets")
LINES = ("events", "deadletters", "scanner", "disk")


class StatusSettings(Settings):
    """Where the services of a platform answer that is not the local one."""

    service_urls: dict[str, str] = Field(
        default_factory=dict,
        description='JSON of addresses with /readyz and /metrics, for example {"intake": "http://intake:9090"}.',
    )


def status(
    buckets: Annotated[bool, typer.Option("--buckets", help="Count the objects of every bucket too.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show it again and again, until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=0.5, help="With --watch: seconds between two looks.")] = 5.0,
    as_json: AsJson = False,
) -> None:
    """Show every part, what waits and since when, rates, dead letters, the scanner, read models and disks.

    Exit code 1 when something is away.
    """
    is_local = "RESULTS_NATS_URL" not in os.environ
    try:
        while True:
            report = asyncio.run(_asked(is_local, buckets))
            _show(report, as_json, watch)
            if not watch:
                break
            time.sleep(every)
    except KeyboardInterrupt:
        return
    if any(part["state"] != "ready" for part in report["parts"]):
        raise typer.Exit(1)


async def _asked(is_local: bool, buckets: bool) -> Report:
    home = Home.current() if is_local else None
    urls = {name: home.urls[name] for name in SERVICES} if home else load(StatusSettings).service_urls
    report: Report = {"streams": [], "work": []}
    try:
        report, nats = await _condition(access(), urls, buckets), _part("nats", ready=True)
    except CommandError as error:
        nats = _part("nats", ready=False, reason=str(error))
    async with httpx.AsyncClient(timeout=PROBE_SECONDS) as client:
        services = await asyncio.gather(*(_service(client, name, url) for name, url in urls.items()))
    about = {"home": str(home.path), "urls": home.urls} if home else {"urls": urls}
    return about | {"parts": [nats, *(_servers(home) if home else []), *services]} | report


async def _condition(found: Access, urls: dict[str, str], buckets: bool) -> Report:
    async with platforms.opened(found) as platform:
        report = await Condition(platform.connection, urls).whole()
        if buckets:
            report["buckets"] = await zones(platform.buckets)
        return report


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


def _show(report: Report, as_json: bool, again: bool) -> None:
    if as_json:
        (print_line_of_json if again else print_json)(report)
        return
    if again:
        console.clear()
    parts = report["parts"]
    print_table(("part", "state", ""), ((one["part"], one["state"], one["reason"]) for one in parts), empty="no parts")
    for name in LINES:
        if line := report.get(name):
            told = ", ".join(f"{key} {_worded(value)}" for key, value in line.items() if value is not None)
            console.print(f"\n{name}: {told}" if name == LINES[0] else f"{name}: {told}", markup=False)
    for name in TABLES:
        rows = report.get(name)
        if isinstance(rows, dict):
            console.print(f"\n{name}: {rows}", markup=False)
        elif rows:
            console.print()
            print_table(tuple(rows[0]), ([_worded(value) for value in row.values()] for row in rows), empty="")


def _worded(value: object) -> object:
    return ", ".join(map(str, value)) or "-" if isinstance(value, list) else value
