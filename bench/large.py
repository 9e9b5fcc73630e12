"""A file of 100 MB, the largest that is allowed: from the first byte of the post to the verdict."""

import asyncio
import os
import random
import signal
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from bench.people import People
from bench.references import BareServers
from bench.verdicts import Verdicts
from local.demo import files

_HEADER_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Seconds of one file: through the platform, in the validator alone, and each bare step on the same bytes."""

    platform: float
    checking: float
    scan: float
    put: float
    get: float

    @property
    def bare(self) -> float:
        return self.scan + self.put + self.get


def recording(path: Path) -> Path:
    """A recording of 100 MB whose sound nobody has had before: true frame headers, random frames."""
    files.recording(path)
    content = bytearray(path.read_bytes())
    start = content.index(b"\xff\xfb", 10)
    header = content[start : start + _HEADER_BYTES]
    at = start
    while (following := content.find(header[:2], at + _HEADER_BYTES)) > 0:
        content[at + _HEADER_BYTES : following] = random.randbytes(following - at - _HEADER_BYTES).replace(
            b"\xff", b"\xfe"
        )
        at = following
    path.write_bytes(content)
    return path


def document(path: Path) -> Path:
    """A Word document of 100 MB: a picture of random bytes, which a scanner has to read in full."""
    picture = "word/media/image1.png"
    files.docx(path, ["Photographs of the closing conference."])
    text = path.read_bytes()
    overhead = _with_member(path, picture, b"") - len(text)
    path.write_bytes(text)
    _with_member(path, picture, random.randbytes(files.SIZE_BYTES_MAX - len(text) - overhead))
    assert path.stat().st_size == files.SIZE_BYTES_MAX
    return path


def _with_member(path: Path, name: str, content: bytes) -> int:
    """Add a member as it is, without compression; returns the size of the whole."""
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as package:
        package.writestr(zipfile.ZipInfo(name), content)
    return path.stat().st_size


async def measure(people: People, verdicts: Verdicts, bare: BareServers, path: Path, name: str) -> Round:
    """The platform and the bare steps on the same bytes, one after the other."""
    content = await asyncio.to_thread(path.read_bytes)
    key = f"large/{name}"
    put = await bare.put(key, content)
    get = await bare.get(key)
    await bare.remove(key)
    scan = await bare.scan(content)
    del content
    platform, checking = await posted(people, verdicts, path)
    return Round(platform=platform, checking=checking, scan=scan, put=put, get=get)


async def posted(people: People, verdicts: Verdicts, path: Path) -> tuple[float, float]:
    """Seconds from the first byte of the post to the verdict, and from the event to the verdict."""
    project = await people.project()
    start = time.perf_counter()
    result_id = await project.post(path)
    return await verdicts.of(result_id) - start, await verdicts.checking(result_id)


async def together(people: People, verdicts: Verdicts, paths: list[Path]) -> float:
    """Seconds until the last of several files posted at once has its verdict."""
    start = time.perf_counter()
    await asyncio.gather(*(posted(people, verdicts, path) for path in paths))
    return time.perf_counter() - start


async def queued(people: People, verdicts: Verdicts, paths: list[Path]) -> float:
    """Seconds in which the validator judges several files that all wait for it when it wakes."""
    validator = people.platform.pids["validator"]
    os.kill(validator, signal.SIGSTOP)
    try:
        results = [await (await people.project()).post(path) for path in paths]
    finally:
        os.kill(validator, signal.SIGCONT)
    start = time.perf_counter()
    return max((await verdicts.of_all(results)).values()) - start


async def scanned_together(bare: BareServers, paths: list[Path]) -> float:
    """Seconds in which clamd alone scans the same files, all at once."""
    contents = [path.read_bytes() for path in paths]
    start = time.perf_counter()
    await asyncio.gather(*map(bare.scan, contents))
    return time.perf_counter() - start
