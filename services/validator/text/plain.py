"""Text and csv files: decoded while they are read, in blocks of whole lines; a csv cell knows its column's heading."""

from collections.abc import Iterator
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
    def place(at: int) -> Place:
        return Place(line=first_line + text.count("\n", 0, at))

    return (
        Block(text, place, partial(columns.heading, text), "\n".join(columns.names)) if columns else Block(text, place)
    )


@dataclass(frozen=True, slots=True)
class _Columns:
    names: list[str]
    separator: str

    def heading(self, block: str, at: int) -> str:
        """Return what stands over a position."""
        line_start = block.rfind("\n", 0, at) + 1
        column = block.count(self.separator, line_start, at)
        return self.names[column] if column < len(self.names) else ""


def _columns(text: str) -> _Columns | None:
    """Return what finds the heading over a position, when the first line looks like headings."""
    first = text[: text.find("\n") if "\n" in text else len(text)].strip("\r\ufeff")[:_HEADING_CHARACTERS_MAX]
    separator = max(";\t,", key=first.count)
    if not first.count(separator) or sum(character.isdigit() for character in first) > 10:
        return None
    return _Columns(first.split(separator), separator)
