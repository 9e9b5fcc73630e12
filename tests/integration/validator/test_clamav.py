"""The client against a real clamd, and against servers that answer like a broken one."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from local.demo import files
from local.servers import ClamdServer
from services.validator.adapters.clamav import Answer, ClamdScanner, Deadlines, Scan, Version
from tests.unit.validator import samples

_CLEAN = b"stream: OK\0"
QUICK = Deadlines(connect_seconds=0.5, send_seconds=0.5, answer_seconds=0.5)


async def scan(scanner: ClamdScanner, *pieces: bytes) -> Scan:
    async with scanner.session() as session:
        for piece in pieces:
            await session.send(piece)
        return await session.answer()


@pytest.fixture(params=["socket", "port"])
def scanner(request: pytest.FixtureRequest, clamd_server: ClamdServer) -> ClamdScanner:
    address = str(clamd_server.socket_path) if request.param == "socket" else clamd_server.address
    return ClamdScanner(address)


@asynccontextmanager
async def answering(
    behave: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await behave(reader, writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def believed(address: str) -> ClamdScanner:
    """A scanner that has tried its engine just now: what it says of a file counts."""
    scanner, version = ClamdScanner(address, deadlines=QUICK), Version(engine="ClamAV 1.4.6", signatures="27800")
    scanner._version = (time.monotonic(), version)
    scanner.trust._note(version, "")
    return scanner


async def test_clean_and_infected_are_told_apart(scanner: ClamdScanner, tmp_path: Path) -> None:
    infected = files.infected(tmp_path / "e.txt").path.read_bytes()

    clean, found = await scan(scanner, b"just words"), await scan(scanner, infected[:20], infected[20:])

    assert (clean.answer, clean.signatures) == (Answer.CLEAN, "local")
    assert clean.engine.startswith("ClamAV ")
    assert (found.answer, found.signature) == (Answer.FOUND, "Eicar-Test-Signature.UNOFFICIAL")


async def test_a_virus_at_the_far_end_of_a_large_file_is_found(scanner: ClamdScanner, tmp_path: Path) -> None:
    infected = files.infected(tmp_path / "e.txt").path.read_bytes()

    found = await scan(scanner, *[b"words\n" * 175_000] * 40, infected)

    assert found.answer is Answer.FOUND


@pytest.mark.parametrize("extension", ["mp3", "ogg", "mpg", "mpeg", "mp4", "mov"])
async def test_sound_and_film_are_looked_into(extension: str, scanner: ClamdScanner, tmp_path: Path) -> None:
    infected = files.infected(tmp_path / "e.txt").path.read_bytes()
    good = samples.content(extension)

    clean, found = await scan(scanner, good), await scan(scanner, good[:50], good[50:] + infected)

    assert (clean.answer, found.answer) == (Answer.CLEAN, Answer.FOUND)


async def test_more_than_the_engine_takes_is_a_limit_and_not_clean(scanner: ClamdScanner) -> None:
    answer = await scan(scanner, *[bytes(1024 * 1024)] * 103)

    assert answer.answer is Answer.LIMIT


async def test_an_empty_stream_is_answered(scanner: ClamdScanner) -> None:
    assert (await scan(scanner)).answer is Answer.CLEAN


async def test_no_more_files_at_once_than_connections(clamd_server: ClamdServer) -> None:
    scanner = ClamdScanner(str(clamd_server.socket_path), connections=2)

    answers = await asyncio.gather(*(scan(scanner, b"words" * 1000) for _ in range(20)))

    assert {one.answer for one in answers} == {Answer.CLEAN}


async def test_nobody_listening_is_away() -> None:
    scanner = ClamdScanner("127.0.0.1:9", deadlines=QUICK)

    assert not await scanner.is_present()
    assert (await scan(scanner, b"words")).answer is Answer.AWAY


async def test_a_missing_socket_is_away(tmp_path: Path) -> None:
    assert (await scan(ClamdScanner(str(tmp_path / "no.sock")), b"words")).answer is Answer.AWAY


async def _closes(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read(10)


async def _hangs(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    while await reader.read(65536):
        pass
    await asyncio.sleep(5)


async def _half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.write(b"stream: OK")


@pytest.mark.parametrize("behave", [_closes, _hangs, _half], ids=["closes", "hangs", "breaks off in its answer"])
async def test_no_whole_answer_is_away(
    behave: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> None:
    async with answering(behave) as address:
        async with asyncio.timeout(10):
            assert (await scan(believed(address), b"words" * 1000)).answer is Answer.AWAY


async def _drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    said = b""
    while not said.endswith(bytes(4)):
        said += await reader.read(200)
        await asyncio.sleep(0.01)
    for at in range(len(_CLEAN)):
        writer.write(_CLEAN[at : at + 1])
        await writer.drain()
        await asyncio.sleep(0.03)


async def test_a_slow_engine_is_waited_for_to_the_end_of_its_answer() -> None:
    async with answering(_drips) as address:
        scanner = believed(address)
        scanner._deadlines = Deadlines()
        assert (await scan(scanner, b"words" * 1000)).answer is Answer.CLEAN


async def test_an_engine_that_takes_nothing_is_given_up_in_time() -> None:
    async def stuck(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async with answering(stuck) as address, asyncio.timeout(10):
        assert (await scan(believed(address), *[bytes(1024 * 1024)] * 40)).answer is Answer.AWAY


@pytest.mark.parametrize("said", [b"whatever\0", b"stream: Can't open file ERROR\0", b"\0", b"stream: OK but\0"])
async def test_nonsense_is_unclear_or_away_and_never_clean(said: bytes) -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(said)
        await writer.drain()
        await asyncio.sleep(0.2)

    async with answering(babble) as address:
        answer = await scan(believed(address), b"words")

    assert answer.answer in (Answer.UNCLEAR, Answer.AWAY)
