"""MP4 and QuickTime: the brand in the first box tells them apart, and the chain of boxes must fit the file."""

import mmap
import os
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from services.validator.formats import Fault, Inspection, NotThisFormatError, film, foreign

BOXES_MAX = 100_000
_MP4 = frozenset(
    {
        "isom", "iso1", "iso2", "iso3", "iso4", "iso5", "iso6", "iso7", "iso8", "iso9", "isml", "mp41",
        "mp42", "mp71", "avc1", "hvc1", "av01", "dash", "cmfc", "MSNV", "M4V ", "M4VH", "M4VP", "f4v ",
        "XAVC", "mmp4", "NDSC", "NDSH", "NDXC", "3gp4", "3gp5", "3gp6", "3g2a", "CAEP",
    }
)  # fmt: skip
_OTHERS = {
    "M4A ": "audio/mp4", "M4B ": "audio/mp4", "M4P ": "audio/mp4", "F4A ": "audio/mp4", "heic": "image/heic",
    "heix": "image/heic", "mif1": "image/heif", "msf1": "image/heif", "avif": "image/avif", "crx ": "image/x-canon-cr3",
    "jp2 ": "image/jp2",
}  # fmt: skip
_CLASSIC = frozenset({"moov", "mdat", "wide", "free", "skip", "pnot"})


class _Box(NamedTuple):
    kind: str
    start: int
    size: int


def inspect(path: str, kind: str) -> Inspection:
    """Read brand and boxes. Raises `NotThisFormatError` for another brand or another kind of file."""
    length = os.path.getsize(path)
    with open(path, "rb") as file:
        container = _container(file)
        if container != kind:
            raise NotThisFormatError(_media_type(container))
        boxes = list(_boxes(file, length))
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            placed = [Fault("location-in-film", {"what": "GPS"})] if film.located(data) else []
    return Inspection(_media_type(kind), (*_faults(boxes, length), *placed, *foreign.faults(path, kind)))


def _container(file: BinaryIO) -> str:
    head = file.read(16)
    kind = head[4:8].decode("latin-1")
    if kind in _CLASSIC and len(head) == 16:
        return "mov"
    if kind != "ftyp":
        raise NotThisFormatError
    size = int.from_bytes(head[:4], "big")
    brands = head[8:12] + file.read(min(max(size - 16, 0), 4096))
    names = [brands[at : at + 4].decode("latin-1") for at in range(0, len(brands) - 3, 4)]
    return _by_brand(names)


def _by_brand(names: list[str]) -> str:
    major = names[0] if names else ""
    if major == "qt  ":
        return "mov"
    if major in _OTHERS:
        raise NotThisFormatError(_OTHERS[major])
    if major in _MP4 or _MP4 & set(names[1:]):
        return "mp4"
    if "qt  " in names:
        return "mov"
    raise NotThisFormatError


def _boxes(file: BinaryIO, length: int) -> Iterator[_Box]:
    """Yield the top-level boxes; the last one may claim more than the file has."""
    start = 0
    for _ in range(BOXES_MAX):
        file.seek(start)
        head = file.read(16)
        if len(head) < 8:
            return
        size = int.from_bytes(head[:4], "big")
        if size == 1 and len(head) == 16:
            size = int.from_bytes(head[8:16], "big")
        elif size == 0:
            size = length - start
        yield _Box(head[4:8].decode("latin-1"), start, size)
        start += size
        if size < 8 or start > length:
            return


def _faults(boxes: list[_Box], length: int) -> list[Fault]:
    kinds = {box.kind for box in boxes}
    last = boxes[-1]
    if last.size < 8 or last.start + last.size != length:
        return [Fault("damaged", {"reason": f"the box {last.kind!r} is cut off"})]
    if not kinds & {"moov", "moof"}:
        return [Fault("damaged", {"reason": "it describes no track"})]
    return []


def _media_type(kind: str) -> str:
    return {"mp4": "video/mp4", "mov": "video/quicktime"}[kind]
