"""clamd: files go over its INSTREAM command by a client of ours, questions through the `clamd` package.

The package's own `instream` neither loops over short sends nor knows deadlines. Only an answer of exactly `stream: OK`
is clean. An engine that is away is told apart from one that answered something that we do not understand.
"""

import asyncio
import contextlib
import re
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import clamd
from prometheus_client import Gauge, Histogram

from services.validator.adapters.signature_age import SignatureAge
from services.validator.adapters.trust import Trust
from services.validator.recent import REMEMBERED, Recent
from shared import tracing

CHUNK_BYTES = 256 * 1024
ANSWER_BYTES_MAX = 4096
_COMMAND = b"zINSTREAM\0"
_END = b"\0\0\0\0"
_SIZE_EXCEEDED = "INSTREAM size limit exceeded. ERROR"
_VERSION_KEPT_SECONDS = 10.0
_PRODUCT = "ClamAV "
# Sound and film. The engine calls some of them clean without a look (its type "ignored"): it tells them by their first
# bytes, so one byte before those makes it read them through as it reads what it does not know.
_SOUND_OR_FILM = re.compile(
    rb"OggS|ID3|\xff[\xe2\xe3\xf2-\xf5\xfa-\xfd]|\0\0\x01[\xb3\xba]|\0...(?:ftyp|moov|mdat|wide|free|skip|pnot)",
    re.DOTALL,
)
_DISGUISE = b"\0"
WITHOUT_NUMBER = "local"


