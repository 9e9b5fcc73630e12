"""Personal identification numbers of EU and EEA countries with check digits.

`DISTINCT` schemes leave next to nothing to chance by form and check. `DATED` ones are a bare run of digits that holds
a date and check digits: about one in two hundred random numbers does. `WEAK` ones count only next to words that
announce them.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum

from stdnum.at import vnr
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.ch import ssn
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.is_ import kennitala
from stdnum.it import codicefiscale
from stdnum.lt import asmens
from stdnum.lv import pvn
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.si import emso

from services.validator.detectors import AFTER_CHARACTERS, BEFORE_CHARACTERS, Announcement, Hit, around, stands_free
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


def _latvian(written: str) -> bool:
    """Old codes with a date that is not in the future, new ones that begin with 32; never company numbers."""
    digits = "".join(filter(str.isdigit, written))
    if digits[0] > "3" or not pvn.is_valid(digits):
        return False
    return digits.startswith("32") or pvn.get_birth_date(digits) <= datetime.now(UTC).date()


def _baltic(written: str) -> bool:
    return ik.is_valid(written) or asmens.is_valid(written)


def _scheme(country: str, shape: str, is_valid: Callable[[str], bool], trust: _Trust) -> _Scheme:
    return _Scheme(country, re.compile(shape), is_valid, trust)


_BARE = {
    9: (_scheme("CZ/SK", r"\d+", rc.is_valid, _Trust.WEAK), _scheme("NL", r"\d+", bsn.is_valid, _Trust.WEAK)),
    10: (
        _scheme("CZ/SK", r"\d+", rc.is_valid, _Trust.WEAK),
        _scheme("BG", r"\d+", egn.is_valid, _Trust.WEAK),
        _scheme("AT", r"\d+", vnr.is_valid, _Trust.WEAK),
        _scheme("DK", r"\d+", cpr.is_valid, _Trust.WEAK),
        _scheme("IS", r"\d+", kennitala.is_valid, _Trust.WEAK),
        _scheme("SE", r"\d+", personnummer.is_valid, _Trust.WEAK),
    ),
    11: (
        _scheme("LV", r"[0-3]\d+", _latvian, _Trust.DATED),
        _scheme("EE/LT", r"[1-8]\d+", _baltic, _Trust.DATED),
        _scheme("NO", r"\d+", fodselsnummer.is_valid, _Trust.DATED),
        _scheme("PL", r"\d+", pesel.is_valid, _Trust.WEAK),
        _scheme("BE", r"\d+", nn.is_valid, _Trust.WEAK),
        _scheme("HR", r"\d+", oib.is_valid, _Trust.WEAK),
        _scheme("DE", r"\d+", idnr.is_valid, _Trust.WEAK),
        _scheme("GR", r"\d+", amka.is_valid, _Trust.WEAK),
    ),
    12: (_scheme("SE", r"(?:19|20)\d+", personnummer.is_valid, _Trust.WEAK),),
    13: (
        _scheme("RO", r"[1-8]\d+", cnp.is_valid, _Trust.DATED),
        _scheme("SI", r"[0-3]\d+", emso.is_valid, _Trust.DATED),
        _scheme("CH", r"756\d+", ssn.is_valid, _Trust.WEAK),
    ),
    15: (_scheme("FR", r"[12]\d+", nir.is_valid, _Trust.DATED),),
}
_JOINED = (
    _scheme("LV", r"[0-3]\d{5}[-–‑—]\d{5}", _latvian, _Trust.DISTINCT),
    _scheme("FI", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", hetu.is_valid, _Trust.DISTINCT),
    _scheme("SE", r"(?:\d{2})?\d{6}[-+]\d{4}", personnummer.is_valid, _Trust.DISTINCT),
    _scheme("CZ/SK", r"\d{6}/\d{3,4}", rc.is_valid, _Trust.DISTINCT),
    _scheme("BE", r"\d{2}\.\d{2}\.\d{2}-\d{3}[.-]\d{2}", nn.is_valid, _Trust.DISTINCT),
    _scheme("CH", r"756\.\d{4}\.\d{4}\.\d{2}", ssn.is_valid, _Trust.DISTINCT),
    _scheme("DK", r"\d{6}-\d{4}", cpr.is_valid, _Trust.WEAK),
    _scheme("IS", r"\d{6}-\d{4}", kennitala.is_valid, _Trust.WEAK),
    _scheme("ES", r"\d{8}-?[A-Z]", dni.is_valid, _Trust.WEAK),
    _scheme("IE", r"\d{7}[A-W][A-IW]?", pps.is_valid, _Trust.WEAK),
)
_LETTERED = (
    _scheme("IT", r"[A-Z]{6}\w{10}", codicefiscale.is_valid, _Trust.DISTINCT),
    _scheme("ES", r"[XYZ]-?\d{7}-?[A-Z]", nie.is_valid, _Trust.WEAK),
)
_SPACED = (
    _scheme("LV", r"[0-3]\d{5}\s?[-–‑—]\s?\d{5}", _latvian, _Trust.DISTINCT),
    _scheme("FR", r"[12] \d\d \d\d [\dAB]{2} \d{3} \d{3} \d\d", nir.is_valid, _Trust.DISTINCT),
    _scheme("BE", r"\d\d\.\d\d\.\d\d-\d{3} \d\d", nn.is_valid, _Trust.DISTINCT),
)

_ANNOUNCED = Announcement(
    r"person\w* (?:code|number|id|identification)|personal(?:ity)? ?id|identi(?:ty|fication) (?:code|number|no|card)|"
    r"national id|\bid (?:code|number|no|nr)|\bssn\b|social (?:security|insurance)|"
    r"person\w* ?kod|pers\. ?k|\bp\. ?k\.|\bpk\b|isikukood|asmens kod|\ba\. ?k\.|"
    r"henkilötunnus|hetu|personnummer|fødselsnummer|"
    r"\bcpr|kennitala|pesel|rodn[eé] č[ií]slo|rodne cislo|r\. ?č\.|\begn\b|\bегн\b|\bcnp\b|cod numeric|codice fiscale|"
    r"\bdni\b|\bnie\b|\bnif\b|\bbsn\b|burgerservice|steuer-?id|identifikationsnummer|\bidnr\b|svnr|sozialversicherung|"
    r"\bpps|\boib\b|emšo|\bemso\b|jmbg|amka|αμκα|\bnir\b|sécurité sociale|rijksregister|registre national|"
    r"персональный код|личный код|\bahv\b|\bavs\b",
    (
        "person", "pers.", "pers ", "identi", "national", "id ", "id-", "ssn", "social", "kod", "p.", "p ",
        "pk", "a.", "a ", "henkil", "hetu", "numme", "cpr", "kennitala", "pesel", "rodn", "r.", "r ",
        "egn", "егн", "cnp", "cod", "dni", "nie", "nif", "bsn", "burger", "steuer", "svnr", "sozial",
        "pps", "oib", "emšo", "emso", "jmbg", "amka", "αμκα", "nir", "sécu", "rijks", "registre", "код",
        "ahv", "avs",
    ),
    before=BEFORE_CHARACTERS,
    after=AFTER_CHARACTERS,
)  # fmt: skip

_OWN_WORDS = {
    "AT": ("svnr", "sozialversicherung"),
    "BE": ("rijksregister", "registre national", "niss", "insz"),
    "BG": ("egn", "егн"),
    "CZ/SK": ("rodn", "r.č", "r. č"),
    "DE": ("steuer", "identifikationsnummer", "idnr"),
    "DK": ("cpr",),
    "GR": ("amka", "αμκα"),
    "HR": ("oib",),
    "IS": ("kennitala",),
    "NL": ("bsn", "burgerservice"),
    "PL": ("pesel",),
    "SE": ("personnummer",),
}

_TOKEN = re.compile(r"[0-9]{2}[0-9A-Z./+\-–‑—]{6,26}")
_LETTERS_FIRST = re.compile(r"[A-Z][A-Z0-9-]{2}[A-Z0-9]{3}[A-Z0-9-]{3,10}")
_WITH_SPACES = re.compile(
    r"[0-3][0-9]{5}(?: [-–‑—] ?|[-–‑—] )[0-9]{5}"
    r"|[12](?: [0-9AB]{2}){3} [0-9]{3} [0-9]{3} [0-9]{2}"
    r"|[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3} [0-9]{2}"
)


def detect(block: Block) -> Iterator[Hit]:
    """Find identification numbers, each with its country, the best scheme when several fit."""
    for match in _TOKEN.finditer(block.text):
        written = match.group().rstrip("./+-–‑—")
        schemes = _BARE.get(len(written), ()) if written.isdigit() else _JOINED
        yield from _judge(block, match.start(), written, schemes)
    for match in _LETTERS_FIRST.finditer(block.text):
        if any(map(str.isdigit, match.group())):
            yield from _judge(block, match.start(), match.group(), _LETTERED)
    for match in _WITH_SPACES.finditer(block.text):
        yield from _judge(block, match.start(), match.group(), _SPACED)


def _judge(block: Block, start: int, written: str, schemes: tuple[_Scheme, ...]) -> Iterator[Hit]:
    end = start + len(written)
    possible = [one for one in schemes if one.shape.fullmatch(written)]
    if not possible or not stands_free(block, start, end):
        return
    announced = _ANNOUNCED.is_near(block, start, end)
    if not announced and (not _may_hold_a_date(written) or _is_company(written)):
        return
    fits = [one for one in possible if (announced or one.trust is not _Trust.WEAK) and one.is_valid(written)]
    if not fits:
        return
    near = around(block, start, end).lower()
    best = min(fits, key=lambda one: (one.trust, not _names(one.country, near)))
    value = "".join(filter(str.isalnum, written))
    yield Hit("national-id", start, written, value, best.country, lone=best.trust is _Trust.DATED and not announced)


def _may_hold_a_date(written: str) -> bool:
    """Refuse most bare numbers cheaply: every dated scheme has its month at one of three places."""
    if not written.isdigit():
        return True
    months = {written[2:4], written[3:5]}
    return written.startswith("32") or any("01" <= month <= "12" for month in months)


def _names(country: str, near: str) -> bool:
    return any(word in near for word in _OWN_WORDS.get(country, ()))


def _is_company(written: str) -> bool:
    """Numbers of Latvian companies have the length of Estonian personal codes, and one in eleven passes for one."""
    return len(written) == 11 and written.isdigit() and written[0] > "3" and bool(pvn.is_valid(written))
