"""The validator as a process of its own, as the platform starts it."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from local.port_ranges import reserved_ports
from local.servers import Ports
from tests.integration.validator.platform import Servers

ROOT = Path(__file__).parents[3]


def environment(servers: Servers, state_dir: Path, port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "RESULTS_HTTP_PORT": str(port),
        "RESULTS_STATE_DIR": str(state_dir),
        "RESULTS_NATS_URL": servers.nats.url,
        "RESULTS_NATS_USER": "validator",
        "RESULTS_NATS_PASSWORD": servers.credentials.nats["validator"],
        "RESULTS_LOG_FORMAT": "console",
        **servers.store.environment("validator"),
        **servers.clamd.environment(),
    }


class Process:
    """The validator as the platform starts it."""

    def __init__(self, servers: Servers, state_dir: Path, ports: Ports) -> None:
        self._servers, self._state_dir, self.port = servers, state_dir, ports.service("validator")
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._running
        return self._running.pid

    async def start(self) -> None:
        self._running = subprocess.Popen(  # noqa: ASYNC220 - it returns at once
            [sys.executable, "-m", "services.validator"],
            cwd=ROOT,
            env=environment(self._servers, self._state_dir, self.port),
            stderr=subprocess.DEVNULL,
        )
        async with asyncio.timeout(60), httpx.AsyncClient() as client:
            while True:
                try:
                    if (await client.get(f"http://127.0.0.1:{self.port}/readyz")).status_code == 200:
                        return
                except httpx.HTTPError:
                    assert self._running.poll() is None, "the validator ended while it started"
                await asyncio.sleep(0.05)

    def stop(self, number: int = signal.SIGKILL) -> int:
        assert self._running
        self._running.send_signal(number)
        code = self._running.wait(30)
        self._running = None
        return code


@asynccontextmanager
async def process(servers: Servers, state_dir: Path) -> AsyncIterator[Process]:
    with reserved_ports() as ports:
        one = Process(servers, state_dir, ports)
        await one.start()
        try:
            yield one
        finally:
            if one._running:
                one.stop()
