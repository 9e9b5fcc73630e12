"""Numbers of persons that are right, and numbers that only look so. Check characters are found by trying them out."""

import random
from collections.abc import Callable
from datetime import date, timedelta

from stdnum import luhn, verhoeff
from stdnum.at import vnr
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.ch import ssn
from stdnum.cy import vat as tic
from stdnum.cz import rc
from stdnum.de import idnr
from stdnum.ee import ik
from stdnum.es import dni, nie
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gr import amka
from stdnum.hr import oib
from stdnum.ie import pps
from stdnum.is_ import kennitala
from stdnum.it import codicefiscale
from stdnum.lv import pvn
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.si import emso

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def digits(rng: random.Random, count: int) -> str:
    """Return so many digits, the first not nought."""
    return str(rng.randrange(10 ** (count - 1), 10**count))


def _number(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def birthday(rng: random.Random) -> date:
    """Return a day between 1945 and 1999."""
    return date(1945, 1, 1) + timedelta(days=rng.randrange(20_000))


def _until_right(make: Callable[[], str], is_right: Callable[[str], bool]) -> str:
    for _ in range(20_000):
        if is_right(made := make()):
            return made
    raise AssertionError("no right number in 20,000 tries")


def _luxembourg(rng: random.Random) -> str:
    eleven = f"{birthday(rng):%Y%m%d}" + _number(rng, 3)
    return eleven + luhn.calc_check_digit(eleven) + verhoeff.calc_check_digit(eleven)


def _hungarian(rng: random.Random) -> str:
    while True:
        ten = rng.choice("12") + f"{birthday(rng):%y%m%d}" + _number(rng, 3)
        check = sum(place * int(digit) for place, digit in enumerate(ten, 1)) % 11
        if check < 10:
            return f"{ten[0]}-{ten[1:7]}-{ten[7:]}{check}"


def _italian(rng: random.Random) -> str:
    born = birthday(rng)
    fifteen = "".join(rng.choices("BCDFGLMNPRST", k=6)) + f"{born:%y}" + "ABCDEHLMPRST"[born.month - 1]
    fifteen += f"{born.day:02}" + rng.choice("AFHL") + f"{rng.randrange(100, 999)}"
    return fifteen + codicefiscale.calc_check_digit(fifteen)


def _identity(rng: random.Random, country: str) -> str:
    def dated(form: str, tail: int) -> Callable[[], str]:
        return lambda: birthday(rng).strftime(form) + _number(rng, tail)

    def numbered(count: int, tail: str = "") -> Callable[[], str]:
        return lambda: digits(rng, count) + (rng.choice(tail) if tail else "")

    makers: dict[str, tuple[Callable[[], str], Callable[[str], bool]]] = {
        "EE/LT": (lambda: rng.choice("34") + dated("%y%m%d", 4)(), ik.is_valid),
        "FI": (lambda: dated("%d%m%y-", 3)() + rng.choice("0123456789ABCDEFHJKLMNPRSTUVWXY"), hetu.is_valid),
        "SE": (dated("%y%m%d-", 4), personnummer.is_valid),
        "NO": (dated("%d%m%y", 5), fodselsnummer.is_valid),
        "IS": (lambda: dated("%d%m%y-", 3)() + "9", kennitala.is_valid),
        "PL": (dated("%y%m%d", 5), pesel.is_valid),
        "CZ/SK": (dated("%y%m%d/", 4), rc.is_valid),
        "RO": (lambda: rng.choice("12") + birthday(rng).strftime("%y%m%d") + "12" + _number(rng, 4), cnp.is_valid),
        "BG": (dated("%y%m%d", 4), egn.is_valid),
        "SI": (lambda: f"{birthday(rng):%d%m}9{birthday(rng):%y}50" + _number(rng, 4), emso.is_valid),
        "HR": (numbered(11), oib.is_valid),
        "FR": (lambda: rng.choice("12") + birthday(rng).strftime("%y%m") + "75" + _number(rng, 8), nir.is_valid),
        "BE": (dated("%y.%m.%d-", 5), nn.is_valid),
        "NL": (numbered(9), bsn.is_valid),
        "DE": (numbered(11), idnr.is_valid),
        "AT": (lambda: digits(rng, 4) + birthday(rng).strftime("%d%m%y"), vnr.is_valid),
        "CH": (lambda: "756" + _number(rng, 10), ssn.is_valid),
        "ES": (numbered(8, LETTERS), dni.is_valid),
        "NIE": (lambda: rng.choice("XYZ") + _number(rng, 7) + rng.choice(LETTERS), nie.is_valid),
        "GR": (dated("%d%m%y", 5), amka.is_valid),
        "IE": (numbered(7, LETTERS[:20]), pps.is_valid),
        "PT": (lambda: "2" + _number(rng, 8), nif.is_valid),
        "CY": (lambda: "0" + _number(rng, 7) + rng.choice(LETTERS), tic.is_valid),
    }
    return _until_right(*makers[country])


def _latvian(rng: random.Random) -> str:
    def make() -> str:
        born = birthday(rng)
        return rng.choice((f"{born:%d%m%y}-1{_number(rng, 4)}", f"32{_number(rng, 4)}-{_number(rng, 5)}"))

    return _until_right(make, pvn.is_valid)


OWN_MAKERS: dict[str, Callable[[random.Random], str]] = {
    "LV": _latvian,
    "IT": _italian,
    "LU": _luxembourg,
    "HU": _hungarian,
}


def identity(rng: random.Random, country: str) -> str:
    """Return a right number of a person of that country, as it is written there."""
    if country in OWN_MAKERS:
        return OWN_MAKERS[country](rng)
    if country == "DK":
        return f"{birthday(rng):%d%m%y}-{rng.choice('0123')}{_number(rng, 3)}"
    written = _identity(rng, country)
    return re_grouped(country, written) if country == "BE" or rng.random() < 0.4 else written


def re_grouped(country: str, written: str) -> str:
    """Write it in the groups that forms of the country show."""
    if country == "BE":
        return f"{written[:12]}.{written[12:]}"
    if country == "CH":
        return f"{written[:3]}.{written[3:7]}.{written[7:11]}.{written[11:]}"
    if country == "FR":
        return " ".join(
            (written[0], written[1:3], written[3:5], written[5:7], written[7:10], written[10:13], written[13:])
        )
    if country == "DE":
        return f"{written[:2]} {written[2:5]} {written[5:8]} {written[8:]}"
    if country == "AT":
        return f"{written[:4]} {written[4:]}"
    return written


_BANKS = {
    "LV": ("HABA", 13),
    "EE": ("", 16),
    "LT": ("", 16),
    "DE": ("", 18),
    "FI": ("", 14),
    "NL": ("ABNA", 10),
    "AT": ("", 16),
    "DK": ("", 14),
    "GB": ("WEST", 14),
    "LU": ("", 16),
    "BG": ("BNBG", 14),
    "CH": ("", 17),
}


def iban(rng: random.Random) -> str:
    """Return a right account number, together or in groups of four."""
    country = rng.choice(("LV", "DE", "LT", "NL", "AT", "LU", "CH", "LV", "LV"))
    bank, count = _BANKS[country]
    account = bank + _number(rng, count)
    as_number = "".join(str(int(one, 36)) for one in account + country + "00")
    whole = f"{country}{98 - int(as_number) % 97:02}{account}"
    if rng.random() < 0.5:
        return whole
    return " ".join(whole[at : at + 4] for at in range(0, len(whole), 4))


def card(rng: random.Random) -> str:
    """Return a right card number, together or in its groups."""
    fifteen = rng.choice(("4", "51", "53", "55")) + _number(rng, 15)
    whole = fifteen[:15] + luhn.calc_check_digit(fifteen[:15])
    sign = rng.choice((" ", "-"))
    return whole if rng.random() < 0.4 else sign.join(whole[at : at + 4] for at in range(0, 16, 4))


def phone(rng: random.Random) -> str:
    """Return a number with the code of a country."""
    return rng.choice(
        (
            f"+371 2{_number(rng, 1)} {_number(rng, 3)} {_number(rng, 3)}",
            f"+3712{_number(rng, 7)}",
            f"+372 5{_number(rng, 3)} {_number(rng, 4)}",
            f"+49 30 {digits(rng, 7)}",
            f"+33 1 4{_number(rng, 1)} {_number(rng, 2)} {_number(rng, 2)} {_number(rng, 2)}",
            f"+370 6{_number(rng, 2)} {_number(rng, 5)}",
            f"+48 60{_number(rng, 1)} {_number(rng, 3)} {_number(rng, 3)}",
        )
    )


def spoiled(rng: random.Random, right: str) -> str:
    """Return a Latvian code with one digit changed, so that its check digit is wrong."""
    return _until_right(lambda: _changed(rng, right), lambda made: not pvn.is_valid(made))


def _changed(rng: random.Random, right: str) -> str:
    at = rng.choice([place for place, one in enumerate(right) if one.isdigit() and place > 3])
    return right[:at] + str((int(right[at]) + rng.randrange(1, 9)) % 10) + right[at + 1 :]
