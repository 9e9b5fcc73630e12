"""`results watch` shows how far checks are: the last line of a terminal, or one line for each step in a pipe."""

import asyncio
import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from local.home import Home
from local.operating import operator_connection
from local.servers import NatsServer
from shared.contracts.progress import CheckProgress, progress_key

ROOT = Path(__file__).parents[3]
RESULT = "watched~abc"
HIDDEN_CURSOR = "\x1b[?25l"


@contextmanager
def watching(home: Home, *arguments: str) -> Iterator[int]:
    """The command on a terminal of 100 columns; gives what reads its screen. It leaves on Ctrl-C."""
    screen, terminal = pty.openpty()
    environment = {**os.environ, "RESULTS_HOME": str(home.path), "RESULTS_PORT_BASE": str(home.ports.base)}
    environment |= {"TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "local.cli", "watch", "watched", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=terminal, stderr=terminal) as process:
        os.close(terminal)
        os.set_blocking(screen, False)
        try:
            yield screen
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
            os.close(screen)


async def shown(home: Home, screen: int, wanted: str) -> str:
    """Tell of a check again and again, as the validator does, until the words are on the screen."""
    seen, subject = "", f"$KV.progress.{progress_key(RESULT)}"
    async with operator_connection(home) as connection, asyncio.timeout(40):
        while wanted not in seen:
            told = CheckProgress(revision=1, check="malware", number=3, of=5, at=datetime.now(UTC))
            await connection.client.publish(subject, told.model_dump_json().encode())
            await asyncio.sleep(0.1)
            try:
                seen += os.read(screen, 65_536).decode(errors="replace")
            except BlockingIOError:
                continue
        await connection.client.publish(subject, b"", headers={"KV-Operation": "PURGE", "Nats-Rollup": "sub"})
    return seen


async def test_a_terminal_has_a_live_line(nats_server: NatsServer) -> None:
    home = Home(nats_server.home.parent, nats_server.ports)
    with watching(home) as screen:
        seen = await shown(home, screen, "checking watched~abc: malware, check 3 of 5")

    assert HIDDEN_CURSOR in seen, "it is a line that changes in its place"


async def test_programs_get_each_step_once(nats_server: NatsServer) -> None:
    home = Home(nats_server.home.parent, nats_server.ports)
    with watching(home, "--json", "--progress") as screen:
        seen = await shown(home, screen, "\n")

    told = [json.loads(line) for line in seen.splitlines()]
    assert [(one["result_id"], one["progress"]["number"]) for one in told] == [(RESULT, 3)]
