"""The records of an xls and the texts in them ([MS-XLS] 2.1.4, 2.5.293 and 2.5.268)."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from services.validator.formats.plain import single_byte_charset

CONTINUE = 0x3C
_WIDE, _EXTENDED, _RICH = 0x1, 0x4, 0x8


class Record(NamedTuple):
    """A record: where it starts in the stream, its kind, its body and the bodies of those that continue it."""

    start: int
    kind: int
    bodies: list[bytes]

    @property
    def body(self) -> bytes:
        return self.bodies[0]


def records(data: bytes) -> Iterator[Record]:
    """Yield the records, each with those that continue it. One that breaks off is shorter than it says."""
    at, kept = 0, None
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        body = data[at + 4 : at + 4 + size]
        if kind == CONTINUE and kept:
            kept.bodies.append(body)
        else:
            if kept:
                yield kept
            kept = Record(at, kind, [body])
        at += 4 + size
    if kept:
        yield kept


def number(body: bytes, at: int, size: int = 2) -> int:
    """Return a number of this many bytes; what is missing counts as zero."""
    return int.from_bytes(body[at : at + size], "little")


def text(body: bytes, at: int, *, wide_book: bool, size: int = 2) -> str:
    """Read a text that begins with its length, of one or two bytes; before Excel 97 all are in 8 bits."""
    count, at = number(body, at, size), at + size
    if not wide_book:
        return eight_bit(body[at : at + count])
    flags = number(body, at, 1)
    at += 1 + 2 * bool(flags & _RICH) + 4 * bool(flags & _EXTENDED)
    return _decoded(body[at : at + (count << (flags & _WIDE))], flags)


def eight_bit(body: bytes) -> str:
    """Decode what has no character set of its own."""
    return body.decode(single_byte_charset(body), "replace")


def _decoded(body: bytes, flags: int) -> str:
    return body.decode("utf-16-le" if flags & _WIDE else "latin-1", "replace")


def shared(bodies: list[bytes]) -> Iterator[str]:
    """Yield the texts of the shared table, which go on from one body to the next."""
    pieces = _Pieces(bodies)
    pieces.take(8)
    while not pieces.is_over:
        count, flags = number(pieces.take(2), 0), number(pieces.take(1), 0)
        runs = number(pieces.take(2), 0) if flags & _RICH else 0
        more = number(pieces.take(4), 0, 4) if flags & _EXTENDED else 0
        yield pieces.characters(count, flags)
        pieces.take(4 * runs + more)


class _Pieces:
    def __init__(self, bodies: list[bytes]) -> None:
        self._bodies, self._body, self._at = bodies, 0, 0

    @property
    def is_over(self) -> bool:
        return self._body >= len(self._bodies) - 1 and self._left() <= 0

    def _left(self) -> int:
        return len(self._bodies[self._body]) - self._at

    def _next(self) -> bool:
        """Go to the next body, if there is one."""
        if self._body + 1 >= len(self._bodies):
            return False
        self._body, self._at = self._body + 1, 0
        return True

    def take(self, size: int) -> bytes:
        found = b""
        while size and (self._left() > 0 or self._next()):
            piece = self._bodies[self._body][self._at : self._at + size]
            self._at += len(piece)
            size -= len(piece)
            found += piece
        return found

    def characters(self, count: int, flags: int) -> str:
        """Read characters; where they go on in the next body, flags of their own stand before them."""
        found = ""
        while count:
            if self._left() <= 0:
                if not self._next():
                    break
                flags = number(self.take(1), 0, 1)
            size = min(count << (flags & _WIDE), self._left())
            found += _decoded(self.take(size), flags)
            count -= max(size >> (flags & _WIDE), 1)
        return found
