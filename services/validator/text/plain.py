"""Text and csv files: decoded while they are read, in blocks of whole lines; a csv cell knows its column's heading."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from services.validator.domain import Place
from services.validator.formats.plain import charset_of
from services.validator.text import BLOCK_CHARACTERS, Block, UnreadError

_HEADING_CHARACTERS_MAX = 4096


def read(path: str) -> Iterator[Block]:
    """Yield blocks of lines. Raises `UnreadError` when the character set is unknown."""
    charset = charset_of(path)
    if charset is None:
        raise UnreadError("its character set is unknown")
    line = 1
    heading: _Columns | None = None
    with open(path, encoding=charset, errors="replace", newline="") as file:
        rest = ""
        while chunk := file.read(BLOCK_CHARACTERS):
            text, rest = _whole_lines(rest + chunk)
            heading = heading or _columns(text)
            yield _block(text, line, heading)
            line += text.count("\n")
        if rest:
            yield _block(rest, line, heading or _columns(rest))


def _whole_lines(text: str) -> tuple[str, str]:
    """Split behind the last line end; a line longer than a block is cut at a space."""
    cut = text.rfind("\n") + 1
    if not cut and len(text) > 2 * BLOCK_CHARACTERS:
        cut = text.rfind(" ", 0, len(text) - 100) + 1 or len(text) - 100
    return text[:cut], text[cut:]


def _block(text: str, first_line: int, columns: "_Columns | None") -> Block:
    place = _Lines(text, first_line)
    if columns is None:
        return Block(text, place)
    heading, under = partial(columns.heading, text), partial(columns.under, text)
    return Block(text, place, heading, "\n".join(columns.names), under)


class _Lines:
    """Tells the line of a position; asked for places in order it counts each line once."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text, self._first_line = text, first_line
        self._at, self._line = 0, first_line

    def __call__(self, at: int) -> Place:
        if at < self._at:
            self._at, self._line = 0, self._first_line
        self._line += self._text.count("\n", self._at, at)
        self._at = at
        return Place(line=self._line)


@dataclass(frozen=True, slots=True)
class _Columns:
    names: list[str]
    separator: str

    def heading(self, block: str, at: int) -> str:
        """Return what stands over a position."""
        line_start = block.rfind("\n", 0, at) + 1
        column = block.count(self.separator, line_start, at)
        return self.names[column] if column < len(self.names) else ""

    def under(self, block: str, is_wanted: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
        """Give the cells of the columns whose heading is wanted."""
        wanted = [is_wanted(name) for name in self.names]
        at = 0
        for line in block.split("\n"):
            start = at
            for cell, is_in in zip(line.split(self.separator), wanted, strict=False):
                if is_in:
                    yield start, start + len(cell)
                start += len(cell) + 1
            at += len(line) + 1


def _columns(text: str) -> _Columns | None:
    """Return what finds the heading over a position, when the first line looks like headings."""
    first = text[: text.find("\n") if "\n" in text else len(text)].strip("\r\ufeff")[:_HEADING_CHARACTERS_MAX]
    separator = max(";\t,", key=first.count)
    if not first.count(separator) or sum(character.isdigit() for character in first) > 10:
        return None
    return _Columns(first.split(separator), separator)
