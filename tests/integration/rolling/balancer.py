"""What a Service of Kubernetes does with connections: a new one goes to the next ready pod, one that stands stays.

Nothing is repeated: where nobody listens at a pod that still counts as ready, the caller's connection fails.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from local.ports import HOST
from tests.integration.deploy.pods import Pod

# A tenth of the manifests' five seconds. As there, two refusals in a row count, and an answer may take six seconds.
LOOK_SECONDS = 0.5
REFUSALS_MAX = 2
SILENCE_SECONDS_MAX = 6.0
CHUNK_BYTES = 1 << 16
OK = 200


@dataclass
class Balancer:
    """The Service of one workload, on a port of its own. `members` are its pods that are not being ended."""

    service: str
    members: tuple[Pod, ...] = ()
    port: int = 0
    listens: asyncio.Event = field(default_factory=asyncio.Event)
    _looks: dict[str, "_Looks"] = field(default_factory=lambda: defaultdict(_Looks))
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
        return tuple(pod for pod in self.members if self._looks[pod.name].is_ready)

    async def _look(self, pod: Pod) -> None:
        looks = self._looks[pod.name]
        before = looks.is_ready
        looks.take(await asyncio.to_thread(pod.ready_status), time.monotonic())
        if looks.is_ready != before and pod in self.members:
            print(f"{pod.name} is {'ready again' if looks.is_ready else 'not ready'}", flush=True)

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


@dataclass(slots=True)
class _Looks:
    """What the last looks at a pod have shown."""

    refusals: int = 0
    answered_at: float | None = None
    looked_at: float = 0.0

    def take(self, status: int | None, now: float) -> None:
        self.looked_at = now
        if status is not None or self.answered_at is None:
            self.answered_at = now
        if status is not None:
            self.refusals = 0 if status == OK else self.refusals + 1

    @property
    def is_ready(self) -> bool:
        return self.refusals < REFUSALS_MAX and self.looked_at - (self.answered_at or 0.0) < SILENCE_SECONDS_MAX


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
