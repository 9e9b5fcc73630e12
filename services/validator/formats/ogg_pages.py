"""The pages of an Ogg file, walked from the first to where the file ends or is no longer whole (RFC 3533)."""

import mmap
import zlib
from collections.abc import Iterator
from typing import NamedTuple

CAPTURE = b"OggS"
HEAD_BYTES = 27
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


class Page(NamedTuple):
    """A page: whose it is, what it opens, ends and continues, and where its pieces lie."""

    start: int
    end: int
    stream: int
    is_first: bool
    is_last: bool
    continues: bool
    sizes: bytes

    @property
    def body(self) -> int:
        return self.start + HEAD_BYTES + len(self.sizes)


def pages(data: mmap.mmap) -> Iterator[Page]:
    """Yield the pages that follow each other without a gap and end within the file."""
    at = 0
    while data[at : at + 4] == CAPTURE and at + HEAD_BYTES <= len(data):
        sizes = data[at + HEAD_BYTES : at + HEAD_BYTES + data[at + 26]]
        end = at + HEAD_BYTES + data[at + 26] + sum(sizes)
        if end > len(data):
            return
        flags, stream = data[at + 5], int.from_bytes(data[at + 14 : at + 18], "little")
        yield Page(at, end, stream, bool(flags & 2), bool(flags & 4), bool(flags & 1), sizes)
        at = end


def is_sound(data: mmap.mmap, page: Page) -> bool:
    """Compare the check sum: CRC-32 with the highest bit first, which zlib gives for bits in reverse."""
    head = data[page.start : page.start + 22] + bytes(4) + data[page.start + 26 : page.body]
    turned = (head + data[page.body : page.end]).translate(_REVERSED)
    told = data[page.start + 22 : page.start + 26].translate(_REVERSED)
    return zlib.crc32(turned, 0xFFFFFFFF) ^ 0xFFFFFFFF == int.from_bytes(told, "big")
