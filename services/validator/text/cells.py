"""The cells of one sheet, gathered into blocks of rows; a cell knows its place and its column's heading."""

from collections.abc import Callable, Iterator

from services.validator.domain import Place
from services.validator.text import Block, places

_HEADING_CHARACTERS_MAX = 200


class Cells:
    """Collects the cells of a sheet; the texts of the first row that has any become the headings of the columns."""

    def __init__(self, title: str | None) -> None:
        self._title = title
        self._headings: dict[str, str] = {}
        self._heading_row = ""
        self._pieces: list[str] = []
        self._starts: list[int] = [0]
        self._places: list[Place] = [Place(sheet=title)]
        self.length = 0

    def add(self, column: str, row: str, value: str, *, is_text: bool) -> None:
        """Take the next cell, such as `B`, `2`. Both are empty when nobody knows where it stands."""
        if not self._heading_row and is_text:
            self._heading_row = row
        if column and row == self._heading_row:
            self._headings[column] = value[:_HEADING_CHARACTERS_MAX]
        self._starts.append(self.length)
        self._places.append(Place(sheet=self._title, cell=column + row or None))
        self._pieces.append(value + "\t")
        self.length += len(value) + 1

    def end_row(self) -> None:
        """Begin a new line."""
        self._pieces.append("\n")
        self.length += 1

    def take(self) -> Block:
        """Return what was collected and begin anew."""
        place = places(self._starts, self._places)
        headings, text = "\n".join(self._headings.values()), "".join(self._pieces)
        spans = list(zip(self._places, self._starts, [*self._starts[1:], len(text)], strict=True))
        block = Block(text, place, _heading(place, self._headings), headings, _under(spans, self._headings))
        self._pieces, self.length, self._starts, self._places = [], 0, [0], [Place(sheet=self._title)]
        return block


def _heading(place: Callable[[int], Place], headings: dict[str, str]) -> Callable[[int], str]:
    return lambda at: headings.get(_column(place(at)), "")


def _under(
    spans: list[tuple[Place, int, int]], headings: dict[str, str]
) -> Callable[[Callable[[str], bool]], Iterator[tuple[int, int]]]:
    def under(is_wanted: Callable[[str], bool]) -> Iterator[tuple[int, int]]:
        wanted = {column for column, heading in headings.items() if is_wanted(heading)}
        return ((start, end) for place, start, end in spans if _column(place) in wanted)

    return under


def _column(place: Place) -> str:
    return (place.cell or "").rstrip("0123456789")
