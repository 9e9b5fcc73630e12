"""Text out of files, in blocks that know where each of their characters stands. Runs in a child.

A reader yields blocks of at most a few hundred kilobytes, so that a file of any size is searched in bounded memory.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType

from services.validator.domain import NOWHERE, Place

BLOCK_CHARACTERS = 256 * 1024


def _nowhere(_: int) -> Place:
    return NOWHERE


def _no_words(_: int) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text. `place` says where the character at a position stands.

    `heading` gives words that belong to a position but stand elsewhere, such as the heading of its column; `headings`
    are all that it can give, None when nobody knows. `under` gives where the cells lie over which one of those stands
    that is wanted; None when nobody knows.
    """

    text: str
    place: Callable[[int], Place] = _nowhere
    heading: Callable[[int], str] = _no_words
    headings: str | None = ""
    under: Callable[[Callable[[str], bool]], Iterable[tuple[int, int]]] | None = None


def places(starts: list[int], known: list[Place]) -> Callable[[int], Place]:
    """Return what finds the place of a position, when `known[i]` begins at `starts[i]`."""
    return lambda at: known[bisect_right(starts, at) - 1]


class UnreadError(Exception):
    """A part of the text was left out; the text says why. The blocks before it stand."""


_READERS = MappingProxyType(
    {
        "pdf": "pdf",
        "docx": "docx",
        "xlsx": "xlsx",
        "rtf": "rtf",
        "txt": "plain",
        "csv": "plain",
        "uri": "plain",
        "doc": "legacy",
        "xls": "legacy",
        "ppt": "legacy",
        "pps": "legacy",
        "jpeg": "picture",
        "jpg": "picture",
        "tif": "picture",
        "png": "picture",
        "gif": "picture",
        "mp3": "media",
        "mp4": "media",
        "mov": "media",
        "ogg": "media",
    }
)
WITHOUT_TEXT = frozenset({"mpeg", "mpg"})


def reader(extension: str) -> Callable[[str], Iterator[Block]] | None:
    """Return what reads the text of files with this extension; None for those in `WITHOUT_TEXT`."""
    name = _READERS.get(extension)
    if name is None:
        return None
    read: Callable[[str], Iterator[Block]] = import_module(f"services.validator.text.{name}").read
    return read
