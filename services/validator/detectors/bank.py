"""Bank account numbers (IBAN) and payment cards."""

import re
from collections.abc import Iterator

from stdnum import iban

from services.validator.detectors import Hit, around, checksums, stands_free
from services.validator.detectors.reasons import Why
from services.validator.text import Block

_LENGTHS = {
    "AD": 24, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24,
    "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
    "GL": 18, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "KZ": 20, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15,
    "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TR": 26, "UA": 29,
    "VA": 22, "XK": 20,
}  # fmt: skip
_IBAN = {
    country: re.compile(rf"[A-Z0-9]{{4}}(?:[ \u00a0\u2009\u202f-]?[A-Z0-9]){{{length - 4}}}(?![A-Za-z0-9])")
    for country, length in _LENGTHS.items()
}
_NEVER_CHECK_DIGITS = ("00", "01", "99")
_GROUPED_CARD = re.compile(
    r"[2-6][0-9]{3}([ \u00a0-])[0-9]{4}\1[0-9]{4}\1[0-9]{4}|3[47][0-9]{2}([ \u00a0-])[0-9]{6}\2[0-9]{5}"
)
_NEIGHBOUR_BEFORE = re.compile(r"[0-9][ \u00a0-]\Z")
_NEIGHBOUR_AFTER = re.compile(r"[ \u00a0-][0-9]")
_CARD_WORDS = re.compile(r"card|kart|visa|mastercard|amex|maestro|\bcvc\b|\bcvv\b|\bpan\b")
_PARTS_OF_CARD_WORDS = ("card", "kart", "visa", "amex", "maestro", "cvc", "cvv", "pan")
_NETWORKS = (
    ("Visa", re.compile(r"4(?:[0-9]{15}|[0-9]{18})")),
    ("Mastercard", re.compile(r"(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}")),
    ("American Express", re.compile(r"3[47][0-9]{13}")),
    ("Diners Club", re.compile(r"3(?:0[0-5]|[68][0-9])[0-9]{11}")),
    ("Discover", re.compile(r"6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}")),
    ("JCB", re.compile(r"35(?:2[89]|[3-8][0-9])[0-9]{12}")),
    ("Maestro", re.compile(r"(?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{8,15}")),
)


def iban_at(block: Block, start: int) -> Iterator[Hit]:
    """Judge what begins with two capitals: an account number whose country, structure and check digits are right."""
    written = block.text[start : start + 4]
    pattern = _IBAN.get(written[:2]) if written[2:] not in _NEVER_CHECK_DIGITS else None
    found = pattern.match(block.text, start) if pattern else None
    before = block.text[max(start - 1, 0) : start]
    if found and not before.isalnum() and iban.is_valid(value := _bare(found.group()), check_country=False):
        yield Hit("iban", start, found.group(), value, value[:2])


def _bare(written: str) -> str:
    return "".join(filter(str.isalnum, written))


def bare_card(block: Block, start: int, digits: str) -> Iterator[Hit]:
    """Judge a run of 13 to 19 digits."""
    if "2" <= digits[0] <= "6":
        yield from _judge(block, start, digits, grouped=False)


def cards_in_stretch(block: Block, start: int, end: int) -> Iterator[Hit]:
    """Find card numbers in the groups that are printed on the card."""
    for match in _GROUPED_CARD.finditer(block.text, start, end):
        if not _in_a_row_of_numbers(block.text, match):
            yield from _judge(block, match.start(), match.group(), grouped=True)


def _judge(block: Block, start: int, written: str, *, grouped: bool) -> Iterator[Hit]:
    digits = _bare(written) if grouped else written
    network = next((name for name, shape in _NETWORKS if shape.fullmatch(digits)), None)
    end = start + len(written)
    if network and checksums.luhn(digits.encode()) and stands_free(block, start, end):
        announced = grouped or _is_announced(around(block, start, end))
        why = Why.ANNOUNCED if announced and not grouped else Why.CHECKED if grouped else Why.DATED
        yield Hit("payment-card", start, written, digits, network, lone=not announced, why=why)


def _is_announced(near: str) -> bool:
    folded = near.casefold()
    return any(part in folded for part in _PARTS_OF_CARD_WORDS) and _CARD_WORDS.search(folded) is not None


def _in_a_row_of_numbers(text: str, match: re.Match[str]) -> bool:
    """Four columns of a table look like a card; a card has no fifth group beside it."""
    return bool(
        _NEIGHBOUR_BEFORE.search(text[max(match.start() - 2, 0) : match.start()])
        or _NEIGHBOUR_AFTER.match(text, match.end())
    )
