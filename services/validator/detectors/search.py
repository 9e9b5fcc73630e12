"""Everything that names a person in one block."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from services.validator.detectors import (
    Hit,
    bank,
    contact,
    identity,
    papers,
    people,
    sieve,
)
from services.validator.detectors.published import NOTHING, Published
from services.validator.text import Block

_STRETCH = re.compile(r"[0-9](?:[ \u00a0]?[0-9A-Z./+()\-–‑—]){3,200}")
_CAPITALS = re.compile(r"[A-Z]{1,6}[ -]?[0-9]{2}")
_NO_HEADING = Block("").heading
_YEAR = 4
_POSTAL_DIGITS = (4, 5)
_PHONE_DIGITS = range(7, 14)
_DOCUMENT_DIGITS = range(7, 10)
_CARD_DIGITS = range(13, 20)


def search(block: Block, published: Published = NOTHING) -> Iterator[Hit]:
    """Give the hits of one block, in no order; rows of `published` people make no list."""
    if _has_headings(block):
        block = replace(block, heading=lru_cache(maxsize=4)(block.heading))
    text = block.text
    yield from contact.emails(block)
    yield from contact.international(block)
    yield from papers.machine_zones(block)
    for start, end in sieve.spans(block):
        for match in _STRETCH.finditer(text, start, end):
            yield from _stretch(block, match.start(), match.group())
        for match in _CAPITALS.finditer(text, start, end):
            yield from _lettered(block, match.start())
    yield from people.detect(block, published)


def _stretch(block: Block, start: int, written: str) -> Iterator[Hit]:
    if not written.isdigit():
        yield from _mixed(block, start, start + len(written))
    elif len(written) > _POSTAL_DIGITS[1]:
        yield from _bare(block, start, written)
    elif len(written) in _POSTAL_DIGITS:
        yield from _short(block, start, written)


def _has_headings(block: Block) -> bool:
    return block.heading is not _NO_HEADING


def _bare(block: Block, start: int, digits: str) -> Iterator[Hit]:
    size = len(digits)
    if size in identity.LENGTHS:
        yield from identity.in_bare(block, start, digits)
    if size in _CARD_DIGITS:
        yield from bank.bare_card(block, start, digits)
    if size in _PHONE_DIGITS:
        yield from contact.in_stretch(block, start, start + size)
    if size in _DOCUMENT_DIGITS:
        yield from papers.document_at(block, start)


def _short(block: Block, start: int, digits: str) -> Iterator[Hit]:
    text, end = block.text, start + len(digits)
    if text[end : end + 1] in (" ", ",") and text[end + 1 : end + 3].strip()[:1].isupper():
        yield from papers.address_at(block, start)
    if len(digits) == _YEAR and digits[:2] in ("19", "20"):
        yield from papers.birth_year(block, start, digits)


def _mixed(block: Block, start: int, end: int) -> Iterator[Hit]:
    text = block.text
    yield from identity.in_stretch(block, start, end)
    for match in _TOKENS.finditer(text, start, end):
        digits = match.group()
        if len(digits) in _CARD_DIGITS:
            yield from bank.bare_card(block, match.start(), digits)
        elif len(digits) in _DOCUMENT_DIGITS:
            yield from papers.document_at(block, match.start())
    if end - start >= min(_CARD_DIGITS):
        yield from bank.cards_in_stretch(block, start, end)
    if end - start >= min(_PHONE_DIGITS):
        yield from contact.in_stretch(block, start, end)
    yield from papers.birth_dates(block, start, end)
    yield from papers.address_at(block, start)
    if text[start : start + 2] in ("19", "20") and text[start : start + _YEAR].isdigit():
        yield from papers.birth_year(block, start, text[start : start + _YEAR])


_TOKENS = re.compile(r"[0-9]{7,19}")


def _lettered(block: Block, start: int) -> Iterator[Hit]:
    yield from bank.iban_at(block, start)
    yield from identity.in_letters(block, start)
    yield from papers.document_at(block, start)
    yield from papers.address_at(block, start)
