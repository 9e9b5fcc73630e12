"""XML of documents, read as a stream of events; a document type declaration is refused, so nothing can expand."""

from collections.abc import Callable
from functools import lru_cache
from typing import IO
from xml.parsers import expat

Start = Callable[[str, dict[str, str]], None]


class DeclaredTypeError(Exception):
    """The part declares a document type, which no document of Office does and every entity bomb needs."""


def parser(
    *, start: Start | None = None, end: Callable[[str], None] | None = None, text: Callable[[str], None] | None = None
) -> expat.XMLParserType:
    """Return a parser with these handlers. Names are `namespace local` with a space between.

    Parsing raises `expat.ExpatError` when the part is not well-formed, and `DeclaredTypeError`.
    """
    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True
    made.StartDoctypeDeclHandler = _refuse
    listen(made, start=start, end=end, text=text)
    return made


def listen(
    made: expat.XMLParserType,
    *,
    start: Start | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Tell these handlers what the parser meets from now on."""
    if start is not None:
        made.StartElementHandler = start
    if end is not None:
        made.EndElementHandler = end
    if text is not None:
        made.CharacterDataHandler = text


def parse(
    part: IO[bytes],
    *,
    start: Start,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Feed a whole part through `parser`."""
    parser(start=start, end=end, text=text).ParseFile(part)


@lru_cache(maxsize=4096)
def local(name: str) -> str:
    """Return the name without its namespace."""
    return name.rpartition(" ")[2]


def _refuse(*_: object) -> None:
    raise DeclaredTypeError
