"""Words in the comments of Ogg streams: Vorbis, Opus, FLAC, Speex and Theora, one behind or beside another."""

import mmap
from collections.abc import Iterator

from services.validator.formats import ogg_pages
from services.validator.text import UnreadError

COMMENTS_BYTES_MAX = 4 * 1024 * 1024
COMMENTS_MAX = 20_000
STREAMS_MAX = 10_000
_BEFORE = {b"\x01vorbis": 7, b"OpusHead": 8, b"\x80theora": 7, b"Speex   ": 0, b"\x7fFLAC": 4, b"\x80kate\0\0\0": 9}
_SUBTITLES = (b"\x80kate", b"CMML\0")
_PICTURES = ("metadata_block_picture", "coverart")


def words(data: mmap.mmap) -> Iterator[str]:
    """Yield each comment with its name. Raises `UnreadError` for streams of subtitles."""
    unread = False
    for first, second in _headers(data):
        unread = unread or first.startswith(_SUBTITLES)
        skip = next((length for name, length in _BEFORE.items() if first.startswith(name)), None)
        if skip is not None:
            yield from _comments(second[skip:])
    if unread:
        raise UnreadError("a stream of subtitles was not read")


def _headers(data: mmap.mmap) -> Iterator[tuple[bytes, bytes]]:
    """Yield the first two packets of every stream; the second is the one with the comments."""
    seen: dict[int, list[bytearray]] = {}
    for page in ogg_pages.pages(data):
        if page.is_first and len(seen) < STREAMS_MAX:
            seen[page.stream] = [bytearray()]
        packets = seen.get(page.stream)
        if packets is None:
            continue
        at = page.body
        for size in page.sizes:
            if len(packets[-1]) < COMMENTS_BYTES_MAX:
                packets[-1] += data[at : at + size]
            at += size
            if size < 255:
                packets.append(bytearray())
        if len(packets) > 2:
            yield bytes(packets[0]), bytes(packets[1])
            del seen[page.stream]
    yield from ((bytes(packets[0]), b"") for packets in seen.values())


def _comments(packet: bytes) -> Iterator[str]:
    """Read the vendor and the list behind it, each text after its length."""
    at = 4 + int.from_bytes(packet[:4], "little")
    count, at = int.from_bytes(packet[at : at + 4], "little"), at + 4
    for _ in range(min(count, COMMENTS_MAX)):
        size = int.from_bytes(packet[at : at + 4], "little")
        name, _, value = packet[at + 4 : at + 4 + size].decode("utf-8", "replace").partition("=")
        if name.lower() not in _PICTURES and (name or value):
            yield f"{name}: {value}"
        at += 4 + size