class Answer(Enum):
    """What the engine said, or that it said nothing."""

    CLEAN = "clean"
    FOUND = "found"
    LIMIT = "limit"
    AWAY = "away"
    UNCLEAR = "unclear"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scan. `signature` is the name that the engine gave; `engine` and `signatures` its versions.

    `built` is when the signatures were made; `known_since` when the same bytes were scanned, if it was not just now.
    """

    answer: Answer
    signature: str = ""
    engine: str = "clamd"
    signatures: str = "unknown"
    built: datetime | None = None
    known_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds to wait: for a connection, for the engine to take a piece, for the answer behind the last one."""

    connect_seconds: float = 5.0
    send_seconds: float = 60.0
    answer_seconds: float = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The version of the engine and of its signatures; `local` when it has a signature set without a number."""

    engine: str
    signatures: str
    built: datetime | None = None


PRESENT = Gauge("results_scanner_present", "1 when clamd answered last, 0 when it did not")


SECONDS = Histogram(
    "results_scan_seconds",
    "Time from the first byte that clamd got of a file to its answer",
    ["answer"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 180.0),
)
SCANNING = Gauge("results_scanner_busy", "Files that are being scanned now")


def opening(head: bytes | memoryview) -> bytes:
    """Return what has to go before a file that begins so, that the engine looks into it; mostly nothing."""
    return _DISGUISE if _SOUND_OR_FILM.match(head) else b""


class ClamdScanner:
    """Scans at one address (`/path` of a socket, or `host:port`), at most `connections` files at once."""

    def __init__(self, address: str, *, connections: int = 4, deadlines: Deadlines | None = None) -> None:
        self._address = address
        self._deadlines = deadlines or Deadlines()
        self._slots = asyncio.Semaphore(connections)
        self.busy = 0
        self._version: tuple[float, Version] | None = None
        self._age = SignatureAge()
        self._recent = Recent[Scan]()
        self.trust = Trust(self._try)

    @contextlib.asynccontextmanager
    async def session(self, *, sha256: str = "") -> AsyncIterator["Session"]:
        """Open a scan of one file; wait for a free connection first. An engine that is not trusted gets none.

        `sha256` names the bytes that are to come: what these signatures said of them lately is not asked again. The
        connection is free for the next file as soon as the engine has answered.
        """
        async with contextlib.AsyncExitStack() as held:
            await held.enter_async_context(self._slots)
            version = await self.version()
            known = self._recall(sha256, version)
            trusted = version is not None and await self.trust.holds(version)
            line = await self._connect() if trusted and known is None else None
            session = Session(self, line, self._deadlines)
            session.begin(version, trusted=trusted, known=known, sha256=sha256)
            held.enter_context(self._scanning())
            held.callback(session.close)
            session.over = held.aclose
            with tracing.piece("clamd INSTREAM", "client", {"rpc.system": "clamd"}):
                yield session

    @contextlib.contextmanager
    def _scanning(self) -> Iterator[None]:
        self.busy += 1
        try:
            with SCANNING.track_inprogress():
                yield
        finally:
            self.busy -= 1

    async def version(self) -> Version | None:
        """Ask for the versions, at most every few seconds; None when the engine is away."""
        now = time.monotonic()
        if self._version is None or now - self._version[0] > _VERSION_KEPT_SECONDS:
            found = await self._ask_version()
            if found is None:
                return None
            self._version = (now, found)
        return self._version[1]

    def forget_version(self) -> None:
        """Ask anew next time: the engine was away and may have come back with other signatures, or as another one."""
        self._version = None
        self.trust.doubt()

    def remember(self, sha256: str, version: Version, scan: Scan) -> None:
        """Keep what let a file pass. A set of signatures without a number can change unseen and is not relied on."""
        if sha256 and scan.answer is Answer.CLEAN and version.signatures != WITHOUT_NUMBER:
            self._recent.keep((sha256, version), scan)

    def _recall(self, sha256: str, version: Version | None) -> Scan | None:
        found = self._recent.find((sha256, version)) if sha256 and version else None
        if found is None:
            return None
        REMEMBERED.labels("malware").inc()
        return replace(found[0], known_since=found[1])

    async def is_usable(self) -> bool:
        """Say whether the engine answers and may be believed; why not is in `trust.reason`."""
        version = await self.version() if await self.is_present() else None
        return version is not None and await self.trust.holds(version)

    async def _try(self, data: bytes) -> str | None:
        """Scan a few bytes past all queues, to see what the engine is worth."""
        line = await self._connect()
        session = Session(self, line, replace(self._deadlines, answer_seconds=2 * self._deadlines.connect_seconds))
        try:
            await session.send(data)
            return await session.said()
        finally:
            session.close()

    async def is_present(self) -> bool:
        """Say whether the engine answers a PING."""
        try:
            async with asyncio.timeout(self._deadlines.connect_seconds):
                return bool(await asyncio.to_thread(self._package().ping) == "PONG")
        except (TimeoutError, OSError, clamd.ClamdError):
            return False

    async def _ask_version(self) -> Version | None:
        try:
            async with asyncio.timeout(self._deadlines.connect_seconds):
                said = str(await asyncio.to_thread(self._package().version))
        except (TimeoutError, OSError, clamd.ClamdError):
            said = ""
        PRESENT.set(said.startswith(_PRODUCT))
        if not said.startswith(_PRODUCT):
            return None
        engine, _, rest = said.partition("/")
        signatures, _, made = rest.partition("/")
        signatures, built = signatures[:20] or WITHOUT_NUMBER, _moment(made)
        self._age.note(signatures, built)
        return Version(engine=engine[:60], signatures=signatures, built=built)

    def _package(self) -> "clamd.ClamdUnixSocket | clamd.ClamdNetworkSocket":
        if self._address.startswith("/"):
            return clamd.ClamdUnixSocket(self._address, timeout=self._deadlines.connect_seconds)
        host, _, port = self._address.rpartition(":")
        return clamd.ClamdNetworkSocket(host, int(port), timeout=self._deadlines.connect_seconds)

    async def _connect(self) -> socket.socket | None:
        try:
            async with asyncio.timeout(self._deadlines.connect_seconds):
                if self._address.startswith("/"):
                    return await _connected(socket.AF_UNIX, self._address)
                host, _, port = self._address.rpartition(":")
                found = await asyncio.get_running_loop().getaddrinfo(host, int(port), type=socket.SOCK_STREAM)
                family, _, _, _, where = found[0]
                return await _connected(family, where)
        except (TimeoutError, OSError):
            return None


def _moment(text: str) -> datetime | None:
    """Read clamd's time, for example `Tue Nov 24 09:11:52 2026`."""
    with contextlib.suppress(ValueError):
        return datetime.strptime(text.strip(), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    return None


async def _connected(family: int, where: Any) -> socket.socket:
    line = socket.socket(family, socket.SOCK_STREAM)
    try:
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, where)
    except BaseException:
        line.close()
        raise
    return line


