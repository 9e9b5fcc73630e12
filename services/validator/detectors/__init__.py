"""What names a person in a text: pure functions that take a block and give hits. They run in a child.

Speed decides the shape: one pass finds what begins like a number, one what begins with capitals, one what reads like
a name; everything else looks only at the places that those found.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from services.validator.detectors.automata import Pattern
from services.validator.detectors.reasons import Why
from services.validator.text import Block

BEFORE_CHARACTERS = 80
AFTER_CHARACTERS = 40
_JOINING = "-/+@#–‑"
_REST_OF_WORD = re.compile(r"\w{1,40}")
_WORDS = re.compile(r"\w+(?:['’-]\w+)*")
LETTERS = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found at `start` of the block, as it is written there; `value` is without separators.

    `what` is a country or a network; of a list the number of its rows. `lone` says that it is a bare run of digits
    without words around it that announce it: one alone is believed, one valid among many invalid ones of its length
    is chance. `whole` is what an address is compared by: its words from the street to the postal code.
    """

    code: str
    start: int
    shown: str
    value: str
    what: str = ""
    lone: bool = False
    why: Why = Why.CHECKED
    whole: str = ""


def words(text: str) -> str:
    """Return the words of a text in small letters, one blank between two: what names and addresses are compared by."""
    return " ".join(_WORDS.findall(unicodedata.normalize("NFC", text).casefold()))


def stands_free(block: Block, start: int, end: int) -> bool:
    """Say whether no digit, letter or joining sign touches a number.

    So parts of longer numbers, of dates, of grant numbers (2023-1-LV01-KA220-SCH-000123456) and of addresses of pages
    do not count. A comma between digits is a decimal sign, unless the text is a table whose columns have headings.
    """
    text = block.text
    before, second = text[max(start - 1, 0) : start], text[max(start - 2, 0) : max(start - 1, 0)]
    after, next_one = text[end : end + 1], text[end + 1 : end + 2]
    if before.isalnum() or before in ("_", "+") or after.isalnum() or after == "_":
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


def _first_whole_word(text: str, at: int) -> int:
    """Return where the next word begins when a position lies inside of one: half of ISSN is another word."""
    if not at or not text[at - 1].isalnum():
        return at
    rest = _REST_OF_WORD.match(text, at)
    return rest.end() if rest else at


class Announcement:
    """Words that announce a kind of number when they stand near it on its line or above, or head its column.

    `pattern` is in lower case. In a table of numbers most candidates have no letters near them; those cost one look.
    """

    def __init__(self, pattern: str, *, before: int, after: int = 0) -> None:
        self._pattern = Pattern(pattern)
        self._before, self._after = before, after
        self.heads = lru_cache(maxsize=512)(self._occurs)

    def is_near(self, block: Block, start: int, end: int) -> bool:
        """Say whether such a word stands near the span, or in the heading of its column."""
        text = block.text
        first = _first_whole_word(text, max(start - self._before, 0))
        if LETTERS.search(text, first, start) and self._occurs(text[first:start]):
            return True
        if self._after and LETTERS.search(text, end, end + self._after) and self._occurs(text[end : end + self._after]):
            return True
        heading = block.heading(start)
        return bool(heading) and self.heads(heading)

    def _occurs(self, text: str) -> bool:
        return self._pattern.occurs(text.lower())
