"""E-mail addresses and telephone numbers: weak signals that a reviewer should see."""

import re
from collections.abc import Iterator

import phonenumbers

from services.validator.detectors import Announcement, Hit, stands_free
from services.validator.text import Block

HOME_REGION = "LV"
WORDS_WITHIN_CHARACTERS = 30
_LOCAL_PART = re.compile(r"[A-Za-z0-9À-ž](?:[A-Za-z0-9À-ž._%+'-]{0,62}[A-Za-z0-9À-ž_%+-])?\Z")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9@])")
_INTERNATIONAL = re.compile(r"\+[0-9](?:[ \u00a0().\-/]{0,2}[0-9]){6,14}")
_NATIONAL = re.compile(r"[2-9][0-9](?:[ \u00a0-]?[0-9]){5,8}")
_ANNOUNCED = Announcement(
    r"t[aā]lr|\btel\b|\btel[.:]|telef|phone|\bmob|gsm|\bfaks|\bfax\b|whatsapp|puh\b|тел",
    ("talr", "tālr", "tel", "phone", "mob", "gsm", "fa", "whatsapp", "puh", "тел"),
    before=WORDS_WITHIN_CHARACTERS,
    after=0,
)


def detect_emails(block: Block) -> Iterator[Hit]:
    """Find e-mail addresses."""
    text = block.text
    at = text.find("@")
    while at >= 0:
        local, domain = _LOCAL_PART.search(text[max(at - 64, 0) : at]), _DOMAIN.match(text, at + 1)
        if local and domain:
            written = local.group() + "@" + domain.group()
            yield Hit("email-address", at - len(local.group()), written, written.lower())
        at = text.find("@", at + 1)


def detect_phones(block: Block) -> Iterator[Hit]:
    """Find numbers with a country code, and national ones next to a word that announces a telephone."""
    for match in _INTERNATIONAL.finditer(block.text) if "+" in block.text else ():
        yield from _judge(match.start(), match.group(), None)
    for match in _NATIONAL.finditer(block.text):
        start, end = match.span()
        if _ANNOUNCED.is_near(block, start, start) and stands_free(block, start, end) and not _continues(block, start):
            yield from _judge(match.start(), match.group(), HOME_REGION)


def _continues(block: Block, start: int) -> bool:
    """Say whether a plus stands before it: then it belongs to an international number."""
    return block.text[max(start - 2, 0) : start].rstrip().endswith("+")


def _judge(start: int, written: str, region: str | None) -> Iterator[Hit]:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return
    if phonenumbers.is_valid_number(number):
        value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        yield Hit("phone-number", start, written, value)
