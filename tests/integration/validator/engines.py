"""Virus scanners for tests: liars that speak clamd's protocol, and a real clamd whose signatures have a number."""

import asyncio
import hashlib
import io
import struct
import tarfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from local.servers import ClamdServer
from local.signatures import Signatures

Says = Callable[[bytes], bytes | None]


def everything_is_fine(_: bytes) -> bytes:
    return b"stream: OK\0"


def everything_is_evil(_: bytes) -> bytes:
    return b"stream: Evil.Everywhere FOUND\0"


def nonsense(_: bytes) -> bytes:
    return b"stream: OK and then some\0"


def nothing(_: bytes) -> None:
    return None


@asynccontextmanager
async def liar(says: Says, *, version: bytes = b"ClamAV 1.4.6/27999/Tue Nov 24 09:11:52 2026") -> AsyncIterator[str]:
    """Listen like clamd: PING and VERSION are answered well, files as `says` wants; None hangs."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = await reader.readexactly(2)
        command += await reader.readuntil(b"\0" if command[:1] == b"z" else b"\n")
        if b"PING" in command or b"VERSION" in command:
            writer.write(b"PONG\n" if b"PING" in command else version + b"\n")
        elif (answer := says(await _stream(reader))) is not None:
            writer.write(answer)
        else:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def _stream(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while size := struct.unpack(">I", await reader.readexactly(4))[0]:
        found += await reader.readexactly(size)
    return found


class NoSignatures(Signatures):
    """A set that finds one phrase, and not the test string."""

    def prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "local.ndb").write_text(f"Nothing-Much:0:*:{b'a phrase that nobody writes'.hex()}\n")


class NumberedSignatures(Signatures):
    """The test string, and a set with a number and a date as freshclam brings them, but of our own making."""

    def publish(self, number: int, *phrases: str, age_seconds: float = 0) -> None:
        """Write edition `number` of the set, which finds each of these phrases."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "daily.cud").write_bytes(_numbered_set(number, phrases, int(time.time() - age_seconds)))

    def prepare(self) -> None:
        super().prepare()
        if not (self.folder / "daily.cud").exists():
            self.publish(100)


def _numbered_set(number: int, phrases: tuple[str, ...], made: int) -> bytes:
    """Return an unsigned set of ClamAV: a header of 512 bytes, and a tar with a list of what is in it."""
    named = enumerate((*phrases, "a phrase that nobody writes"))
    lines = [f"Phrase-{number}-{index}:0:*:{phrase.encode().hex()}" for index, phrase in named]
    data = "".join(f"{line}\n" for line in lines).encode()
    when = time.strftime("%d %b %Y %H-%M +0000", time.gmtime(made))
    header = f"ClamAV-VDB:{when}:{number}:{len(lines)}:90:X:X:tester:{made}"
    info = f"{header}\ndaily.ndb:{len(data)}:{hashlib.sha256(data).hexdigest()}\n".encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in {"daily.info": info, "daily.ndb": data}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return header.ljust(512).encode() + packed.getvalue()


async def loaded(server: ClamdServer, number: int) -> None:
    """Have clamd read its signatures again, and wait until it works with this edition."""
    server.reload()
    async with asyncio.timeout(10):
        while f"/{number}/" not in (server.ask("VERSION") or ""):  # noqa: ASYNC110 - the fact is on a server
            await asyncio.sleep(0.02)
