"""Personal identification numbers of EU and EEA countries with check digits.

`DISTINCT` schemes leave next to nothing to chance by form and check. `DATED` ones are a bare run of digits that holds
a date and check digits: about one in two hundred random numbers does. `WEAK` ones count only next to words that
announce them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import IntEnum
from operator import mul

from stdnum import luhn, verhoeff
from stdnum.at import vnr
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.ch import ssn
from stdnum.cy import vat as cyprus
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gr import amka
from stdnum.gr import vat as afm
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.is_ import kennitala
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import cc, nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.si import emso

from services.validator.detectors import (
    AFTER_CHARACTERS,
    BEFORE_CHARACTERS,
    Announcement,
    Hit,
    around,
    checksums,
    stands_free,
)
from services.validator.detectors.reasons import Why
from services.validator.text import Block


class _Trust(IntEnum):
    DISTINCT = 0
    DATED = 1
    WEAK = 2


@dataclass(frozen=True, slots=True)
class _Scheme:
    country: str
    shape: re.Pattern[str]
    is_valid: Callable[[str], bool]
    trust: _Trust


_LATVIAN_WEIGHTS = (10, 5, 8, 4, 2, 1, 6, 3, 7, 9)


def _latvian(written: str) -> bool:
    """Old codes with a date that is not in the future, new ones that begin with 32; never company numbers."""
    digits = "".join(filter(str.isdigit, written))
    if digits[0] > "3" or (1 + sum(map(mul, _LATVIAN_WEIGHTS, map(int, digits)))) % 11 % 10 != int(digits[10]):
        return False
    return digits.startswith("32") or _is_past(1800 + 100 * int(digits[6]) + int(digits[4:6]), digits[2:4], digits[:2])


def _is_past(year: int, month: str, day: str) -> bool:
    try:
        return date(year, int(month), int(day)) <= datetime.now(UTC).date()
    except ValueError:
        return False


def _baltic(written: str) -> bool:
    """Lithuania's codes are those of Estonia, beside some without a date whose form is not ours."""
    return bool(ik.is_valid(written))


def _norwegian(written: str) -> bool:
    digits = written.replace(" ", "")
    return checksums.norwegian(digits.encode()) and bool(fodselsnummer.is_valid(digits))


def _luxembourgish(digits: str) -> bool:
    """Date, three digits, then a Luhn and a Verhoeff digit, both over the first eleven."""
    return luhn.is_valid(digits[:12]) and verhoeff.is_valid(digits[:11] + digits[12])


def _hungarian(written: str) -> bool:
    """The személyi szám: weights 1 to 10 until 1996, 10 to 1 since, modulo 11."""
    digits = [int(one) for one in written if one.isdigit()]
    rising = sum(weight * digit for weight, digit in enumerate(digits[:10], 1)) % 11
    falling = sum(weight * digit for weight, digit in zip(range(10, 0, -1), digits, strict=False)) % 11
    return digits[10] in (rising, falling)


def _hungarian_tax(digits: str) -> bool:
    return sum(weight * int(digit) for weight, digit in enumerate(digits[:9], 1)) % 11 == int(digits[9])


def _hungarian_health(written: str) -> bool:
    digits = [int(one) for one in written if one.isdigit()]
    return sum(digit * (3, 7)[at % 2] for at, digit in enumerate(digits[:8])) % 10 == digits[8]


def _scheme(country: str, shape: str, is_valid: Callable[[str], bool], trust: _Trust) -> _Scheme:
    return _Scheme(country, re.compile(shape), is_valid, trust)


