"""Words in the tags of an mp3: text, comments, lyrics, links, people and chapters of ID3v2, ID3v1, APE and Lyrics3."""

import mmap
import zlib
from collections.abc import Iterator

from services.validator.formats import id3
from services.validator.formats.plain import runs, single_byte_charset

TAG_BYTES_MAX = 4 * 1024 * 1024
TAGS_MAX = 100
FRAMES_MAX = 20_000
_PICTURES = (b"APIC", b"PIC")
_NESTED = {b"CHAP": 16, b"CTOC": 2}
_WITH_LANGUAGE = (b"COMM", b"COM", b"USLT", b"ULT", b"USER")
_SUNG = (b"SYLT", b"SLT")
_DEPTH_MAX = 3


def words(data: mmap.mmap) -> Iterator[str]:
    """Yield the text of each frame or item."""
    at = 0
    for _ in range(TAGS_MAX):
        if not (size := id3.length(data[at : at + id3.HEAD_BYTES])):
            break
        yield from _version_2(data[at : at + min(size, TAG_BYTES_MAX)])
        at += size
    for kind, start, end in id3.behind(data, at):
        tag = data[start : min(end, start + TAG_BYTES_MAX)]
        if kind == "id3v1":
            yield from _version_1(tag)
        elif kind == "id3v2":
            yield from _version_2(tag)
        else:
            yield from _ape(tag) if kind == "ape" else (_eight_bit(tag),)


def _version_1(tag: bytes) -> Iterator[str]:
    """Title, artist, album, year and comment, of fixed width."""
    for start, end in ((3, 33), (33, 63), (63, 93), (93, 97), (97, 127)):
        yield _eight_bit(tag[start:end].partition(b"\0")[0])


def _version_2(tag: bytes) -> Iterator[str]:
    version, flags, body = tag[3], tag[5], tag[id3.HEAD_BYTES :]
    if flags & 0x80 and version < 4:
        body = body.replace(b"\xff\0", b"\xff")
    if flags & 0x40 and version == 3:
        body = body[4 + int.from_bytes(body[:4], "big") :]
    elif flags & 0x40 and version == 4:
        body = body[id3.seven_bits(body[:4]) :]
    yield from _frames(body, version, 0)


def _frames(body: bytes, version: int, depth: int) -> Iterator[str]:
    """Yield the words of each frame; a name that is none ends the tag, because padding follows."""
    letters, head = (3, 6) if version == 2 else (4, 10)
    at = 0
    for _ in range(FRAMES_MAX):
        name = body[at : at + letters]
        if len(body) < at + head or not name.isalnum():
            return
        size = _size(body, at, version)
        content = body[at + head : at + head + size]
        if version > 2:
            content = _unpacked(content, body[at + 9], version)
        if name in _NESTED:
            yield from _nested(name, content, version, depth)
        elif name not in _PICTURES:
            yield _frame(name, content)
        at += head + size


def _size(body: bytes, at: int, version: int) -> int:
    """Some programs write plain numbers into version 4; then the next frame stands where those say."""
    if version == 2:
        return int.from_bytes(body[at + 3 : at + 6], "big")
    digits = body[at + 4 : at + 8]
    plain, sevens = int.from_bytes(digits, "big"), id3.seven_bits(digits)
    is_plain = version == 3 or (_ends_frame(body, at + 10 + plain) and not _ends_frame(body, at + 10 + sevens))
    return plain if is_plain else sevens


def _ends_frame(body: bytes, at: int) -> bool:
    name = body[at : at + 4]
    return at == len(body) or (at < len(body) and (name.isalnum() or not name.strip(b"\0")))


def _unpacked(content: bytes, flags: int, version: int) -> bytes:
    """Undo what the flags of a frame say; of an encrypted one nothing is left."""
    packed, locked, grouped = (0x80, 0x40, 0x20) if version == 3 else (0x08, 0x04, 0x40)
    if flags & locked:
        return b""
    content = content[1 if flags & grouped else 0 :]
    if flags & packed or (version == 4 and flags & 0x01):
        content = content[4:]
    if version == 4 and flags & 0x02:
        content = content.replace(b"\xff\0", b"\xff")
    if not flags & packed:
        return content
    try:
        return zlib.decompressobj().decompress(content, TAG_BYTES_MAX)
    except zlib.error:
        return b""


def _nested(name: bytes, content: bytes, version: int, depth: int) -> Iterator[str]:
    """Chapters: a name, times or names of others, then frames of their own."""
    title, _, rest = content.partition(b"\0")
    yield _eight_bit(title)
    if depth >= _DEPTH_MAX:
        return
    skip = _NESTED[name]
    if name == b"CTOC":
        for _ in range(rest[1] if len(rest) > 1 else 0):
            end = rest.find(b"\0", skip)
            skip = end + 1 if end >= 0 else len(rest)
    yield from _frames(rest[skip:], version, depth + 1)


def _frame(name: bytes, content: bytes) -> str:
    encoding, body = content[:1], content[1:]
    if name in _SUNG:
        return _sung(encoding, body[5:])
    if name in _WITH_LANGUAGE:
        return _text(encoding, body[3:])
    if name.startswith((b"T", b"WX", b"IPL")):
        return _text(encoding, body)
    return _eight_bit(content) if name.startswith(b"W") else runs(content)


def _sung(encoding: bytes, body: bytes) -> str:
    """Lines of a song: a description, then texts that end in zero, each with four bytes of time behind it."""
    zero = b"\0\0" if encoding in (b"\1", b"\2") else b"\0"
    found, at, start = [], 0, 0
    while (end := body.find(zero, at)) >= 0:
        if (end - start) % len(zero):
            at = end + 1
            continue
        found.append(_text(encoding, body[start:end]))
        at = start = end + len(zero) + (4 if len(found) > 1 else 0)
    return "\n".join(found)


def _text(encoding: bytes, body: bytes) -> str:
    """Decode strings that end in zeros; in UTF-16 each has a mark of its own, or none."""
    if encoding not in (b"\1", b"\2"):
        return _eight_bit(body)
    strings = body.decode("utf-16-le", "replace").split("\0")
    return "\n".join(_turned(one, turn=encoding == b"\2") for one in strings)


def _turned(text: str, *, turn: bool) -> str:
    """Put a string whose bytes came in the other order the right way round."""
    if text[:1] == "\ufeff":
        return text[1:]
    if text[:1] == "\ufffe" or turn:
        return text.encode("utf-16-le", "replace").decode("utf-16-be", "replace").removeprefix("\ufeff")
    return text


def _ape(tag: bytes) -> Iterator[str]:
    """Yield the items that are text ([APEv2]: size, flags, name, zero, value)."""
    at = 32 if tag.startswith(b"APETAGEX") else 0
    for _ in range(FRAMES_MAX):
        size, flags = int.from_bytes(tag[at : at + 4], "little"), int.from_bytes(tag[at + 4 : at + 8], "little")
        end_of_name = tag.find(b"\0", at + 8)
        if end_of_name < 0 or tag[at : at + 8] == b"APETAGEX":
            return
        if not flags & 0x6:
            yield _eight_bit(tag[end_of_name + 1 : end_of_name + 1 + size])
        at = end_of_name + 1 + size


def _eight_bit(body: bytes) -> str:
    """Decode what is UTF-8, or the letters of the system that wrote it, whatever the tag may say."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = body.decode(single_byte_charset(body), "replace")
    return text.replace("\0", "\n")
