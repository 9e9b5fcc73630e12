"""A multipart body read as a stream: the file goes to a spool while it arrives, the parts come in either order.

What is refused is refused as soon as it is seen. Then up to 8 MiB more are read and dropped, so that a sender of a
small body reads the answer instead of a broken line, and so that the refusal that comes first in the contract wins.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

from services.intake.domain.files import Content, clean_name, declared_type, too_large
from services.intake.ports import Spool
from shared.errors import ProblemError

METADATA_BYTES_MAX = 256 << 10
DROPPED_BYTES_MAX = 8 << 20
SILENCE_SECONDS_MAX = 60.0
FILE, METADATA = "file", "metadata"
_ESCAPED = re.compile(r"%(0[0-9A-F]|1[0-9A-F]|22|7F)")


@dataclass(slots=True, kw_only=True)
class Rules:
    """What is judged while the body arrives. Each raises its refusal."""

    judge_name: Callable[[str], None]
    judge_metadata: Callable[[bytes], object] | None = None
    file_bytes_max: int


@dataclass(slots=True)
class _Part:
    name: str
    filename: str | None
    type: str | None


@dataclass(slots=True)
class Received:
    """What came: the file as it was measured, and what the metadata were read as."""

    content: Content | None = None
    metadata: object | None = None


@dataclass(slots=True)
class Receiver:
    """Reads one body into one spool."""

    spool: Spool
    rules: Rules
    received: Received = field(default_factory=Received)
    refusal: ProblemError | None = None
    ended: bool = False
    _part: _Part | None = None
    _headers: dict[str, str] = field(default_factory=dict)
    _header: list[bytearray] = field(default_factory=lambda: [bytearray(), bytearray()])
    _metadata: bytearray | None = None
    _file: _Part | None = None
    _size: int = 0
    _events: list[tuple[str, bytes]] = field(default_factory=list)

    async def read(self, request: Request) -> Received:
        """Read the whole body. Raises the first refusal in the order of the contract, after dropping the rest."""
        parser = MultipartParser(_boundary(request), self._callbacks())
        dropped = 0
        async for chunk in arriving(request):
            try:
                parser.write(chunk)
            except FormParserError as error:
                raise ProblemError(400, "malformed-request") from error
            await self._settle()
            if self.refusal:
                self.spool.discard()
                dropped += len(chunk)
                if dropped > DROPPED_BYTES_MAX:
                    break
        if self.refusal:
            raise self.refusal
        if not self.ended:
            raise ProblemError(400, "file-incomplete")
        return self.received

    def _callbacks(self) -> "MultipartCallbacks":
        def data(name: str) -> Callable[[bytes, int, int], None]:
            return lambda block, start, end: self._events.append((name, block[start:end]))

        def mark(name: str) -> Callable[[], None]:
            return lambda: self._events.append((name, b""))

        marks = ("part_begin", "part_end", "header_end", "headers_finished", "end")
        datas = ("header_field", "header_value", "part_data")
        callbacks = {f"on_{name}": mark(name) for name in marks} | {f"on_{name}": data(name) for name in datas}
        return cast("MultipartCallbacks", callbacks)

    async def _settle(self) -> None:
        """Act on what the parser saw in a chunk."""
        events, self._events = self._events, []
        for name, block in events:
            try:
                await self._on(name, block)
            except ProblemError as error:
                if self.refusal is None or error.status < self.refusal.status:
                    self.refusal = error

    async def _on(self, name: str, block: bytes) -> None:
        match name:
            case "part_begin":
                self._part, self._headers = None, {}
            case "header_field":
                self._header[0] += block
            case "header_value":
                self._header[1] += block
            case "header_end":
                key, value = (bytes(one).decode("latin-1") for one in self._header)
                self._headers[key.lower()] = value
                self._header = [bytearray(), bytearray()]
            case "headers_finished":
                self._begin(_part_of(self._headers))
            case "part_data":
                await self._take(block)
            case "part_end":
                await self._finish()
            case "end":
                self.ended = True

    def _begin(self, part: _Part) -> None:
        self._part = part
        if part.name == METADATA and self._metadata is None and self.rules.judge_metadata:
            self._metadata = bytearray()
        elif part.name == FILE and self._file is None:
            self._file = part
            part.filename = clean_name(part.filename or "")
            self.rules.judge_name(part.filename)
        else:
            self._part = None
            raise ProblemError(422, "unexpected-part", name=part.name[:100])

    async def _take(self, block: bytes) -> None:
        if self._part is None:
            return
        if self._part.name == METADATA:
            assert self._metadata is not None
            self._metadata += block
            if len(self._metadata) > METADATA_BYTES_MAX:
                self._part = None
                raise ProblemError(413, "request-too-large", limit=METADATA_BYTES_MAX)
            return
        self._size += len(block)
        if self._size > self.rules.file_bytes_max:
            raise too_large(self.rules.file_bytes_max)
        if self.refusal is None:
            await self.spool.write(block)

    async def _finish(self) -> None:
        part, self._part = self._part, None
        if part is None:
            return
        if part.name == METADATA:
            assert self._metadata is not None
            assert self.rules.judge_metadata
            self.received.metadata = self.rules.judge_metadata(bytes(self._metadata))
        elif self._size == 0:
            raise ProblemError(422, "empty-file")
        elif self.refusal is None:
            self.received.content = await self.spool.finish(part.filename or "", declared_type(part.type))


async def arriving(request: Request) -> AsyncIterator[bytes]:
    """Stream a body; 408 `file-incomplete` when its sender falls silent for a minute."""
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS_MAX):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise ProblemError(408, "file-incomplete") from error
        yield chunk


def is_multipart(request: Request) -> bool:
    """Tell whether the body comes in parts."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"


def is_json(request: Request) -> bool:
    """Tell whether the body is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _boundary(request: Request) -> bytes:
    _, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary", b"")
    if not 0 < len(boundary) <= 200:
        raise ProblemError(400, "malformed-request")
    return boundary


def _part_of(headers: dict[str, str]) -> _Part:
    """Read the headers of a part. Clients escape quotes and control characters in names, and those alone."""
    disposition, options = parse_options_header(headers.get("content-disposition"))
    if disposition != b"form-data" or b"name" not in options:
        raise ProblemError(400, "malformed-request")
    return _Part(
        name=_text(options[b"name"]),
        filename=_unescaped(_text(options[b"filename"])) if b"filename" in options else None,
        type=headers.get("content-type"),
    )


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise ProblemError(422, "filename-not-allowed") from error


def _unescaped(name: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), name)
