"""What a Service of Kubernetes does with connections: a new one goes to the next ready pod, one that stands stays.

Nothing is repeated: where nobody listens at a pod that still counts as ready, the caller's connection fails.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from local.ports import HOST
from tests.integration.deploy.pods import Pod

# A tenth of the manifests' five seconds; as there, two failures in a row count.
LOOK_SECONDS = 0.5
FAILURES_MAX = 2
CHUNK_BYTES = 1 << 16


@dataclass
class Balancer:
    """The Service of one workload, on a port of its own. `members` are its pods that are not being ended."""

    service: str
    members: tuple[Pod, ...] = ()
    port: int = 0
    listens: asyncio.Event = field(default_factory=asyncio.Event)
    _failures: dict[str, int] = field(default_factory=dict)
    _connections: set[asyncio.Task[None]] = field(default_factory=set)
    _turns: Iterator[int] = field(default_factory=count)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def serve(self) -> None:
        """Serve and look at the pods until cancelled; then wait until the callers have ended their connections."""
        server = await asyncio.start_server(self._carry, HOST, 0)
        self.port = server.sockets[0].getsockname()[1]
        self.listens.set()
        try:
            while True:
                await asyncio.gather(*(self._look(pod) for pod in self.members))
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            server.close()
            await asyncio.gather(*self._connections)

    @property
    def ready(self) -> tuple[Pod, ...]:
        return tuple(pod for pod in self.members if self._failures.get(pod.name, 0) < FAILURES_MAX)

    async def _look(self, pod: Pod) -> None:
        is_ready = await asyncio.to_thread(pod.is_ready)
        self._failures[pod.name] = 0 if is_ready else self._failures.get(pod.name, 0) + 1

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to a pod until either side ends it."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            pods = self.ready
            pod = pods[next(self._turns) % len(pods)]
            to_pod = await asyncio.open_connection(HOST, int(pod.environment["RESULTS_HTTP_PORT"]))
            await _carried((reader, writer), to_pod)
        except (OSError, ZeroDivisionError):
            pass
        finally:
            writer.close()
            self._connections.discard(task)


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _carried(one: Stream, other: Stream) -> None:
    both = [asyncio.create_task(_copy(one[0], other[1])), asyncio.create_task(_copy(other[0], one[1]))]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        for _, writer in (one, other):
            with suppress(OSError):
                await writer.drain()
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK_BYTES):
        writer.write(data)
        await writer.drain()
