"""What the papers of a person hold: document numbers, the zone that machines read, dates of birth, addresses."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from services.validator.detectors import Announcement, Hit, stands_free, words
from services.validator.detectors.automata import Pattern
from services.validator.detectors.reasons import Why
from services.validator.detectors.vocabulary import BIRTH, any_of
from services.validator.text import Block

BORN_FROM = 1920
_DOCUMENT = re.compile(r"[A-Z]{0,3}[ -]?[0-9]{5,9}[A-Z]?(?![A-Za-z0-9])")
DOCUMENT_WORDS = (
    r"pass?port|\bpas[eiu]\b|\bpases\b|personas apliecīb|\beid\b|reisepass|\bpass(?:nr|nummer|-nr)|ausweis|"
    r"passeport|passaport|pasn(?:r|ummer)|\bphas\b|ökuskírteini|"
    r"carte (?:nationale )?d.identité|passaporto|carta d.identità|pasaporte|paszport|dow[óo]d|passaporte|"
    r"asmens tapatybės|tapatybės kort|isikutunnistus|\bpassin?\b|\bpaso\b|henkilökortti|\bpas\b|paspoort|"
    r"identiteitskaart|"
    r"pașaport|carte de identitate|občansk\w+ průkaz|občiansk\w+ preukaz|útlev|személyi igazolv|putovnic|"
    r"osobn\w+ iskaznic|"
    r"osebn\w+ izkaznic|potn\w+ list|паспорт|лична карта|διαβατ|ταυτότητ|vegabréf|"
    r"\bid[ -]card|identity card|identity document|"
    r"karta tal-identità"
)
_DOCUMENT_WORDS = Announcement(
    rf"(?:{DOCUMENT_WORDS})\w*[^\w\n]{{0,4}}(?:[^\W\d]+[^\w\n]{{1,4}})?(?:n\W?[rºo°]?\W{{0,3}})?\Z", before=50
)
DOCUMENT_HEADS = (
    r"passport|\bpase\b|pases|apliecīb|passeport|reisepass|ausweis|paszport|dow[óo]d|pasaporte|passaporto|"
    r"\bid[ -]card|identity card|identity document|passnummer|паспорт"
)
_DOCUMENT_HEADS = re.compile(DOCUMENT_HEADS)
_MACHINE_ZONE = re.compile(r"([0-9]{6})([0-9])[A-Z<]{0,3}[MFX<]([0-9]{6})([0-9])")
BIRTH_WORDS = any_of(BIRTH)
_BORN = Announcement(BIRTH_WORDS, before=40)
_STREET_AFTER = (
    r"\w ?(?:iela|ielā|ielas|bulvāris|bulvārī|gatve|gatvē|prospekts|prospektā|laukums|šoseja|tänav|puiestee|maantee|"
    r"gatv[ėe]|katu|tie|gatan|vägen|gata|gade|vej|allé|gaten|veien|straat|laan|plein|stra(?:ß|ss)e|str\.|platz|allee|"
    r"utca|út|tér|körút|street|road|avenue|lane|square|drive|\bst\.?|\brd\.?|\bave\.?|\bg\.|\bpr\.|\bmnt|\btn)"
    r"[ \u00a0,]{0,2}(?:nr\.? ?|no\.? ?)?[0-9]{1,4}\b"
)
_STREET_BEFORE = (
    r"\b(?:rue|avenue|boulevard|place|chemin|via|viale|piazza|corso|calle|avenida|avda\.?|plaza|rua|praça|ul\.|ulica|"
    r"al\.|aleja|strada|str\.|bd\.|bulevardul|ulice|náměstí|námestie|trg|cesta|οδός|οδο[ςύ]|ул\.|бул\.|улица|triq)"
    r"[ \u00a0]\w[\w'’. \-]{1,40}?,? ?(?:nr\.? ?|n[°º]\.? ?)?[0-9]{1,4}\b"
)
_NUMBER_FIRST = (
    r"\b[0-9]{1,4}(?: bis)?,? "
    r"(?:rue|avenue|boulevard|place|quai|chemin|impasse|allée|\w+ (?:street|road|lane|avenue|drive|st|rd))\b"
)
STREET = "|".join((_STREET_AFTER, _STREET_BEFORE, _NUMBER_FIRST))
_STREET = Pattern(STREET)
_STREET_NAME = re.compile(r"[^\n\t;:,()]+\Z")
_POSTAL = re.compile(
    r"(?:[0-9]{4,5}|[0-9]{3} [0-9]{2}|[0-9]{2}-[0-9]{3}|[0-9]{4} ?[A-Z]{2}|[0-9]{4}-[0-9]{3})(?=,? [^\W\d_])"
)
_PREFIXED_POSTAL = re.compile(r"(?:LV|LT|EE|L|A|D|F|B|CH|DK|SE|FI|FIN|NL|PL|CZ|SK|HR|SI|HU|RO|BG|GR|CY|IT|I|ES|E|MD|S|"
                              r"N)"
                              r"-[0-9]{3,5}(?![0-9A-Za-z-])")  # fmt: skip


def document_at(block: Block, start: int) -> Iterator[Hit]:
    """Judge a number of a passport or card that words before it announce: its form alone says too little."""
    match = _DOCUMENT.match(block.text, start)
    if not match or not stands_free(block, start, match.end()):
        return
    heading = block.heading(start)
    if _DOCUMENT_WORDS.is_near(block, start, start) or (heading and _DOCUMENT_HEADS.search(heading.lower())):
        value = "".join(filter(str.isalnum, match.group()))
        yield Hit("identity-document", start, match.group(), value, why=Why.WORDS)


def machine_zones(block: Block) -> Iterator[Hit]:
    """Find the lower lines of passports and cards: dates of birth and expiry with their check digits."""
    if "<<" not in block.text:
        return
    for match in _MACHINE_ZONE.finditer(block.text):
        born, first, expires, second = match.groups()
        near = block.text[max(match.start() - 60, 0) : match.end() + 60]
        if "<<" in near and _check_digit(born) == first and _check_digit(expires) == second:
            yield Hit("machine-readable-zone", match.start(), match.group(), match.group())


def _check_digit(digits: str) -> str:
    return str(sum(int(digit) * (7, 3, 1)[at % 3] for at, digit in enumerate(digits)) % 10)


_DATE = re.compile(
    r"(?:0?[1-9]|[12][0-9]|3[01])(?P<a>[./ -]|\. )(?:0?[1-9]|1[0-2])(?P=a)(?P<y>(?:19|20)[0-9]{2})(?!\d)"
    r"|(?P<z>(?:19|20)[0-9]{2})(?P<b>[./-]|\. )(?:0[1-9]|1[0-2])(?P=b)(?:0[1-9]|[12][0-9]|3[01])(?!\d)"
)
_DAY_AND_MONTH = re.compile(
    r"\b(?:0?[1-9]|[12][0-9]|3[01])(?:\.|st|nd|rd|th|er|º)? ?(?:de |of )?[^\W\d_]{3,12}\.?,? (?:de )?\Z"
)
_LATVIAN_DATE = re.compile(r"\.? ?(?:gada|g\.|m\.|\.)? ?(?:[^\W\d_]{3,12} )?(?:0?[1-9]|[12][0-9]|3[01])(?:\.|\b)")


def birth_dates(block: Block, start: int, end: int) -> Iterator[Hit]:
    """Find dates in a stretch that words of birth announce."""
    match = _DATE.search(block.text, start, end)
    if match and _may_live(match["y"] or match["z"]) and _BORN.is_near(block, match.start(), match.start()):
        yield Hit("birth-date", match.start(), match.group(), match.group(), why=Why.BORN)


def birth_year(block: Block, start: int, year: str) -> Iterator[Hit]:
    """Judge a year that belongs to a date in words: 16 November 1975, 1975. gada 16. novembris."""
    text = block.text
    if (
        not _may_live(year)
        or not text[max(start - 2, 0) : start].strip(" \u00a0")
        or not _BORN.is_near(block, start, start)
    ):
        return
    before = _DAY_AND_MONTH.search(text[max(start - 24, 0) : start])
    behind = _LATVIAN_DATE.match(text, start + 4)
    if before:
        yield Hit("birth-date", start - len(before.group()), before.group() + year, before.group() + year, why=Why.BORN)
    elif behind:
        yield Hit("birth-date", start, year + behind.group(), year + behind.group(), why=Why.BORN)


def _may_live(year: str) -> bool:
    return BORN_FROM <= int(year) <= datetime.now(UTC).year


def address_at(block: Block, start: int) -> Iterator[Hit]:
    """Judge what may be a postal code: a street with a house number must stand near it."""
    match = _PREFIXED_POSTAL.match(block.text, start) or _POSTAL.match(block.text, start)
    if not match:
        return
    first = max(start - 70, 0)
    before = block.text[first:start]
    first += max(before.rfind("\n\n"), before.rfind("\t"), -1) + 1
    near = block.text[first : match.end() + 50]
    street = _STREET.search(near.lower())
    if street:
        begins = first + street.start()
        value = " ".join(near[street.start() :].split())[:80]
        whole = _from_street_to_code(block.text, begins, first + street.end(), match)
        yield Hit("postal-address", min(begins, start), value, value.casefold(), why=Why.STREET, whole=whole)


def _from_street_to_code(text: str, begins: int, ends: int, code: re.Match[str]) -> str:
    """Return an address by its words. The street is found by its last letter; its name begins behind a sign."""
    named = _STREET_NAME.search(text[max(begins - 60, 0) : begins])
    begins -= len(named.group()) if named else 0
    return words(text[min(begins, code.start()) : max(ends, code.end())])
