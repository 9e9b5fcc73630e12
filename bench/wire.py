"""A lean HTTP client: on two cores, what the client burns is missing to the platform that it measures."""

import asyncio
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

CHUNK_BYTES = 1 << 20
SECONDS_MAX = 120.0


class RefusedError(Exception):
    """The platform answered something else than a success."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is sent: pieces whose lengths sum up to `length`, readable again and again."""

    content_type: str
    head: bytes
    file: Path | None = None
    tail: bytes = b""

    @property
    def length(self) -> int:
        return len(self.head) + (self.file.stat().st_size if self.file else 0) + len(self.tail)

    def __iter__(self) -> Iterator[bytes]:
        yield self.head
        if self.file:
            with self.file.open("rb") as opened:
                while piece := opened.read(CHUNK_BYTES):
                    yield piece
        yield self.tail

    @classmethod
    def of_json(cls, content: object) -> Self:
        return cls(content_type="application/json", head=json.dumps(content).encode())

    @classmethod
    def of_parts(cls, metadata: object, name: str, file: Path) -> Self:
        """A multipart body as contract section 3 has it: the metadata first, then the file."""
        boundary = secrets.token_hex(16)
        part = f"--{boundary}\r\nContent-Disposition: form-data; name="
        head = (
            f'{part}"metadata"\r\nContent-Type: application/json\r\n\r\n{json.dumps(metadata)}\r\n'
            f'{part}"file"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        return cls(
            content_type=f"multipart/form-data; boundary={boundary}",
            head=head.encode(),
            file=file,
            tail=f"\r\n--{boundary}--\r\n".encode(),
        )


Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Wire:
    """Kept-alive connections to one service."""

    url: str
    _idle: list[Line] = field(default_factory=list)

    async def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Body | None = None,
        headers: Iterable[tuple[str, str]] = (),
    ) -> Answer:
        """Ask and answer whatever comes."""
        async with asyncio.timeout(SECONDS_MAX):
            while self._idle:
                line = self._idle.pop()
                try:
                    return await self._exchange(line, method, path, token, body, headers)
                except (asyncio.IncompleteReadError, ConnectionError):
                    line[1].close()  # it was closed while it idled; ask again on another one
            split = urlsplit(self.url)
            fresh = await asyncio.open_connection(split.hostname, split.port)
            return await self._exchange(fresh, method, path, token, body, headers)

    async def success(self, method: str, path: str, **options: Any) -> Answer:
        """The same, for what must be a success."""
        answer = await self.call(method, path, **options)
        if not 200 <= answer.status < 300:
            raise RefusedError(f"{method} {self.url}{path}: {answer.status} {answer.body[:500]!r}")
        return answer

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[1].close()

    async def _exchange(
        self,
        line: Line,
        method: str,
        path: str,
        token: str | None,
        body: Body | None,
        headers: Iterable[tuple[str, str]],
    ) -> Answer:
        reader, writer = line
        named = [("Host", urlsplit(self.url).netloc), *headers]
        if token:
            named.append(("Authorization", f"Bearer {token}"))
        if body:
            named += [("Content-Type", body.content_type), ("Content-Length", str(body.length))]
        elif method != "GET":
            named.append(("Content-Length", "0"))
        writer.write("\r\n".join([f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in named), "", ""]).encode())
        for piece in body or ():
            writer.write(piece)
            await writer.drain()
        answer = await _read(reader)
        self._idle.append(line)
        return answer


async def _read(reader: asyncio.StreamReader) -> Answer:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.get("transfer-encoding") == "chunked":
        return Answer(int(first.split()[1]), headers, await _chunks(reader))
    return Answer(int(first.split()[1]), headers, await reader.readexactly(int(headers.get("content-length", 0))))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    pieces: list[bytes] = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        pieces.append((await reader.readexactly(size + 2))[:-2])
    await reader.readuntil(b"\r\n")
    return b"".join(pieces)
