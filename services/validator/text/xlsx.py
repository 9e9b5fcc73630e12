"""Every cell of every sheet of an xlsx, hidden ones too, and the comments; a cell knows its column's heading."""

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import IO

from services.validator.domain import Place
from services.validator.formats import xml
from services.validator.text import BLOCK_CHARACTERS, Block, UnreadError, places

SHARED_CHARACTERS_MAX = 128 * 1024 * 1024
_PIECE_BYTES = 256 * 1024
_COLUMN = re.compile(r"[A-Z]{1,3}")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_OTHER = re.compile(
    r"xl/(?:comments|threadedComments|drawings|persons|charts)/?[^/]*\.xml|docProps/(?:core|app|custom)\.xml",
    re.IGNORECASE,
)


def read(path: str) -> Iterator[Block]:
    """Yield blocks of cells, sheet by sheet. Raises `UnreadError` when the shared texts are beyond the bound."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        shared = _shared(archive) if "xl/sharedStrings.xml" in names else []
        titles = _titles(archive)
        for name in filter(_SHEET.fullmatch, names):
            title = titles.get(name, name.rpartition("/")[2].removesuffix(".xml"))
            with archive.open(name) as part:
                yield from _cells(part, _Sheet(title, shared))
        for name in filter(_OTHER.match, names):
            title = name.rpartition("/")[2].removesuffix(".xml")
            yield Block(" ".join(_texts(archive, name)), places([0], [Place(sheet=title)]))


class _Sheet:
    """Collects the cells of one sheet; the texts of the first row that has any become the headings of the columns."""

    def __init__(self, title: str, shared: list[str]) -> None:
        self._title, self._shared = title, shared
        self._cell = self._kind = self._value = ""
        self._reading = False
        self._headings: dict[str, str] = {}
        self._heading_row = ""
        self.pieces: list[str] = []
        self.length = 0
        self.starts: list[int] = [0]
        self.places: list[Place] = [Place(sheet=title)]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = xml.local(name)
        if tag == "c":
            self._cell, self._kind, self._value = attributes.get("r", ""), attributes.get("t", "n"), ""
        self._reading = tag in ("v", "t")

    def text(self, characters: str) -> None:
        if self._reading:
            self._value += characters

    def end(self, name: str) -> None:
        self._reading = False
        tag = xml.local(name)
        if tag == "c" and self._value:
            self._add(self._shown())
        elif tag == "row":
            self.pieces.append("\n")
            self.length += 1

    def _shown(self) -> str:
        if self._kind != "s":
            return self._value
        number = int(self._value) if self._value.isdigit() else -1
        return self._shared[number] if 0 <= number < len(self._shared) else ""

    def _add(self, value: str) -> None:
        column = _COLUMN.match(self._cell)
        row = self._cell[column.end() :] if column else ""
        if not self._heading_row and self._kind in ("s", "inlineStr", "str"):
            self._heading_row = row
        if column and row == self._heading_row:
            self._headings[column.group()] = value[:200]
        self.starts.append(self.length)
        self.places.append(Place(sheet=self._title, cell=self._cell or None))
        self.pieces.append(value + "\t")
        self.length += len(value) + 1

    def take(self) -> Block:
        """Return what was collected and begin anew."""
        place = places(self.starts, self.places)
        headings = "\n".join(self._headings.values())
        block = Block("".join(self.pieces), place, _heading(place, self._headings), headings)
        self.pieces, self.length, self.starts, self.places = [], 0, [0], [Place(sheet=self._title)]
        return block


def _heading(place: Callable[[int], Place], headings: dict[str, str]) -> Callable[[int], str]:
    def heading(at: int) -> str:
        column = _COLUMN.match(place(at).cell or "")
        return headings.get(column.group(), "") if column else ""

    return heading


def _cells(part: IO[bytes], sheet: _Sheet) -> Iterator[Block]:
    parser = xml.parser(start=sheet.start, end=sheet.end, text=sheet.text)
    while piece := part.read(_PIECE_BYTES):
        parser.Parse(piece, False)
        if sheet.length > BLOCK_CHARACTERS:
            yield sheet.take()
    parser.Parse(b"", True)
    yield sheet.take()


def _shared(archive: zipfile.ZipFile) -> list[str]:
    found: list[str] = []
    pieces: list[str] = []
    state = {"reading": False, "length": 0}

    def start(name: str, _: dict[str, str]) -> None:
        state["reading"] = xml.local(name) == "t"

    def text(characters: str) -> None:
        if state["reading"]:
            pieces.append(characters)
            state["length"] += len(characters)
            if state["length"] > SHARED_CHARACTERS_MAX:
                raise UnreadError("the texts of its cells are too long")

    def end(name: str) -> None:
        state["reading"] = False
        if xml.local(name) == "si":
            found.append("".join(pieces))
            pieces.clear()

    with archive.open("xl/sharedStrings.xml") as part:
        xml.parse(part, start=start, end=end, text=text)
    return found


def _titles(archive: zipfile.ZipFile) -> dict[str, str]:
    """Map the part of each sheet to the title that people see."""
    targets: dict[str, str] = {}
    titles: dict[str, str] = {}

    def relation(name: str, attributes: dict[str, str]) -> None:
        if xml.local(name) == "Relationship":
            target = attributes.get("Target", "")
            targets[attributes.get("Id", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if xml.local(name) == "sheet":
            key = next((value for key, value in attributes.items() if xml.local(key) == "id"), "")
            titles[targets.get(key, "")] = attributes.get("name", "")[:100]

    for part_name, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        if part_name in archive.namelist():
            with archive.open(part_name) as part:
                xml.parse(part, start=handler)
    return titles


def _texts(archive: zipfile.ZipFile, name: str) -> list[str]:
    found: list[str] = []

    def start(_: str, attributes: dict[str, str]) -> None:
        found.extend(value for key, value in attributes.items() if xml.local(key) in ("displayName", "userId"))

    with archive.open(name) as part:
        xml.parse(part, start=start, text=found.append)
    return found
