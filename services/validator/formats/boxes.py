"""The boxes of MP4 and QuickTime: walks through them that believe no size and end."""

import mmap
from collections.abc import Iterator
from typing import NamedTuple

BOXES_MAX = 100_000
_HEAD, _LONG_HEAD = 8, 16


class Box(NamedTuple):
    """A box by its four letters, and where its content lies."""

    kind: bytes
    start: int
    end: int


def whole(data: mmap.mmap) -> Box:
    """Return the file itself as what holds the outermost boxes."""
    return Box(b"", 0, len(data))


def inside(data: mmap.mmap, outer: Box, *, skip: int = 0) -> Iterator[Box]:
    """Yield the boxes within another, whose content begins with `skip` bytes of its own."""
    at = outer.start + skip
    for _ in range(BOXES_MAX):
        size, head = int.from_bytes(data[at : at + 4], "big"), _HEAD
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), _LONG_HEAD
        elif size == 0:
            size = outer.end - at
        if size < head or at + head > outer.end:
            return
        yield Box(data[at + 4 : at + 8], at + head, min(at + size, outer.end))
        at += size


def along(data: mmap.mmap, outer: Box, *kinds: bytes) -> Iterator[Box]:
    """Yield every box that lies at the end of this path of kinds."""
    for box in inside(data, outer):
        if box.kind == kinds[0]:
            yield from along(data, box, *kinds[1:]) if len(kinds) > 1 else (box,)


def number(data: mmap.mmap, at: int, size: int = 4) -> int:
    """Return a number of this many bytes; 0 where the file has ended."""
    return int.from_bytes(data[at : at + size], "big")
