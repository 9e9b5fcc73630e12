"""What names a person in a text. Each detector takes a block and yields hits. Runs in a child."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.validator.text import Block

BEFORE_CHARACTERS = 80
AFTER_CHARACTERS = 40
_JOINING = "-/+@#–‑"

_IDENTITY_WORDS = re.compile(
    r"person\w* (?:code|number|id|identification)|personal(?:ity)? ?id|identi(?:ty|fication) (?:code|number|no|card)|"
    r"national id|\bid (?:code|number|no|nr)|\bssn\b|social (?:security|insurance)|"
    r"person\w* ?kod|pers\. ?k|\bp\. ?k\.|\bpk\b|isikukood|asmens kod|\ba\. ?k\.|"
    r"henkilötunnus|hetu|personnummer|fødselsnummer|"
    r"\bcpr|kennitala|pesel|rodn[eé] č[ií]slo|rodne cislo|r\. ?č\.|\begn\b|\bегн\b|\bcnp\b|cod numeric|codice fiscale|"
    r"\bdni\b|\bnie\b|\bnif\b|\bbsn\b|burgerservice|steuer-?id|identifikationsnummer|\bidnr\b|svnr|sozialversicherung|"
    r"\bpps|\boib\b|emšo|\bemso\b|jmbg|amka|αμκα|\bnir\b|sécurité sociale|rijksregister|registre national|"
    r"персональный код|личный код|\bahv\b|\bavs\b",
    re.IGNORECASE,
)


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


def speaks_of_identity(block: Block, start: int, end: int) -> bool:
    """Say whether the words near a position announce a personal identification number, in any of our languages."""
    return _IDENTITY_WORDS.search(around(block, start, end)) is not None
