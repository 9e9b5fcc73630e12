"""Words in the tags of sound and film: ID3, Vorbis comments, user data of mp4 and mov. What is heard or seen is not."""

import mmap
import os
import re
from collections.abc import Iterator

from services.validator.text import Block

TAGS_BYTES_MAX = 4 * 1024 * 1024
_ID3_TEXT = re.compile(rb"(?:T[A-Z0-9]{3}|COMM|USLT|SYLT)(.{4})..", re.DOTALL)
_USER_DATA = (b"udta", b"meta", b"ilst", b"keys")
_RUN = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]{4,}")


def read(path: str) -> Iterator[Block]:
    """Yield one block with every tag that is text."""
    if not os.path.getsize(path):
        return
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        pieces = [*_id3(data), *_vorbis(data), *_boxes(data)]
    yield Block("\n".join(pieces))


def _id3(data: mmap.mmap) -> Iterator[str]:
    if data[:3] == b"ID3":
        size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=False))
        tag = data[10 : 10 + min(size, TAGS_BYTES_MAX)]
        wide = data[3] == 4
        for match in _ID3_TEXT.finditer(tag):
            length = match.group(1)
            count = sum((byte & 0x7F) << shift for byte, shift in zip(length, (21, 14, 7, 0), strict=True))
            body = tag[match.end() : match.end() + (count if wide else int.from_bytes(length, "big"))]
            yield _id3_text(body[:TAGS_BYTES_MAX])
    if data[-128:][:3] == b"TAG":
        yield data[-125:].decode("cp1257", "replace").replace("\0", " ")


def _id3_text(body: bytes) -> str:
    codec = {0: "cp1257", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}.get(body[0] if body else 0, "utf-8")
    return body[1:].decode(codec, "replace").replace("\0", "\n")


def _vorbis(data: mmap.mmap) -> Iterator[str]:
    if data[:4] != b"OggS":
        return
    for mark in (b"\x03vorbis", b"OpusTags", b"\x81theora"):
        at = data.find(mark, 0, TAGS_BYTES_MAX)
        if at >= 0:
            end = data.find(b"\x05vorbis", at, at + TAGS_BYTES_MAX)
            yield from _runs(data[at + len(mark) : end if end >= 0 else at + 64 * 1024])


def _boxes(data: mmap.mmap) -> Iterator[str]:
    """Read the boxes of user data, wherever they stand in `moov`."""
    if data[4:8] not in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return
    for kind in _USER_DATA:
        at = data.find(kind)
        while at >= 4:
            size = int.from_bytes(data[at - 4 : at], "big")
            if 8 < size <= TAGS_BYTES_MAX and at + size <= len(data) + 4:
                yield from _runs(data[at + 4 : at - 4 + size])
                break
            at = data.find(kind, at + 4)


def _runs(part: bytes) -> list[str]:
    return _RUN.findall(part.decode("utf-8", "replace"))
