"""Names of people, and the pattern that matters most: lists of people (R36, R37).

A list is a run of rows that begin with names. What the rows are worth is decided by what stands around them: a title
such as *list of participants*, headings such as *name* and *signature*, known given names, contacts in most rows.
The rows may be lines of a text, lines with separators, cells of a table that stand below each other, cells of a sheet.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from services.validator.detectors import Hit, names
from services.validator.detectors.automata import Pattern
from services.validator.detectors.contact import emails, is_mailbox
from services.validator.detectors.published import Published
from services.validator.detectors.reasons import Why
from services.validator.detectors.vocabulary import (
    LIST_TITLES,
    NAME_HEADINGS,
    OTHER_HEADINGS,
    SIGN_HEADINGS,
    any_of,
)
from services.validator.text import Block

GAP_CHARACTERS = 260
HEAD_CHARACTERS = 600
_LONGEST_CELL = 110
_ROWS_HEADED, _ROWS_WITH_CONTACTS, _ROWS_OF_NAMES = 3, 4, 8
_NAMES_KEPT = 20_000
_ALPHABET = [chr(code) for code in (*range(0x41, 0x180), *range(0x370, 0x530))]
_UPPER = "".join(one for one in _ALPHABET if one.isupper())
_LOWER = "".join(one for one in _ALPHABET if one.islower())
_WORD = rf"[{_UPPER}][{_UPPER}{_LOWER}'’]+(?:-[{_UPPER}][{_UPPER}{_LOWER}]+)*"
_PARTICLES = r"(?:(?:van|von|de|der|den|da|di|del|della|la|le|dos|af|av|zu|y|El|Al) ){0,2}"
_NEVER_BEHIND = (":", "'", "’")
_SEPARATOR = r"(?:[ \u00a0]|, ?|[\t;|]|\n\t)"
_NAME = re.compile(rf"{_WORD}(?:{_SEPARATOR}{_PARTICLES}{_WORD}){{1,3}}")
_WORDS = re.compile(_WORD)
_LEAD = re.compile(
    r"(?:\A|[\n\t;|,\"”•·–])[ \u00a0]*(?:\(?[0-9]{1,4}[.):]?[ \u00a0\t;|,]*(?:\n\t)?)?(?:(?:Dr|Prof|Mr|Ms|Mrs|Mme|"
    r"Frau|Herr)\.? )?\"?\Z"
)
_TITLE = Pattern(any_of(LIST_TITLES))
NAME_WORDS = rf"\b(?:{any_of(NAME_HEADINGS)})\b"
OTHER_WORDS = rf"\b(?:{any_of(SIGN_HEADINGS, OTHER_HEADINGS)})"
_NAME_HEADING, _OTHER_HEADING = Pattern(NAME_WORDS), Pattern(OTHER_WORDS)
_ANY_HEADING = Pattern("|".join((any_of(LIST_TITLES), NAME_WORDS, OTHER_WORDS)))
_SIGN_HEADING = Pattern(any_of(SIGN_HEADINGS))
_LONG_OR_TO_SIGN = r"_{3,}|\.{6,}|(?<![0-9-])\+?[0-9](?:[ \u00a0-]?[0-9]){6,14}(?![0-9])"
_NUMBER = re.compile(_LONG_OR_TO_SIGN)
_CONTACT = re.compile(rf"([A-Za-z0-9._%+-]+)@|{_LONG_OR_TO_SIGN}")
_DATE = re.compile(r"[0-9]{1,2}[./-] ?[0-9]{1,2}[./-] ?[0-9]{2}|[0-9]{4}[./-][0-9]{1,2}[./-][0-9]")
_REFERENCE = Pattern(
    r"\((?:19|20)[0-9]{2}|isbn|doi|https?:|\bpp?\. ?[0-9]|\blpp\b|vol\.|et al|–\s?(?:1[0-9]|20)[0-9]{2}|"
    r"\b1[0-9]{3}\s?[-–]"
)
_JOINED = ("-", "_", "/")
_CODE = re.compile(r"\b[A-Z]{2,4}[-_/][0-9]")


@dataclass(frozen=True, slots=True)
class _Row:
    start: int
    end: int
    shown: str
    known: bool


def detect(block: Block, published: Published) -> Iterator[Hit]:
    """Find lists, and beside them the names that stand in the text."""
    found = list(_people(block.text))
    for row in found:
        if row.known or published.has_name(row.shown):
            yield Hit("person-name", row.start, row.shown, row.shown.casefold(), why=Why.GIVEN_NAME)
    yield from _lists(block, [row for row in found if _leads(block.text, row)], published)


def _people(text: str) -> Iterator[_Row]:
    count = 0
    for match in _NAME.finditer(text):
        if _is_code(text, match.end()):
            continue
        words = _WORDS.findall(match.group())
        if any(names.is_word(word) for word in words[:2]) or any(names.is_institution(word) for word in words[2:]):
            continue
        known = any(names.is_given(word) for word in words[:3])
        if known or _could_lead(text, match.start()):
            yield _Row(match.start(), match.end(), match.group(), known)
            count += 1
            if count == _NAMES_KEPT:
                return


def _is_code(text: str, end: int) -> bool:
    """Say whether the last word is two to four capitals joined to digits: Kuldīga,KA-05432."""
    return text[end : end + 1] in _JOINED and _CODE.search(text, max(end - 5, 0), end + 2) is not None


def _could_lead(text: str, start: int) -> bool:
    """Refuse most places in prose by one look: the character before a name there is a space behind a word."""
    before = text[max(start - 2, 0) : start]
    return not before or not before[-1].isspace() or before[-1] in "\n\t" or not before[0].isalpha()


def _leads(text: str, row: _Row) -> bool:
    """Say whether a row begins with this name; titles and headings are written with capitals too."""
    if text[row.end : row.end + 1] in _NEVER_BEHIND or not _LEAD.search(text[max(row.start - 16, 0) : row.start]):
        return False
    shown = row.shown.lower()
    return not _ANY_HEADING.occurs(shown)


def _lists(block: Block, rows: list[_Row], published: Published) -> Iterator[Hit]:
    run: list[tuple[_Row, str]] = []
    for at, row in enumerate(rows):
        end = rows[at + 1].start if at + 1 < len(rows) else row.end + GAP_CHARACTERS
        beside = block.text[row.end : min(end, row.end + GAP_CHARACTERS)]
        run.append((row, beside))
        if end - row.end >= GAP_CHARACTERS or at + 1 == len(rows) or _breaks(beside):
            yield from _judge(block, run, published)
            run = []


def _breaks(beside: str) -> bool:
    """Say whether prose stands between two rows."""
    return len(beside) > _LONGEST_CELL and max(map(len, re.split(r"[\t\n;|]", beside))) > _LONGEST_CELL


def _judge(block: Block, run: list[tuple[_Row, str]], published: Published) -> Iterator[Hit]:
    rows = [(row, beside) for row, beside in run if not _is_published(row, beside, published)]
    count = len({row.shown.casefold() for row, _ in rows})
    if count < _ROWS_HEADED:
        return
    known = sum(row.known for row, _ in rows) / len(rows)
    contacts = sum(_has_contact(beside) for _, beside in rows) / len(rows)
    first = rows[0][0]
    titled, headed = map(any, zip(*(_headings(block, row.start) for row, _ in rows[:2]), strict=True))
    if (titled or headed) and (known >= 0.25 or contacts >= 0.5 or (titled and count > _ROWS_HEADED)):
        code, why = "list-of-people", Why.HEADED_ROWS
    elif count >= _ROWS_WITH_CONTACTS and contacts >= 0.6 and (known >= 0.25 or contacts >= 0.8):
        code, why = "list-of-people", Why.ROWS_WITH_CONTACTS
    elif count >= _ROWS_OF_NAMES and known >= 0.6:
        code, why = "possible-list-of-people", Why.ROWS_OF_NAMES
    else:
        return
    if _are_sources_or_offices([beside for _, beside in rows], known):
        return
    yield Hit(code, first.start, first.shown, "\n".join(row.shown for row, _ in rows), str(count), why=why)


def _are_sources_or_offices(rows: list[str], known: float) -> bool:
    sources = sum(_REFERENCE.occurs(beside.lower()) for beside in rows) / len(rows)
    return sources > 0.4 or sum(map(_is_office, rows)) / len(rows) > max(known, 0.5)


def _is_published(row: _Row, beside: str, published: Published) -> bool:
    """Say whether a row tells nothing but what the project does: its name, and whatever contacts stand beside it.

    A row with a date, a place to sign or a number that is not published counts.
    """
    if not published.has_name(row.shown) or _DATE.search(beside):
        return False
    addresses = {hit.start for hit in emails(Block(beside)) if published.repeated(hit)}
    return all(
        match.start() in addresses if match[1] else published.has_phone(match.group())
        for match in _CONTACT.finditer(beside)
    )


def _has_contact(beside: str) -> bool:
    """Say whether a row holds a contact, a long number or a place to sign, and not the mailbox of an office."""
    pattern = _CONTACT if "@" in beside else _NUMBER
    return pattern.search(beside) is not None and not _is_office(beside)


def _is_office(beside: str) -> bool:
    return "@" in beside and any(match[1] and is_mailbox(match[1]) for match in _CONTACT.finditer(beside))


def _headings(block: Block, start: int) -> tuple[bool, bool]:
    """Say whether a title of lists, or headings for name and signature, and whether other headings stand over it."""
    before = block.text[max(start - HEAD_CHARACTERS, 0) : start].lower()
    short: list[str] = []
    for line in reversed(before.split("\n")):
        if len(line) > 160:
            break
        short.append(line)
    above = "\n".join(reversed(short))
    near = above[-300:]
    column = block.heading(start).lower()
    over_names = _NAME_HEADING.search(near) is not None
    headed = over_names and _OTHER_HEADING.search(near) is not None
    over_column = bool(column) and _NAME_HEADING.search(column) is not None
    to_sign = over_names and _SIGN_HEADING.search(near) is not None
    return to_sign or _TITLE.search(above) is not None, headed or over_column