_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0[1-9]|1[0-2])"
_BARE = {
    9: (
        _scheme("CZ/SK", r"\d+", rc.is_valid, _Trust.WEAK),
        _scheme("NL", r"\d+", bsn.is_valid, _Trust.WEAK),
        _scheme("PT", r"[1-3]\d+", nif.is_valid, _Trust.WEAK),
        _scheme("GR", r"\d+", afm.is_valid, _Trust.WEAK),
        _scheme("HU", r"\d+", _hungarian_health, _Trust.WEAK),
    ),
    10: (
        _scheme("CZ/SK", r"\d+", rc.is_valid, _Trust.WEAK),
        _scheme("BG", r"\d+", egn.is_valid, _Trust.WEAK),
        _scheme("AT", r"\d+", vnr.is_valid, _Trust.WEAK),
        _scheme("DK", r"\d+", cpr.is_valid, _Trust.WEAK),
        _scheme("IS", r"\d+", kennitala.is_valid, _Trust.WEAK),
        _scheme("SE", r"\d+", personnummer.is_valid, _Trust.WEAK),
        _scheme("HU", r"8\d+", _hungarian_tax, _Trust.WEAK),
    ),
    11: (
        _scheme("LV", rf"{_DAY}{_MONTH}\d{{7}}|32\d{{9}}", _latvian, _Trust.DATED),
        _scheme("EE/LT", rf"[1-8]\d\d{_MONTH}{_DAY}\d{{4}}", _baltic, _Trust.DATED),
        _scheme("NO", rf"(?:[04][1-9]|[1256]\d|[37][01]){_MONTH}\d{{7}}", _norwegian, _Trust.DATED),
        _scheme("PL", r"\d+", pesel.is_valid, _Trust.WEAK),
        _scheme("BE", r"\d+", nn.is_valid, _Trust.WEAK),
        _scheme("HR", r"\d+", oib.is_valid, _Trust.WEAK),
        _scheme("DE", r"\d+", idnr.is_valid, _Trust.WEAK),
        _scheme("GR", r"\d+", amka.is_valid, _Trust.WEAK),
        _scheme("HU", rf"[1-8]\d\d{_MONTH}{_DAY}\d{{4}}", _hungarian, _Trust.WEAK),
    ),
    12: (_scheme("SE", r"(?:19|20)\d+", personnummer.is_valid, _Trust.WEAK),),
    13: (
        _scheme("RO", rf"[1-8]\d\d{_MONTH}{_DAY}\d{{6}}", cnp.is_valid, _Trust.DATED),
        _scheme("SI", rf"{_DAY}{_MONTH}[09]\d{{8}}", emso.is_valid, _Trust.DATED),
        _scheme("LU", rf"(?:19|20)\d\d{_MONTH}{_DAY}\d{{5}}", _luxembourgish, _Trust.DATED),
        _scheme("CH", r"756\d+", ssn.is_valid, _Trust.WEAK),
    ),
    15: (_scheme("FR", rf"[12]\d\d{_MONTH}\d{{10}}", nir.is_valid, _Trust.DATED),),
}
LENGTHS = frozenset(_BARE)
_DATED = {
    length: re.compile("|".join(one.shape.pattern for one in schemes if one.trust is _Trust.DATED) or r"(?!)")
    for length, schemes in _BARE.items()
}
_JOINED = (
    _scheme("LV", r"[0-3]\d{5}[-–‑—]\d{5}", _latvian, _Trust.DISTINCT),
    _scheme("FI", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", hetu.is_valid, _Trust.DISTINCT),
    _scheme("SE", r"(?:\d{2})?\d{6}[-+]\d{4}", personnummer.is_valid, _Trust.DISTINCT),
    _scheme("CZ/SK", r"\d{6}/(?!(?:19|20)\d\d)\d{4}", rc.is_valid, _Trust.DISTINCT),
    _scheme("CZ/SK", r"\d{6}/\d{3,4}", rc.is_valid, _Trust.WEAK),
    _scheme("BE", r"\d{2}\.\d{2}\.\d{2}-\d{3}[.-]\d{2}", nn.is_valid, _Trust.DISTINCT),
    _scheme("CH", r"756\.\d{4}\.\d{4}\.\d{2}", ssn.is_valid, _Trust.DISTINCT),
    _scheme("DK", r"\d{6}-\d{4}", cpr.is_valid, _Trust.WEAK),
    _scheme("IS", r"\d{6}-\d{4}", kennitala.is_valid, _Trust.WEAK),
    _scheme("ES", r"\d{8}-?[A-Z]", dni.is_valid, _Trust.WEAK),
    _scheme("IE", r"\d{7}[A-W][A-IW]?", pps.is_valid, _Trust.WEAK),
    _scheme("CY", r"\d{8}[A-Z]", cyprus.is_valid, _Trust.WEAK),
    _scheme("PT", r"\d{9}[A-Z]{2}\d", cc.is_valid, _Trust.WEAK),
    _scheme("HU", r"[1-8]-?\d{6}-?\d{4}", _hungarian, _Trust.WEAK),
)
_LETTERED = (
    _scheme("IT", r"[A-Z]{6}\w{10}", codicefiscale.is_valid, _Trust.DISTINCT),
    _scheme("ES", r"[XYZ]-?\d{7}-?[A-Z]", nie.is_valid, _Trust.WEAK),
)
_SPACED = (
    _scheme("LV", r"[0-3]\d{5}\s?[-–‑—]\s?\d{5}", _latvian, _Trust.DISTINCT),
    _scheme("LV", r"[0-3]\d{5} \d{5}", _latvian, _Trust.WEAK),
    _scheme("FR", r"[12] ?\d\d ?\d\d ?[\dAB]{2} ?\d{3} ?\d{3}[ .]?\d\d", nir.is_valid, _Trust.DISTINCT),
    _scheme("BE", r"\d\d\.\d\d\.\d\d-\d{3} \d\d", nn.is_valid, _Trust.DISTINCT),
    _scheme("PT", r"\d{8} \d ?[A-Z]{2}\d", cc.is_valid, _Trust.WEAK),
    _scheme("DE", r"\d\d \d{3} \d{3} \d{3}", idnr.is_valid, _Trust.WEAK),
    _scheme("AT", r"\d{4} \d{6}", vnr.is_valid, _Trust.WEAK),
    _scheme("NO", r"\d{6} \d{5}", _norwegian, _Trust.WEAK),
    _scheme("DK", r"\d{6} \d{4}", cpr.is_valid, _Trust.WEAK),
    _scheme("HU", r"[1-8] \d{6} \d{4}", _hungarian, _Trust.WEAK),
    _scheme("HU", r"\d{3} \d{3} \d{3}", _hungarian_health, _Trust.WEAK),
    _scheme("NL", r"\d{4}[ .]\d{2}[ .]\d{3}", bsn.is_valid, _Trust.WEAK),
)
_LATVIAN_FORM = re.compile(r"(?:[0-2]\d|3[012])\d{4}[-–‑—]\d{5}")

WORDS = (
    r"person\w* (?:code|number|id|identification)|personal(?:ity)? ?id|identi(?:ty|fication) (?:code|number|no|card)|"
    r"national id|\bid[ -](?:code|number|no|nr)|\bssn\b|social (?:security|insurance)|tax(?:payer)? id|"
    r"person\w* ?kod|pers\. ?k|\bp\. ?k\.|\bpk\b|isikukood|asmens kod|\ba\. ?k\.|"
    r"henkilötunnus|hetu|personnummer|fødselsn|personnr|"
    r"\bcpr|kennitala|pesel|rodn[eé] č[ií]slo|rodn(?:ého|ym|ým) čísl|rodne cislo|r\. ?č\.|\begn\b|\bегн\b|\bcnp\b|"
    r"cod numeric|codice fiscale|cod\. ?fisc|\bc\. ?f\.|\bdni\b|\bnie\b|\bnif\b|\bbsn\b|burgerservice|"
    r"steuer-?(?:id|ident|nummer)|identifikationsnummer|\bidnr\b|svnr|sv-nr|sozialversicherung|versicherungsnummer|"
    r"\bpps|\boib\b|emšo|\bemso\b|jmbg|amka|αμκα|α\.μ\.κ\.α|αφμ|\bafm\b|\bnir\b|sécurité sociale|n° ?ss\b|"
    r"rijksregister|registre national|\bniss\b|\binsz\b|персональный код|личный код|\bahv\b|\bavs\b|személyi|"
    r"\btaj\b|taj-szám|adóazonosító|matricule|numéro d.identification|cartão de cidadão|contribuinte|cidadão|"
    r"\btic\b|αφτ|единен граждански|documento nacional"
)
_ANNOUNCED = Announcement(WORDS, before=BEFORE_CHARACTERS, after=AFTER_CHARACTERS)

_OWN_WORDS = {
    "AT": ("svnr", "sozialversicherung"),
    "BE": ("rijksregister", "registre national", "niss", "insz"),
    "BG": ("egn", "егн"),
    "CH": ("ahv", "avs"),
    "CY": ("tic", "αφτ"),
    "CZ/SK": ("rodn", "r.č", "r. č"),
    "DE": ("steuer", "identifikationsnummer", "idnr"),
    "DK": ("cpr",),
    "ES": ("dni", "nie", "nif"),
    "FR": ("sécurité", "nir"),
    "GR": ("amka", "αμκα", "αφμ"),
    "HR": ("oib",),
    "HU": ("személyi", "taj", "adóazon"),
    "IS": ("kennitala",),
    "NL": ("bsn", "burgerservice"),
    "NO": ("fødsel",),
    "PL": ("pesel",),
    "PT": ("cidadão", "contribuinte", "nif"),
    "SE": ("personnummer",),
}

_TOKEN = re.compile(r"[0-9][0-9A-Z./+\-–‑—]{7,27}")
_WITH_SPACES = re.compile(
    r"[0-3][0-9]{5}(?: [-–‑—] ?|[-–‑—] )[0-9]{5}"
    r"|[12](?: ?[0-9AB]{2}){3} ?[0-9]{3} ?[0-9]{3}[ .]?[0-9]{2}"
    r"|[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3} [0-9]{2}"
    r"|[0-9]{8} [0-9] ?[A-Z]{2}[0-9]"
    r"|[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}"
    r"|[0-9]{4} [0-9]{6}|[0-9]{6} [0-9]{4,5}|[0-9] [0-9]{6} [0-9]{4}"
    r"|[0-9]{3} [0-9]{3} [0-9]{3}|[0-9]{4}[ .][0-9]{2}[ .][0-9]{3}"
)
_LETTERED_TOKEN = re.compile(r"[A-Z]{6}[0-9]{2}[A-Z0-9]{8}|[XYZ]-?[0-9]{7}-?[A-Z]")


def in_bare(block: Block, start: int, digits: str) -> Iterator[Hit]:
    """Judge a run of digits of one of `LENGTHS`."""
    if _DATED[len(digits)].fullmatch(digits) or _ANNOUNCED.is_near(block, start, start + len(digits)):
        yield from _judge(block, start, digits, _BARE[len(digits)])


def in_stretch(block: Block, start: int, end: int) -> Iterator[Hit]:
    """Find numbers with signs or spaces in a stretch of digits, capitals, spaces and signs."""
    for match in _TOKEN.finditer(block.text, start, end):
        written = match.group().rstrip("./+-–‑—")
        if not written.isdigit():
            yield from _judge(block, match.start(), written, _JOINED)
        elif len(written) in LENGTHS:
            yield from in_bare(block, match.start(), written)
    if " " in block.text[start:end]:
        for match in _WITH_SPACES.finditer(block.text, start, end):
            yield from _judge(block, match.start(), match.group(), _SPACED)


def in_letters(block: Block, start: int) -> Iterator[Hit]:
    """Judge what begins with capitals."""
    if match := _LETTERED_TOKEN.match(block.text, start):
        yield from _judge(block, start, match.group(), _LETTERED)


def _judge(block: Block, start: int, written: str, schemes: tuple[_Scheme, ...]) -> Iterator[Hit]:
    end = start + len(written)
    possible = [one for one in schemes if one.shape.fullmatch(written)]
    if not possible or not stands_free(block, start, end):
        return
    announced = _ANNOUNCED.is_near(block, start, end)
    if not announced and _is_company(written):
        return
    fits = [one for one in possible if (announced or one.trust is not _Trust.WEAK) and one.is_valid(written)]
    value = "".join(filter(str.isalnum, written))
    if fits:
        near = around(block, start, end).lower()
        best = min(fits, key=lambda one: (one.trust, not _names(one.country, near)))
        lone = best.trust is _Trust.DATED and not announced
        why = Why.DATED if lone else Why.ANNOUNCED if announced else Why.CHECKED
        yield Hit("national-id", start, written, value, best.country, lone=lone, why=why)
    elif announced and _LATVIAN_FORM.fullmatch(written):
        yield Hit("possible-national-id", start, written, value, "LV", why=Why.WORDS)


def _names(country: str, near: str) -> bool:
    return any(word in near for word in _OWN_WORDS.get(country, ()))


def _is_company(written: str) -> bool:
    """Numbers of Latvian companies have the length of Estonian personal codes, and one in eleven passes for one."""
    return len(written) == 11 and written.isdigit() and written[0] > "3" and checksums.company(written)
