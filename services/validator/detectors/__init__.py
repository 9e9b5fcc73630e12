"""What names a person in a text. Each detector takes a block and yields hits. Runs in a child."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from services.validator.text import Block

BEFORE_CHARACTERS = 80
AFTER_CHARACTERS = 40
_JOINING = "-/+@#–‑"


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found at `start` of the block, as it is written there; `value` is without separators.

    `what` is a country or a network. `lone` says that it is a bare run of digits without words around it that
    announce it: one alone is believed, one valid among many invalid ones of its length is chance.
    """

    code: str
    start: int
    shown: str
    value: str
    what: str = ""
    lone: bool = False


Detector = Callable[[Block], Iterator[Hit]]


def stands_free(block: Block, start: int, end: int) -> bool:
    """Say whether no digit, letter or joining sign touches a number.

    So parts of longer numbers, of dates, of grant numbers (2023-1-LV01-KA220-SCH-000123456) and of addresses of pages
    do not count. A comma between digits is a decimal sign, unless the text is a table whose columns have headings.
    """
    text = block.text
    before, second = text[max(start - 1, 0) : start], text[max(start - 2, 0) : max(start - 1, 0)]
    after, next_one = text[end : end + 1], text[end + 1 : end + 2]
    if before.isalnum() or before == "_" or after.isalnum() or after == "_":
        return False
    if (before in _JOINING and before and second.isalnum()) or (after in _JOINING and after and next_one.isalnum()):
        return False
    if (before in (".", ":") and second.isdigit()) or (after in (".", ":") and next_one.isdigit()):
        return False
    comma = (before == "," and second.isdigit()) or (after == "," and next_one.isdigit())
    return not comma or bool(block.heading(start))


def around(block: Block, start: int, end: int) -> str:
    """Return the words near a position: before it, a little behind it, and the heading of its column."""
    before = block.text[max(start - BEFORE_CHARACTERS, 0) : start]
    return f"{block.heading(start)} {before} {block.text[end : end + AFTER_CHARACTERS]}"


class Announcement:
    """Words that announce a kind of number when they stand near it, or over its column.

    A table may hold a hundred thousand candidates, so a block is searched for the words once, and only when one of
    their stems occurs in it at all. `stems` are in lower case; every word of `pattern` holds one of them.
    """

    def __init__(self, pattern: str, stems: tuple[str, ...], *, before: int, after: int) -> None:
        self._pattern = re.compile(pattern, re.IGNORECASE)
        self._stems = stems
        self._before, self._after = before, after
        self._block: Block | None = None
        self._ends: list[int] = []
        self.heads = lru_cache(maxsize=512)(self._occurs)

    def is_near(self, block: Block, start: int, end: int) -> bool:
        """Say whether such a word stands near the span, or in the heading of its column."""
        if block is not self._block:
            self._block, self._ends = block, self._words(block.text)
        at = bisect_left(self._ends, start - self._before)
        if at < len(self._ends) and self._ends[at] <= end + self._after:
            return True
        heading = block.heading(start)
        return bool(heading) and self.heads(heading)

    def _words(self, text: str) -> list[int]:
        lowered = text.lower()
        if not any(stem in lowered for stem in self._stems):
            return []
        return [match.end() for match in self._pattern.finditer(text)]

    def _occurs(self, text: str) -> bool:
        return self._pattern.search(text) is not None
