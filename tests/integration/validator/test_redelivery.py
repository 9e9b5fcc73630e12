"""Killed at any moment, delivered twice, deleted meanwhile: one verdict, nothing lost, no orphan."""

import asyncio
import os
import random
import secrets
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from local.demo import files
from local.port_ranges import reserved_ports
from local.servers import Ports
from tests.integration.validator.platform import Intake, Servers, validator_of

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


def memory_megabytes(pid: int, field: str = "VmHWM") -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(field))


async def test_killed_again_and_again_it_judges_each_file_once(
    servers: Servers, intake: Intake, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    data = files.docx(tmp_path / "a.docx", ["Words."] * 20).path.read_bytes()
    async with process(servers, tmp_path / "state") as validator:
        results = [await intake.post("a.docx", data) for _ in range(30)]
        for _ in range(4):
            await asyncio.sleep(rng.random() * 0.6)
            validator.stop()
            await validator.start()

        verdicts = [await intake.verdict(one, seconds=90) for one in results]
        assert validator.stop(signal.SIGTERM) == 0

    assert {one.outcome for one in verdicts} == {"passed"}
    assert [len(await intake.verdicts(one)) for one in results] == [1] * 30
    assert all([await intake.kept(one.object_key) == data for one in verdicts])
    assert list((tmp_path / "state" / "spool").iterdir()) == [], "a restart removes what a killed process left"


async def test_the_parent_stays_small_with_large_files_and_stops_in_order(
    servers: Servers, intake: Intake, tmp_path: Path
) -> None:
    big = files.recording(tmp_path / "talk.mp3").path.read_bytes()
    async with process(servers, tmp_path / "state") as validator:
        results = [await intake.post("talk.mp3", big) for _ in range(4)]
        outcomes = {(await intake.verdict(one, seconds=110)).outcome for one in results}

        peak = memory_megabytes(validator.pid)
        print(f"peak of the parent with 4 files of 100 MB at once: {peak:.0f} MB")
        assert outcomes == {"passed"}
        assert peak < 250
        assert validator.stop(signal.SIGTERM) == 0


async def test_a_result_deleted_while_it_is_checked_leaves_no_orphan(
    servers: Servers, intake: Intake, tmp_path: Path
) -> None:
    async with validator_of(servers, tmp_path):
        keys = []
        for _ in range(12):
            text = f"words {secrets.token_hex(8)}".encode()
            result = await intake.post("a.txt", text)
            project = await intake.log.load(intake.project_id)
            state = project.messages[f"intake.{intake.project_id}.result.{result}"].state()
            keys.append(state.file.object_key)  # type: ignore[attr-defined]
            await intake.delete(result)

        await intake.verdict(await intake.post("last.txt", b"the last words"))
        await asyncio.sleep(1.0)

        assert [await intake.kept(key) for key in keys] == [None] * 12
