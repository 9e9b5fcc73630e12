"""E-mail addresses and telephone numbers: weak signals that a reviewer should see."""

import re
from collections.abc import Iterable, Iterator

import phonenumbers

from services.validator.detectors import Announcement, Hit, stands_free
from services.validator.detectors.reasons import Why
from services.validator.text import Block

HOME_REGION = "LV"
WORDS_WITHIN_CHARACTERS = 30
_LOCAL_PART_BACKWARDS = re.compile(r"(?:[A-Za-z0-9À-ž_%+-][A-Za-z0-9À-ž._%+'-]{0,62})?[A-Za-z0-9À-ž]")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9@])")
_MAILBOX = re.compile(
    r"(?:info|office|contact|kontakt\w*|contacto|contatto|pasts|birojs|admin\w*|sekretari?\w*|secretar\w*|"
    r"school|skola|post|posta?|mail|hello|hi|support|help\w*|press|media|noreply|no-reply|webmaster|"
    r"projekt[aisu]*|projects?|erasmus\w*|team|mobility|international|training|library|biblioteka|"
    r"lietvediba|kanceleja|dome|direktor|director|rektorat\w*|segreteria|ugyfelszolgalat|toimisto)"
    r"(?:[._-][a-z0-9-]+)?"
)
_INTERNATIONAL = re.compile(r"\+\(?[0-9](?:[ \u00a0().\-/]{0,2}[0-9]){6,14}")
_DOUBLE_ZERO = re.compile(r"00[1-9](?:[ \u00a0().\-/]{0,2}[0-9]){7,13}")
_NATIONAL = re.compile(r"\(?0?[0-9](?:[ \u00a0./()-]{0,2}[0-9]){5,11}")
WORDS = (
    r"t[aā]lr|\btel\b|\btel[.:]|tel[eé]f|téléph|phone|\bmob|gsm|\bfaks|\bfax\b|whatsapp|\bpuh\b|puhel|тел|τηλ|handy|"
    r"\bcell|\bcel\.|móvil|kom[óo]rk|mobiln|\btlf\b|sími\b|\bfón\b|guthán|teileafón|mowbajl|telemóvel|κινητό"
)
_ANNOUNCED = Announcement(rf"(?:{WORDS})\w*[^\w\n]{{0,4}}(?:[^\W\d]+[^\w\n]{{1,4}})?\Z", before=WORDS_WITHIN_CHARACTERS)
HEADS = (
    r"t[aā]lr|\btel\b|tel[eé]f|téléph|phone|\bmob|gsm|puhel|тел|τηλ|handy|móvil|\btlf\b|sími\b|\bfón\b|guthán|mowbajl"
)
_HEADED = re.compile(HEADS)
_OTHER_REGIONS = (
    "EE", "LT", "PL", "DE", "FR", "ES", "IT", "FI", "SE", "NL", "PT", "RO", "CZ", "SK", "HU", "BG",
    "GR", "HR", "SI", "AT", "BE", "DK", "NO", "IS", "IE", "LU", "CY", "MT",
)  # fmt: skip
REGIONS = (HOME_REGION, *_OTHER_REGIONS)


def emails(block: Block) -> Iterator[Hit]:
    """Find e-mail addresses; those that name a function and not a person are told apart."""
    text = block.text
    at = text.find("@")
    while at >= 0:
        found, domain = _LOCAL_PART_BACKWARDS.match(text[max(at - 64, 0) : at][::-1]), _DOMAIN.match(text, at + 1)
        if found and domain:
            local = found.group()[::-1]
            written = local + "@" + domain.group()
            code, why = ("shared-mailbox", Why.MAILBOX) if is_mailbox(local) else ("email-address", Why.ADDRESS_FORM)
            yield Hit(code, at - len(local), written, written.lower(), why=why)
        at = text.find("@", at + 1)


def is_mailbox(local_part: str) -> bool:
    """Say whether the part before the sign @ names a function, such as info or office."""
    return _MAILBOX.fullmatch(local_part.lower()) is not None


def international(block: Block) -> Iterator[Hit]:
    """Find telephone numbers with a plus and their country code."""
    if "+" in block.text:
        for match in _INTERNATIONAL.finditer(block.text):
            yield from _judge(match.start(), match.group().replace("(0)", ""), None, Why.COUNTRY_CODE)


def in_stretch(block: Block, start: int, end: int) -> Iterator[Hit]:
    """Find numbers with the code of a country behind two zeros, and national ones that a word announces."""
    text = block.text
    if text.startswith("00", start) and (match := _DOUBLE_ZERO.match(text, start, end)):
        found = list(_judge(start, "+" + match.group()[2:], None, Why.COUNTRY_CODE))
        if found and stands_free(block, start, match.end()):
            yield from found
            return
    if text[max(start - 2, 0) : start].rstrip(" (").endswith("+") or not _is_announced(block, start):
        return
    match = _NATIONAL.match(text, start, end)
    if match and stands_free(block, start, match.end()):
        yield from _national(start, match.group())


def _is_announced(block: Block, start: int) -> bool:
    return _ANNOUNCED.is_near(block, start, start) or _HEADED.search(block.heading(start).lower()) is not None


def _national(start: int, written: str) -> Iterator[Hit]:
    """Ask Latvia's plan first, then those of the other countries: the text does not say whose number it is."""
    if value := next(filter(None, (_valid(written, region) for region in REGIONS)), None):
        yield Hit("phone-number", start, written, value, why=Why.WORDS)


def _judge(start: int, written: str, region: str | None, why: Why) -> Iterator[Hit]:
    if value := _valid(written, region):
        yield Hit("phone-number", start, written, value, why=why)


def with_country_code(written: str, regions: Iterable[str] = REGIONS) -> str | None:
    """Return a valid number as `+`, code of the country and digits; a national one is of the first region it fits."""
    digits = written.strip().replace("(0)", "")
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if digits.startswith("+"):
        return _valid(digits, None)
    return next(filter(None, (_valid(digits, region) for region in regions)), None)


def _valid(written: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
