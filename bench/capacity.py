"""How much a platform keeps and holds for many results: `python -m bench.capacity --results 10000`.

The same history as in `bench.archive`: projects of fifty results that went all the way to the public page. Read models
are filled from nothing, as by a new pod.
"""

import argparse
import asyncio
import os
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from bench.archive import IN_A_PROJECT, History
from local.ops.log_writer import LogWriter
from local.parts import issuer_part, service_part
from local.port_ranges import reserved_ports
from local.server import Server
from local.servers import ClamdServer, Credentials, NatsServer, SeaweedServer
from shared.messaging.connection import Credentials as NatsCredentials
from shared.messaging.connection import connect
from shared.messaging.upgrade import provision

READERS = ("review", "publisher")
CATCH_UP_SECONDS_MAX = 600.0


async def fill(nats: NatsServer, results: int) -> tuple[int, int]:
    """Write the history; answers how many events the stream holds and their bytes by NATS' own count."""
    password = SecretStr(nats.credentials.nats["operator"])
    connection = await connect(NatsCredentials(url=nats.url, user="operator", password=password), name="bench")
    await provision(connection.js)
    history, writer = History(), LogWriter(connection, 0)
    for number in range(results // IN_A_PROJECT):
        for message in history.project(number):
            await writer.put(message)
    await writer.finish()
    state = (await connection.js.stream_info("EVENTS")).state
    await connection.close()
    return state.messages, state.bytes


def resident(server: Server) -> int:
    """Bytes of memory now."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) * 1024


def processor_seconds(server: Server) -> float:
    """Processor time that it has used since it started; unlike a clock's, it does not grow with what others do."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def on_disk(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--results", type=int, default=10_000)
    results = parser.parse_args().results
    with TemporaryDirectory(prefix="results-bench-") as folder, reserved_ports() as ports, ExitStack() as stack:
        home = Path(folder)
        credentials = Credentials.of_home(home)
        nats = stack.enter_context(NatsServer(home / "nats", ports, credentials))
        store = stack.enter_context(SeaweedServer(home / "store", ports, credentials))
        stack.enter_context(issuer_part(home, ports))
        empty = resident(nats)
        events, counted = asyncio.run(fill(nats, results))
        print(
            f"{results} results of {results // IN_A_PROJECT} projects: {events} events, {events / results:.2f} a result"
        )
        print(
            f"EVENTS     {counted / events:6.0f} bytes an event counted, {on_disk(home / 'nats') / events:.0f} on disk"
        )
        print(f"NATS       {empty / 1e6:6.0f} MB when empty, {resident(nats) / 1e6:.0f} MB with them", flush=True)
        for service in READERS:
            part = service_part(service, home, nats, store, ClamdServer(home / "clamd", ports))
            began = time.monotonic()
            part.start(CATCH_UP_SECONDS_MAX)
            seconds, used = time.monotonic() - began, processor_seconds(part)
            state = on_disk(home / "services" / service)
            print(
                f"{service:<10} {state / results:6.0f} bytes a result in its read model, filled in {seconds:.1f} s "
                f"({used / events * 1e3:.2f} ms of processor an event), {resident(part) / 1e6:.0f} MB",
                flush=True,
            )
            part.stop()


if __name__ == "__main__":
    main()