class Session:
    """One file on its way into the engine. After the engine has answered, further pieces are taken and dropped.

    On a bare socket, not on asyncio's streams: an engine that has had enough answers and closes, and the streams would
    drop that answer together with the piece that could no longer be sent.
    """

    def __init__(self, scanner: ClamdScanner, line: socket.socket | None, deadlines: Deadlines) -> None:
        self._scanner, self._line, self._deadlines = scanner, line, deadlines
        self._deaf = line is None
        self._begun = False
        self._version: Version | None = None
        self._trusted = True
        self._known: Scan | None = None
        self._sha256 = ""
        self._opened = time.perf_counter()
        self.over: Callable[[], Awaitable[None]] | None = None

    def begin(self, version: Version | None, *, trusted: bool, known: Scan | None, sha256: str) -> None:
        """Take in what is known when the session opens: an engine may read new signatures while it scans."""
        self._version, self._trusted, self._known, self._sha256 = version, trusted, known, sha256

    @property
    def is_connected(self) -> bool:
        """Whether the engine took the connection and has not dropped it, or need not be asked."""
        return self._known is not None or not self._deaf

    async def send(self, piece: bytes | memoryview) -> None:
        """Give the next piece, in chunks of 256 KB. Never raises: what went wrong shows in `answer`."""
        for at in range(0, len(piece), CHUNK_BYTES):
            part = bytes(piece[at : at + CHUNK_BYTES])
            part = part if self._begun else opening(part) + part
            await self._write(struct.pack(">I", len(part)) + part)

    async def answer(self) -> Scan:
        """Close the stream of pieces and return what the engine says of it. Asked only when the bytes were right."""
        scan = await self._answer()
        SECONDS.labels(scan.answer.value).observe(time.perf_counter() - self._opened)
        tracing.describe({"results.scan.answer": scan.answer.value})
        if self.over:
            await self.over()
        return scan

    async def give_up(self, signature: str) -> Scan:
        """Drop the connection before the engine begins: what it would do for minutes is known to be in vain."""
        version = self._version
        if self.over:
            await self.over()
        if version is None or not self._trusted:
            return Scan(answer=Answer.AWAY if version is None else Answer.UNTRUSTED)
        return Scan(
            answer=Answer.LIMIT,
            signature=signature,
            engine=version.engine,
            signatures=version.signatures,
            built=version.built,
        )

    async def _answer(self) -> Scan:
        if self._known is not None:
            return self._known
        version = self._version
        if version is not None and not self._trusted:
            return Scan(answer=Answer.UNTRUSTED)
        said = await self.said()
        if said is None or version is None:
            self._scanner.forget_version()
            return Scan(answer=Answer.AWAY)
        answer, signature = understood(said)
        if answer is Answer.UNCLEAR:
            self._scanner.forget_version()
        scan = Scan(
            answer=answer,
            signature=signature,
            engine=version.engine,
            signatures=version.signatures,
            built=version.built,
        )
        self._scanner.remember(self._sha256, version, scan)
        return scan

    async def said(self) -> str | None:
        """Close the stream of pieces and return the engine's own words; None when there is no whole answer."""
        await self._write(_END)
        return await self._read()

    def close(self) -> None:
        """Drop the connection; the engine gives up a scan that was not ended."""
        if self._line is not None:
            self._line.close()

    async def _write(self, data: bytes) -> None:
        if self._deaf or self._line is None:
            return
        begin, self._begun = b"" if self._begun else _COMMAND, True
        try:
            async with asyncio.timeout(self._deadlines.send_seconds):
                await asyncio.get_running_loop().sock_sendall(self._line, begin + data)
        except (TimeoutError, OSError):
            self._deaf = True

    async def _read(self) -> str | None:
        """Return the answer without its end; None when there is no whole one, whatever the reason."""
        said = b""
        try:
            async with asyncio.timeout(self._deadlines.answer_seconds):
                while self._line is not None and b"\0" not in said and len(said) < ANSWER_BYTES_MAX:
                    piece = await asyncio.get_running_loop().sock_recv(self._line, ANSWER_BYTES_MAX)
                    if not piece:
                        return None
                    said += piece
        except (TimeoutError, OSError):
            return None
        text, end, _ = said.partition(b"\0")
        return text.rstrip(b"\n").decode("utf-8", "replace") if end else None


def understood(said: str) -> tuple[Answer, str]:
    """Map an answer of clamd; whatever is not known is unclear, never clean."""
    if said == "stream: OK":
        return Answer.CLEAN, ""
    if said == _SIZE_EXCEEDED:
        return Answer.LIMIT, "the engine's limit on size"
    if said.startswith("stream: ") and said.endswith(" FOUND"):
        signature = said.removeprefix("stream: ").removesuffix(" FOUND").strip()
        return (Answer.FOUND, signature[:200]) if signature else (Answer.UNCLEAR, "")
    return Answer.UNCLEAR, ""
