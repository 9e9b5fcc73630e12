"""Runs of letters in the streams of doc, xls and ppt files: 8-bit and UTF-16, without the structure around them.

A first, plain way: it finds what stands in paragraphs, cells and slides as text, without saying where. Long whole
numbers in the cells of an xls are read by their records ([MS-XLS] 2.4.180, 2.4.220, 2.4.175), with their cell.
"""

import math
import re
import struct
from collections.abc import Iterator

import olefile

from services.validator.domain import NOWHERE, Place
from services.validator.text import Block, UnreadError, places

STREAM_BYTES_MAX = 64 * 1024 * 1024
_STREAMS = (
    "WordDocument",
    "1Table",
    "0Table",
    "Workbook",
    "Book",
    "PowerPoint Document",
    "\x05SummaryInformation",
    "\x05DocumentSummaryInformation",
    "MsoDataStore",
)
_WORKBOOKS = ("Workbook", "Book")
_NUMBER, _RK, _MANY_RK = 0x203, 0x27E, 0xBD
_NUMBER_FROM = 10**8
_EIGHT_BIT = re.compile(rb"[\t\r\n\x20-\x7e\x80-\xff]{6,}")
_WIDE = re.compile(rb"(?:[\t\r\n\x20-\x7e\xa0-\xff]\x00|[\x00-\xff][\x01\x03\x04\x20]){6,}")


def read(path: str) -> Iterator[Block]:
    """Yield a block per stream and width of characters. Raises `UnreadError` for a stream beyond the bound."""
    with olefile.OleFileIO(path) as container:
        for name in filter(container.exists, _STREAMS):
            stream = container.openstream(name)
            data = stream.read(STREAM_BYTES_MAX + 1)
            yield Block("\n".join(run.decode("cp1257", "replace") for run in _EIGHT_BIT.findall(data)))
            yield Block("\n".join(run.decode("utf-16-le", "replace") for run in _WIDE.findall(data)))
            if name in _WORKBOOKS:
                yield _numbers(data)
            if len(data) > STREAM_BYTES_MAX:
                raise UnreadError("a stream of it is too long")


def _numbers(data: bytes) -> Block:
    pieces: list[str] = [""]
    starts, known, length = [0], [NOWHERE], 0
    for row, column, value in _cells(data):
        if value >= _NUMBER_FROM and math.isfinite(value) and value == int(value):
            starts.append(length)
            known.append(Place(cell=f"{_letters(column)}{row + 1}"))
            pieces.append(f"{int(value)}\n")
            length += len(pieces[-1])
    return Block("".join(pieces), places(starts, known))


def _cells(data: bytes) -> Iterator[tuple[int, int, float]]:
    """Yield row, column and value of the cells that hold numbers, counting from 0."""
    at = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        body = data[at + 4 : at + 4 + size]
        at += 4 + size
        if kind == _NUMBER and len(body) == 14:
            row, column, _, value = struct.unpack("<HHHd", body)
            yield row, column, value
        elif kind == _RK and len(body) == 10:
            row, column, _, packed = struct.unpack("<HHHI", body)
            yield row, column, _unpacked(packed)
        elif kind == _MANY_RK and len(body) >= 12:
            row, first = struct.unpack_from("<HH", body)
            for number, offset in enumerate(range(4, len(body) - 7, 6)):
                yield row, first + number, _unpacked(struct.unpack_from("<I", body, offset + 2)[0])


def _unpacked(packed: int) -> float:
    """Return the number in an RK: thirty bits of a double or of an integer, perhaps times a hundred."""
    if packed & 2:
        value = float(struct.unpack("<i", struct.pack("<I", packed & ~3))[0] >> 2)
    else:
        value = float(struct.unpack("<d", struct.pack("<II", 0, packed & ~3))[0])
    return value / 100 if packed & 1 else value


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
