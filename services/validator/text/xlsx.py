"""Every cell of every sheet of an xlsx, hidden ones too, and the comments; a cell knows its column's heading."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO

from services.validator.domain import Place
from services.validator.formats import xml
from services.validator.text import BLOCK_CHARACTERS, Block, UnreadError, links, places
from services.validator.text.cells import Cells

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
        yield links.behind(archive)


class _Sheet:
    """Listens to the part of one sheet and hands on its cells."""

    def __init__(self, title: str, shared: list[str]) -> None:
        self.cells = Cells(title)
        self._shared = shared
        self._cell = self._kind = self._value = ""
        self._reading = False

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
            column = _COLUMN.match(self._cell)
            letters, row = (column.group(), self._cell[column.end() :]) if column else ("", "")
            self.cells.add(letters, row, self._shown(), is_text=self._kind in ("s", "inlineStr", "str"))
        elif tag == "row":
            self.cells.end_row()

    def _shown(self) -> str:
        if self._kind != "s":
            return self._value
        number = int(self._value) if self._value.isdigit() else -1
        return self._shared[number] if 0 <= number < len(self._shared) else ""


def _cells(part: IO[bytes], sheet: _Sheet) -> Iterator[Block]:
    parser = xml.parser(start=sheet.start, end=sheet.end, text=sheet.text)
    while piece := part.read(_PIECE_BYTES):
        parser.Parse(piece, False)
        if sheet.cells.length > BLOCK_CHARACTERS:
            yield sheet.cells.take()
    parser.Parse(b"", True)
    yield sheet.cells.take()


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
