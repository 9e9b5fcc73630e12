"""The whole publisher in this process, on the real servers: handlers, read model and HTTP without a socket."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from local.servers import NatsServer, SeaweedServer
from services.publisher import app
from services.publisher.settings import PublisherSettings
from shared.health import Readiness

PUBLIC_URL = "https://results.example"
SECONDS_MAX = 10.0

T = TypeVar("T")


def settings_of(nats: NatsServer, store: SeaweedServer, state: Path) -> PublisherSettings:
    environment = nats.environment("publisher") | store.environment("publisher")
    values: dict[str, Any] = {name.removeprefix("RESULTS_").lower(): value for name, value in environment.items()}
    return PublisherSettings.model_validate(values | {"http_port": 1, "state_dir": state, "public_url": PUBLIC_URL})


@asynccontextmanager
async def site_on(nats: NatsServer, store: SeaweedServer, state: Path) -> AsyncIterator[httpx.AsyncClient]:
    built = app.build(settings_of(nats, store, state), readiness := Readiness())
    async with built.router.lifespan_context(built):
        transport = httpx.ASGITransport(app=built, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as client:
            await eventually(lambda: _is_ready(readiness), seconds=60)
            yield client


async def _is_ready(readiness: Readiness) -> bool:
    return (await readiness.report()).ready


async def eventually(fact: Callable[[], Awaitable[T]], *, seconds: float = SECONDS_MAX) -> T:
    """Ask until the answer is true; return it."""
    end = time.monotonic() + seconds
    while not (found := await fact()):
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.005)
    return found
