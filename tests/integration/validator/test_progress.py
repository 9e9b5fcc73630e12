"""How far a check is: told while it takes long, gone with its end, and never in its way."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nats.js.errors import KeyNotFoundError
from nats.js.kv import KeyValue

from local.port_ranges import reserved_ports
from local.servers import ClamdServer
from services.validator.adapters.progress import ProgressTeller
from services.validator.content import Content
from services.validator.one_pass import Spool
from services.validator.progress import Progress
from shared.contracts.progress import CheckProgress, progress_key
from shared.messaging.connection import connect
from tests.integration.validator.platform import Intake, Servers, validator_of


@pytest.fixture
async def board(servers: Servers) -> AsyncIterator[KeyValue]:
    """The bucket as intake may read it."""
    connection = await connect(servers.login("intake"), name="test reader")
    yield KeyValue(name="progress", stream="KV_progress", pre="$KV.progress.", js=connection.js, direct=False)
    await connection.close()


@asynccontextmanager
async def frozen_scanner(servers: Servers, home: Path) -> AsyncIterator[ClamdServer]:
    """A validator that trusts its clamd, which then stands still."""
    with reserved_ports() as ports, ClamdServer(home / "clamd", ports) as clamd:
        async with validator_of(servers, home / "state", clamd_address=clamd.address) as readiness:
            assert (await readiness.report()).ready
            with standing_still(clamd):
                yield clamd


@contextmanager
def standing_still(clamd: ClamdServer) -> Iterator[None]:
    os.kill(clamd.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(clamd.pid, signal.SIGCONT)


async def told(board: KeyValue, result_id: str, seconds: float = 15) -> CheckProgress:
    async with asyncio.timeout(seconds):
        while True:
            try:
                found = await board.get(progress_key(result_id))
                return CheckProgress.model_validate_json(found.value or b"")
            except KeyNotFoundError:
                await asyncio.sleep(0.02)


async def is_taken_back(board: KeyValue, result_id: str) -> bool:
    async with asyncio.timeout(10):
        while True:
            try:
                await board.get(progress_key(result_id))
            except KeyNotFoundError:
                return True
            await asyncio.sleep(0.02)


async def test_a_large_file_tells_how_much_of_it_has_been_read(
    servers: Servers, intake: Intake, board: KeyValue, tmp_path: Path
) -> None:
    async with frozen_scanner(servers, tmp_path) as clamd:
        result = await intake.post("big.txt", b"only words and nothing else\n" * 1_500_000)
        seen = await told(board, result)
        os.kill(clamd.pid, signal.SIGCONT)
        verdict = await intake.verdict(result, seconds=60)

        assert (seen.revision, seen.check, seen.number, seen.of) == (1, "size", 1, 5)
        assert seen.percent is not None
        assert seen.percent < 100
        assert verdict.outcome == "passed"
        assert await is_taken_back(board, result)


async def test_a_small_file_tells_which_check_it_waits_for(
    servers: Servers, intake: Intake, board: KeyValue, tmp_path: Path
) -> None:
    async with frozen_scanner(servers, tmp_path) as clamd:
        result = await intake.post("small.txt", b"a few words")
        seen = await told(board, result)
        os.kill(clamd.pid, signal.SIGCONT)
        verdict = await intake.verdict(result, seconds=60)

        assert (seen.check, seen.of, seen.percent) == ("malware", 5, None)
        assert seen.number in (3, 4)
        assert verdict.outcome == "passed"
        assert await is_taken_back(board, result)


async def test_a_check_that_is_quick_is_not_told_of(
    servers: Servers, intake: Intake, board: KeyValue, tmp_path: Path
) -> None:
    before = (await board.status()).values
    async with validator_of(servers, tmp_path):
        for _ in range(5):
            await intake.verdict(await intake.post("a.txt", b"quick words"))

    assert (await board.status()).values == before


async def test_nothing_waits_for_a_server_that_is_away(servers: Servers) -> None:
    connection = await connect(servers.login("validator"), name="test teller")
    await connection.close()
    content = Content(
        project_id="P-1", thing="result", thing_id="P-1~abc", revision=1, name="a", size=9, sha256="", object_key=""
    )
    teller, started = ProgressTeller(connection.client), time.monotonic()

    async with teller.watched(Progress(content=content, spool=Spool(Path("/nowhere")))) as progress:
        await asyncio.sleep(0.7)
        progress.over("size")
    left = time.monotonic() - started

    assert left < 5, "leaving waits for nothing"
    assert progress.state(datetime.now(UTC)).check == "format"
