"""Subtitles of MP4 and QuickTime: found in the tables of their track, or piece by piece in a fragmented film.

Read are timed text of 3GPP and QuickTime (`tx3g`, `text`), WebVTT (`wvtt`), TTML (`stpp`) and plain text (`sbtt`).
"""

import mmap
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice
from types import MappingProxyType

from services.validator.domain import Place
from services.validator.formats import boxes, track_samples
from services.validator.formats.boxes import Box, number
from services.validator.text import BLOCK_CHARACTERS, Block, UnreadError, places

TRACKS_MAX = 32
BYTES_MAX = 64 * 1024 * 1024
_HANDLERS = (b"sbtl", b"subt", b"subp", b"text", b"clcp")
_BREAKING = re.compile(r"</?(?:br|p|div)\b[^<>]*>", re.IGNORECASE)
_SPEAKER = re.compile(r"<v[.\w]*\s([^<>]*)>")
_TAG = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class _Track:
    number: int
    kind: bytes
    table: Box


def read(data: mmap.mmap) -> Iterator[Block]:
    """Yield the subtitles of every track, each a line. Raises `UnreadError` for those of another kind."""
    unread: set[str] = set()
    for track in islice(_tracks(data), TRACKS_MAX):
        decode = _KINDS.get(track.kind)
        if decode is None:
            unread.add(track.kind.decode("latin-1"))
            continue
        yield from _blocks(filter(None, (decode(sample).strip() for sample in _samples(data, track))))
    if unread:
        raise UnreadError(f"subtitles of the kind {', '.join(sorted(unread))} were not read")


def _blocks(subtitles: Iterator[str]) -> Iterator[Block]:
    """Yield blocks in which the line of a place is the number of the subtitle."""
    pieces: list[str] = []
    starts, known, length = [0], [Place(line=1)], 0
    for line, text in enumerate(subtitles, 1):
        starts.append(length)
        known.append(Place(line=line))
        pieces.append(text + "\n")
        length += len(pieces[-1])
        if length > BLOCK_CHARACTERS:
            yield Block("".join(pieces), places(starts, known))
            pieces, starts, known, length = [], [0], [known[-1]], 0
    yield Block("".join(pieces), places(starts, known))


def _tracks(data: mmap.mmap) -> Iterator[_Track]:
    for track in boxes.along(data, boxes.whole(data), b"moov", b"trak"):
        handler = next(
            (data[one.start + 8 : one.start + 12] for one in boxes.along(data, track, b"mdia", b"hdlr")), b""
        )
        for table in boxes.along(data, track, b"mdia", b"minf", b"stbl"):
            kinds = [data[one.start + 12 : one.start + 16] for one in boxes.along(data, table, b"stsd")]
            if kinds and (handler in _HANDLERS or kinds[0] in _KINDS):
                yield _Track(_number(data, track), kinds[0], table)


def _number(data: mmap.mmap, track: Box) -> int:
    for head in boxes.along(data, track, b"tkhd"):
        return number(data, head.start + (20 if number(data, head.start, 1) == 1 else 12))
    return 0


def _samples(data: mmap.mmap, track: _Track) -> Iterator[bytes]:
    total = 0
    for start, size in track_samples.where(data, track.table, track.number):
        total += size
        if total > BYTES_MAX:
            raise UnreadError("its subtitles are too long")
        if size:
            yield data[start : start + size]


def _timed_text(sample: bytes) -> str:
    return _decoded(sample[2 : 2 + int.from_bytes(sample[:2], "big")])


def _web(sample: bytes) -> str:
    """Read cues of WebVTT: boxes with the text in `payl`; the speaker stands in a tag."""
    found, at = [], 0
    while (size := int.from_bytes(sample[at : at + 4], "big")) >= 8:
        kind = sample[at + 4 : at + 8]
        body = sample[at + 8 : at + size]
        if kind == b"vttc":
            found.append(_web(body))
        elif kind in (b"payl", b"vtta", b"iden"):
            found.append(_untagged(_SPEAKER.sub(r"\1: ", body.decode("utf-8", "replace"))))
        at += size
    return "\n".join(found)


def _markup(sample: bytes) -> str:
    return _untagged(_decoded(sample))


def _untagged(text: str) -> str:
    return unescape(_TAG.sub("", _BREAKING.sub("\n", text)))


def _decoded(text: bytes) -> str:
    if text[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return text.decode("utf-16", "replace")
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("mac_latin2", "replace")


_KINDS: MappingProxyType[bytes, Callable[[bytes], str]] = MappingProxyType(
    {b"tx3g": _timed_text, b"text": _timed_text, b"wvtt": _web, b"stpp": _markup, b"sbtt": _decoded}
)
