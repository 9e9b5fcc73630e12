"""What a camera or a person wrote into the user data of an MP4 or QuickTime film: words, and where it was taken.

Three ways are in use: international strings of QuickTime (a box begins with ©; length, language, text), strings of
3GPP (version, language, text), and the lists of iTunes and Apple's cameras (`ilst`, perhaps with names in `keys`).
"""

import mmap
import re
from collections.abc import Iterator
from itertools import chain

from services.validator.formats import boxes
from services.validator.formats.boxes import Box
from services.validator.formats.plain import runs

WORDS_BYTES_MAX = 1024 * 1024
_XMP = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_OF_3GPP = (b"titl", b"auth", b"perf", b"dscp", b"gnre", b"cprt", b"albm", b"clsf", b"kywd")
_UTF8, _WIDE, _PICTURES, _COUNTS = 1, 2, (12, 13, 14, 27), (21, 22, 23, 24, 65, 66, 67, 74, 75, 76, 77, 78)
_PLACE_NAMES = (b"\xa9xyz", b"loci", b"location.ISO6709")
_PLACE_XMP = "GPSLatitude"

Words = Iterator[tuple[bytes, str]]


def located(data: mmap.mmap) -> bool:
    """Say whether the film tells where it was taken; a place of nothing but zeros is none."""
    for name, text in words(data):
        if name.endswith(_PLACE_NAMES) and re.search(r"[1-9]", text):
            return True
        if _PLACE_XMP in text:
            return True
    return False


def words(data: mmap.mmap) -> Words:
    """Yield every piece of user data as name and text, of the film and of each of its tracks."""
    film = boxes.whole(data)
    tracks = boxes.along(data, film, b"moov", b"trak")
    for holder in chain((film,), boxes.along(data, film, b"moov"), tracks):
        for box in boxes.inside(data, holder):
            yield from _held(data, box)


def _held(data: mmap.mmap, box: Box) -> Words:
    if box.kind == b"udta":
        for one in boxes.inside(data, box):
            yield from _listed(data, one) if one.kind == b"meta" else _string(data, one)
    elif box.kind == b"meta":
        yield from _listed(data, box)
    elif box.kind == b"mdia":
        for handler in boxes.along(data, box._replace(kind=b""), b"hdlr"):
            yield b"hdlr", runs(_content(data, handler)[24:])
    elif box.kind == b"uuid" and data[box.start : box.start + 16] == _XMP:
        yield b"XMP_", runs(_content(data, box)[16:])


def _string(data: mmap.mmap, box: Box) -> Words:
    """Read one box of user data."""
    body = _content(data, box)
    if box.kind[:1] == b"\xa9":
        yield from ((box.kind, text) for text in _international(body))
    elif box.kind in _OF_3GPP:
        yield box.kind, _of_3gpp(body[6:])
    elif box.kind == b"loci":
        yield box.kind, _place_of_3gpp(body[6:])
    elif box.kind == b"chpl":
        yield from ((box.kind, text) for text in _chapters(body))
    else:
        yield box.kind, runs(body)


def _international(body: bytes) -> Iterator[str]:
    at = 0
    while at + 4 <= len(body):
        size = int.from_bytes(body[at : at + 2], "big")
        if at + 4 + size > len(body):
            break
        yield _text(body[at + 4 : at + 4 + size])
        at += 4 + size
    if at == 0:
        yield runs(body)


def _of_3gpp(text: bytes) -> str:
    if text[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return text.decode("utf-16", "replace").partition("\0")[0]
    return _text(text)


def _place_of_3gpp(body: bytes) -> str:
    """Return name and coordinates: a string, then three numbers of 16 bits before and after the point."""
    name, rest = _split(body)
    longitude, latitude = (int.from_bytes(rest[at : at + 4], "big", signed=True) / 65536 for at in (1, 5))
    _, notes = _split(rest[13:])
    return f"{_of_3gpp(name)}\n{latitude:+.4f}{longitude:+.4f}/\n{_of_3gpp(notes)}"


def _split(body: bytes) -> tuple[bytes, bytes]:
    """Split behind the first string, which ends in zero."""
    if body[:2] not in (b"\xfe\xff", b"\xff\xfe"):
        text, _, rest = body.partition(b"\0")
        return text, rest
    end = next((at for at in range(0, len(body) - 1, 2) if body[at : at + 2] == b"\0\0"), len(body))
    return body[:end], body[end + 2 :]


def _chapters(body: bytes) -> Iterator[str]:
    """Yield the titles in Nero's list: a time of eight bytes, a length, a text."""
    at = 9 if body[:1] == b"\1" else 5
    while at + 9 <= len(body):
        size = body[at + 8]
        yield _text(body[at + 9 : at + 9 + size])
        at += 9 + size


def _listed(data: mmap.mmap, meta: Box) -> Words:
    """Read a list of iTunes, or of Apple's cameras, whose entries are numbers of names."""
    skip = 0 if data[meta.start + 4 : meta.start + 8] == b"hdlr" else 4
    within = list(boxes.inside(data, meta, skip=skip))
    names = [name for box in within if box.kind == b"keys" for name in _keys(data, box)]
    yield from ((b"keys", _text(name)) for name in names)
    for box in within:
        if box.kind == b"ilst":
            for entry in boxes.inside(data, box):
                number = int.from_bytes(entry.kind, "big")
                name = names[number - 1] if 0 < number <= len(names) else entry.kind
                yield from ((name, text) for text in _values(data, entry))
        elif box.kind not in (b"hdlr", b"keys", b"free"):
            yield box.kind, runs(_content(data, box))


def _keys(data: mmap.mmap, box: Box) -> Iterator[bytes]:
    for key in boxes.inside(data, box, skip=8):
        yield _content(data, key)


def _values(data: mmap.mmap, entry: Box) -> Iterator[str]:
    for box in boxes.inside(data, entry):
        body = _content(data, box)
        kind, value = int.from_bytes(body[:4], "big"), body[8:]
        if box.kind in (b"mean", b"name"):
            yield _text(body[4:])
        elif box.kind == b"data" and kind == _WIDE:
            yield value.decode("utf-16-be", "replace")
        elif box.kind == b"data" and kind == _UTF8:
            yield _text(value)
        elif box.kind == b"data" and kind not in _PICTURES and kind not in _COUNTS:
            yield runs(value)


def _content(data: mmap.mmap, box: Box) -> bytes:
    return data[box.start : min(box.end, box.start + WORDS_BYTES_MAX)]


def _text(body: bytes) -> str:
    """Decode what is text to its end, in UTF-8 or as old Macs of Central Europe wrote it."""
    try:
        return body.decode().replace("\0", "\n")
    except UnicodeDecodeError:
        return body.decode("mac_latin2", "replace").replace("\0", "\n")
