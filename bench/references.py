"""The bare steps on the same servers: what no platform could be quicker than. Nothing of ours is in between."""

import asyncio
import io
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from minio import Minio
from nats.aio.client import Client
from nats.js import JetStreamContext, api

from local.running import RunningPlatform
from services.validator.adapters.clamav import opening

STREAM = "BENCH"
CHUNK_BYTES = 256 << 10
PART_BYTES_MIN = 5 << 20
BUCKET = "clean"
EVENT_BYTES = 1_000


class UncleanError(Exception):
    """clamd did not call harmless bytes clean."""


@dataclass(slots=True)
class BareServers:
    """The platform's own NATS, store and clamd, spoken to directly."""

    platform: RunningPlatform
    client: Client
    _js: JetStreamContext = field(init=False)
    _store: Minio = field(init=False)

    def __post_init__(self) -> None:
        self._js = self.client.jetstream()
        access_key, secret_key = self.platform.credentials.store["validator"]
        endpoint = urlsplit(self.platform.urls["s3"]).netloc
        self._store = Minio(endpoint, access_key=access_key, secret_key=secret_key, secure=False, region="us-east-1")

    async def provision(self) -> None:
        """A stream like EVENTS beside it, so that nothing of ours has to read what the reference writes."""
        await self._js.add_stream(
            api.StreamConfig(name=STREAM, subjects=["bench.>"], storage=api.StorageType.FILE, allow_direct=True)
        )

    async def append(self, subject: str, sequence: int) -> int:
        """One guarded append, acknowledged; answers its sequence."""
        headers = {"Nats-Expected-Last-Subject-Sequence": str(sequence)}
        return (await self._js.publish(f"bench.{subject}", b"x" * EVENT_BYTES, headers=headers)).seq

    async def appends_per_second(self, clients: int, seconds: float) -> float:
        """As many guarded appends as `clients` get through, each on a subject of its own, one after the other."""
        end = time.perf_counter() + seconds

        async def one(number: int) -> int:
            sequence = count = 0
            while time.perf_counter() < end:
                sequence = await self.append(f"rate.{clients}.{number}", sequence)
                count += 1
            return count

        return sum(await asyncio.gather(*map(one, range(clients)))) / seconds

    async def pair(self, subject: str) -> float:
        """Seconds of two guarded appends in a row: what something set and then made public costs at least."""
        with _timed() as seconds:
            await self.append(f"{subject}.a", 0)
            await self.append(f"{subject}.b", 0)
        return seconds[0]

    async def check_path(self, subject: str, content: bytes) -> float:
        """Seconds of put, append, get, scan, put, append: a posted file and its verdict."""
        with _timed() as seconds:
            await self.put(f"{subject}/in", content)
            await self.append(f"{subject}.posted", 0)
            await self.get(f"{subject}/in")
            await self.scan(content)
            await self.put(f"{subject}/out", content)
            await self.append(f"{subject}.verdict", 0)
        await self.remove(f"{subject}/in", f"{subject}/out")
        return seconds[0]

    async def publish_path(self, subject: str, content: bytes) -> float:
        """Seconds of append, get, put, append: an approval and the publication that follows."""
        await self.put(f"{subject}/clean", content)
        with _timed() as seconds:
            await self.append(f"{subject}.approved", 0)
            await self.get(f"{subject}/clean")
            await self.put(f"{subject}/public", content)
            await self.append(f"{subject}.published", 0)
        await self.remove(f"{subject}/clean", f"{subject}/public")
        return seconds[0]

    async def put(self, key: str, content: bytes) -> float:
        with _timed() as seconds:
            await asyncio.to_thread(self._put, f"bench/{key}", content)
        return seconds[0]

    async def get(self, key: str) -> float:
        with _timed() as seconds:
            await asyncio.to_thread(self._get, f"bench/{key}")
        return seconds[0]

    async def scan(self, content: bytes) -> float:
        """Seconds of clamd's INSTREAM in pieces of 256 KB over its socket. Its cache is off on this platform."""
        with _timed() as seconds:
            await asyncio.to_thread(self._scan, content)
        return seconds[0]

    async def remove(self, *keys: str) -> None:
        for key in keys:
            await asyncio.to_thread(self._store.remove_object, BUCKET, f"bench/{key}")

    def _put(self, key: str, content: bytes) -> None:
        size = len(content)
        self._store.put_object(BUCKET, key, io.BytesIO(content), size, part_size=max(size, PART_BYTES_MIN))

    def _get(self, key: str) -> None:
        response = self._store.get_object(BUCKET, key)
        try:
            while response.read(1 << 20):
                pass
        finally:
            response.close()
            response.release_conn()

    def _scan(self, content: bytes) -> None:
        content = opening(content) + content
        view = memoryview(content)
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(self.platform.page["clamd_socket"])
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(view), CHUNK_BYTES):
                piece = view[at : at + CHUNK_BYTES]
                line.sendall(struct.pack(">I", len(piece)))
                line.sendall(piece)
            line.sendall(struct.pack(">I", 0))
            answer = line.recv(4096)
        if answer.rstrip(b"\0") != b"stream: OK":
            raise UncleanError(answer.decode(errors="replace"))


@contextmanager
def _timed() -> Iterator[list[float]]:
    seconds: list[float] = []
    began = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - began)
