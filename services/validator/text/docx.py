"""Every text of a docx: body, headers, footers, notes, comments, text boxes, deleted text; a line is a paragraph."""

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from services.validator.domain import Place
from services.validator.formats import xml
from services.validator.text import BLOCK_CHARACTERS, Block, links, places

_TEXT = frozenset({"t", "delText", "instrText"})
_SPOKEN_ATTRIBUTES = frozenset({"author", "initials", "descr"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_PART = re.compile(r"(?:word|glossary)/.*\.xml|docProps/(?:core|app|custom)\.xml", re.IGNORECASE)
_WITHOUT_TEXT = re.compile(
    r"word/(?:glossary/)?(?:styles|stylesWithEffects|settings|webSettings|fontTable|numbering|theme/theme\d+)\.xml"
)
_PIECE_BYTES = 256 * 1024


def read(path: str) -> Iterator[Block]:
    """Yield blocks of paragraphs, the body first."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if _PART.fullmatch(name) and not _WITHOUT_TEXT.fullmatch(name)]
        for name in sorted(names, key=lambda one: (one != "word/document.xml", one)):
            with archive.open(name) as part:
                yield from _paragraphs(part, every=name.startswith("docProps/"))
        yield links.behind(archive)


class _Paragraphs:
    """Collects characters between the elements that hold text, and where each paragraph begins."""

    def __init__(self, every: bool = False) -> None:
        self._every = every
        self.pieces: list[str] = []
        self.length = 0
        self.starts = [0]
        self.places = [Place(line=1)]
        self.line = 1
        self._reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._reading = self._every or xml.local(name) in _TEXT
        for key, value in attributes.items():
            if xml.local(key) in _SPOKEN_ATTRIBUTES:
                self.add(f"{value}\t")
        if filler := _BREAKS.get(xml.local(name)):
            self.add(filler)

    def end(self, name: str) -> None:
        self._reading = False
        if self._every:
            self.add("\t")
        if xml.local(name) == "p":
            self.add("\n")
            self.line += 1
            self.starts.append(self.length)
            self.places.append(Place(line=self.line))
        elif xml.local(name) == "tc":
            self.add("\t")

    def text(self, characters: str) -> None:
        if self._reading:
            self.add(characters)

    def add(self, characters: str) -> None:
        self.pieces.append(characters)
        self.length += len(characters)

    def take(self) -> Block:
        """Return what was collected and begin anew."""
        block = Block("".join(self.pieces), places(self.starts, self.places))
        self.pieces, self.length, self.starts, self.places = [], 0, [0], [Place(line=self.line)]
        return block


def _paragraphs(part: IO[bytes], *, every: bool = False) -> Iterator[Block]:
    collected = _Paragraphs(every)
    parser = xml.parser(start=collected.start, end=collected.end, text=collected.text)
    while piece := part.read(_PIECE_BYTES):
        parser.Parse(piece, False)
        if collected.length > BLOCK_CHARACTERS and collected.pieces[-1] == "\n":
            yield collected.take()
    parser.Parse(b"", True)
    yield collected.take()
