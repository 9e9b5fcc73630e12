"""The cells of an xls by its records ([MS-XLS] 2.4), sheet by sheet, with comments, heads, feet and links.

Books of Excel 97 and later keep their texts in one table; those before have them in the cells, in 8 bits.
"""

import math
import re
import struct
from collections.abc import Iterator

from services.validator.formats.plain import runs
from services.validator.text import BLOCK_CHARACTERS, Block, biff
from services.validator.text.biff import Record, number
from services.validator.text.cells import Cells

_BOOK, _BOUND_SHEET, _SHARED = 0x809, 0x85, 0xFC
_LABEL, _RICH, _SHARED_LABEL, _RESULT, _FORMULA = 0x204, 0xD6, 0xFD, 0x207, 0x06
_NUMBER, _RK, _MANY_RK = 0x203, 0x27E, 0xBD
_CELLS = frozenset((_LABEL, _RICH, _SHARED_LABEL, _RESULT, _FORMULA, _NUMBER, _RK, _MANY_RK))
_NOTE, _HEAD, _FOOT = 0x1C, 0x14, 0x15
_BINARY = frozenset((0x31, 0x41E, 0xE0, 0x293, 0x92, 0x208, 0xFF, 0x863, 0x8C, 0x7D, 0x1D, 0x23E, 0xEB))
_WIDE_BOOK = 0x600
_WIDE_RUN = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00|[\x00-\xff][\x01\x1e\x20]){4,}")

Cell = tuple[int, int, str, bool]


def read(data: bytes) -> Iterator[Block]:
    """Yield the cells of every sheet, hidden ones too, then the words in other records."""
    book = _Book()
    cells, last_row = Cells(None), -1
    words: list[str] = []
    for record in biff.records(data):
        if record.kind == _BOOK:
            yield cells.take()
            cells, last_row = Cells(book.begin(record)), -1
        elif record.kind in _CELLS:
            for row, column, value, is_text in book.cells(record):
                if row != last_row:
                    cells.end_row()
                last_row = row
                cells.add(letters(column), str(row + 1), value, is_text=is_text)
        else:
            words.extend(book.words(record))
        if cells.length > BLOCK_CHARACTERS:
            yield cells.take()
    yield cells.take()
    yield Block("\n".join(words))


class _Book:
    """What the records tell of those that come after them."""

    def __init__(self) -> None:
        self._wide = True
        self._shared: list[str] = []
        self._titles: dict[int, str] = {}
        self._formula = (0, 0)

    def begin(self, record: Record) -> str | None:
        """Return the title of the sheet that begins here."""
        self._wide = number(record.body, 0) >= _WIDE_BOOK
        return self._titles.get(record.start)

    def words(self, record: Record) -> Iterator[str]:
        """Take in a record that is no cell, and yield the words in it."""
        body = record.body
        if record.kind == _SHARED:
            self._shared = list(biff.shared(record.bodies))
        elif record.kind == _BOUND_SHEET:
            self._titles[number(body, 0, 4)] = title = self._text(body, 6, size=1)
            yield title
        elif record.kind in (_HEAD, _FOOT):
            yield self._text(body, 0)
        elif record.kind == _NOTE and self._wide:
            yield self._text(body, 8)
        elif record.kind not in _BINARY:
            yield from _runs(b"".join(record.bodies))

    def _text(self, body: bytes, at: int, *, size: int = 2) -> str:
        return biff.text(body, at, wide_book=self._wide, size=size)

    def cells(self, record: Record) -> Iterator[Cell]:
        """Yield row and column (from 0), what is shown, and whether it is text."""
        body = record.body
        row, column = number(body, 0), number(body, 2)
        if record.kind == _SHARED_LABEL:
            index = number(body, 6, 4)
            yield row, column, self._shared[index] if index < len(self._shared) else "", True
        elif record.kind in (_LABEL, _RICH):
            yield row, column, self._text(body, 6), True
        elif record.kind == _RESULT:
            yield *self._formula, self._text(body, 0), True
        elif record.kind == _FORMULA:
            self._formula = (row, column)
            if body[12:14] != b"\xff\xff" and len(body) >= 14:
                yield row, column, _shown(struct.unpack_from("<d", body, 6)[0]), False
        else:
            yield from ((row, at, _shown(value), False) for at, value in _numbers(record.kind, body, column))


def _numbers(kind: int, body: bytes, column: int) -> Iterator[tuple[int, float]]:
    """Yield column and value of the numbers in a record."""
    if kind == _NUMBER and len(body) >= 14:
        yield column, struct.unpack_from("<d", body, 6)[0]
    elif kind == _RK and len(body) >= 10:
        yield column, _unpacked(number(body, 6, 4))
    elif kind == _MANY_RK:
        for index, at in enumerate(range(4, len(body) - 7, 6)):
            yield column + index, _unpacked(number(body, at + 2, 4))


def _unpacked(packed: int) -> float:
    """Return the number in an RK: thirty bits of a double or of an integer, perhaps times a hundred."""
    if packed & 2:
        value = float(struct.unpack("<i", struct.pack("<I", packed & ~3))[0] >> 2)
    else:
        value = float(struct.unpack("<d", struct.pack("<II", 0, packed & ~3))[0])
    return value / 100 if packed & 1 else value


def _shown(value: float) -> str:
    return str(int(value)) if math.isfinite(value) and value == int(value) else f"{value:.15g}"


def letters(column: int) -> str:
    """Return the name of a column that is counted from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _runs(body: bytes) -> Iterator[str]:
    """Yield the words in a record of another kind. What stands before them may look like the letter Ā."""
    for run in _WIDE_RUN.findall(body):
        found = run.decode("utf-16-le", "replace")
        yield from (found, found[1:]) if found.startswith("Ā") else (found,)
    yield runs(body)
