"""Ogg: a first page that opens a stream of a known codec, and whole pages up to the end."""

import mmap
from collections.abc import Iterator
from dataclasses import dataclass

from services.validator.formats import Fault, Inspection, NotThisFormatError, foreign, ogg_pages

_CODECS = {
    b"\x01vorbis": "audio/ogg",
    b"OpusHead": "audio/ogg",
    b"\x7fFLAC": "audio/ogg",
    b"Speex   ": "audio/ogg",
    b"\x80theora": "video/ogg",
    b"fishead\0": "application/ogg",
    b"BBCD\0": "video/ogg",
}
_HEADERS, _HEADERS_OF_THREE = 2, (b"\x01vorbis", b"\x80theora")


def inspect(path: str, kind: str) -> Inspection:
    """Read the pages. Raises `NotThisFormatError` when the first opens no stream."""
    with open(path, "rb") as file:
        head = file.read(4096)
        if head[:5] != b"OggS\0" or len(head) < 28 or not head[5] & 2:
            raise NotThisFormatError
        payload = head[27 + head[26] :]
        media_type = next((name for signature, name in _CODECS.items() if payload.startswith(signature)), None)
        if media_type is None:
            raise NotThisFormatError("an Ogg stream of an unknown codec")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            damage = [Fault("damaged", {"reason": reason}) for reason in _damage(data)][:1]
    return Inspection(media_type, (*damage, *foreign.faults(path, kind or "ogg")))


@dataclass(slots=True)
class _Stream:
    packets_min: int
    packets: int = 0
    is_whole: bool = False

    def take(self, page: ogg_pages.Page) -> None:
        """Count the packets that end on a page; a piece of 255 bytes goes on in the next."""
        self.packets += len(page.sizes) - page.sizes.count(255)
        in_packet = page.sizes[-1:] == b"\xff"
        self.is_whole = page.is_last or (not in_packet and self.packets >= self.packets_min)


def _damage(data: mmap.mmap) -> Iterator[str]:
    """A stream whose last page is not marked as such (a broadcast) is whole when its last packet is."""
    streams: dict[int, _Stream] = {}
    end = 0
    for page in ogg_pages.pages(data):
        end = page.end
        if not ogg_pages.is_sound(data, page):
            yield "the check sum of a page is wrong"
        if page.is_first:
            three = data[page.body : page.end].startswith(_HEADERS_OF_THREE)
            streams[page.stream] = _Stream(_HEADERS + three + 1)
        if page.stream in streams:
            streams[page.stream].take(page)
    rest = data[end : end + len(ogg_pages.CAPTURE)]
    if rest and ogg_pages.CAPTURE.startswith(rest):
        yield "its last page is cut off"
    elif data.find(ogg_pages.CAPTURE, end) >= 0:
        yield "bytes stand between its pages"
    if not all(stream.is_whole for stream in streams.values()):
        yield "it breaks off"
