"""The texts: each says what is in it, and nothing else may be found there by the detectors that are scored."""

import random
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from tests.eval import hard, numbers
from tests.eval.languages import LANGUAGES, Language

SEED = 20261125
ROUNDS = 12
COUNTRIES_IN_ENGLISH = {
    "LV": "Latvian personal code",
    "EE/LT": "Estonian personal id code (isikukood)",
    "FI": "Finnish personal identity code",
    "SE": "Swedish personnummer",
    "NO": "Norwegian fødselsnummer",
    "IS": "Icelandic kennitala",
    "DK": "Danish CPR number",
    "PL": "Polish PESEL",
    "CZ/SK": "Czech rodné číslo",
    "RO": "Romanian CNP",
    "BG": "Bulgarian EGN",
    "SI": "Slovenian EMŠO",
    "HR": "Croatian OIB",
    "IT": "Italian codice fiscale",
    "FR": "French social security number",
    "BE": "Belgian NISS",
    "NL": "Dutch BSN",
    "DE": "German Steuer-ID",
    "AT": "Austrian SVNR",
    "CH": "Swiss AHV number",
    "ES": "Spanish DNI",
    "NIE": "Spanish NIE",
    "GR": "Greek AMKA",
    "IE": "Irish PPS number",
    "PT": "Portuguese NIF",
    "LU": "Luxembourg matricule",
    "HU": "Hungarian személyi szám",
    "CY": "Cypriot TIC",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A text, and of each detector the values that stand in it, without separators."""

    kind: str
    language: str
    text: str
    labels: frozenset[tuple[str, str]] = frozenset()


def bare(written: str) -> str:
    """Return letters and digits only, in small letters."""
    return "".join(filter(str.isalnum, written)).casefold()


def all_cases(seed: int = SEED, rounds: int = ROUNDS, languages: Mapping[str, Language] = LANGUAGES) -> Iterator[Case]:
    """Give the whole set, or that of other languages."""
    for number in range(rounds):
        for code, language in languages.items():
            rng = random.Random(f"{seed}-{number}-{code}")
            for make in MAKERS:
                yield make(rng, code, language)
            for kind, text in hard.texts(rng, language, person):
                yield Case(kind=kind, language=code, text=text)
        yield from _every_country(random.Random(f"{seed}-{number}"))


def person(rng: random.Random, language: Language) -> tuple[str, str]:
    """Return a given name and a family name."""
    given = rng.choice(language.given)
    if rng.random() < 0.08:
        given += "-" + rng.choice(language.given)
    return given, rng.choice(language.family)


def address(rng: random.Random, given: str, family: str) -> str:
    """Return an e-mail address of that person, in plain letters."""
    latin = [unicodedata.normalize("NFKD", one).encode("ascii", "ignore").decode().lower() for one in (given, family)]
    first, second = ("".join(filter(str.isalpha, one)) or f"u{rng.randrange(10_000)}" for one in latin)
    return (
        f"{rng.choice((first + '.' + second, first[0] + second, second + str(rng.randrange(99))))}@{rng.choice(_HOSTS)}"
    )


_HOSTS = ("example.lv", "inbox.example", "skola.example.org", "mail.example.com", "edu.example.eu")


def _in_prose(rng: random.Random, language: Language, *inserted: str) -> str:
    lines = list(rng.sample(language.prose, k=len(language.prose)))
    for one in inserted:
        lines.insert(rng.randrange(len(lines) + 1), one)
    return rng.choice(("\n", " ", "\n\n")).join(lines)


def _identity(rng: random.Random, code: str, language: Language) -> Case:
    country, words = rng.choice(language.identity)
    maker = "NIE" if words == "NIE" else country
    written = numbers.identity(rng, maker)
    text = _in_prose(rng, language, f"{' '.join(person(rng, language))}, {words} {written}.")
    return Case(kind="id in words", language=code, text=text, labels=frozenset({("national-id", bare(written))}))


def _bank(rng: random.Random, code: str, language: Language) -> Case:
    account, card = numbers.iban(rng), numbers.card(rng)
    text = _in_prose(rng, language, f"IBAN {account}.", f"Visa / Mastercard {card}, 09/27.")
    labels = frozenset({("iban", bare(account)), ("payment-card", bare(card))})
    return Case(kind="bank", language=code, text=text, labels=labels)


def _contacts(rng: random.Random, code: str, language: Language) -> Case:
    given, family = person(rng, language)
    mail, one, two = address(rng, given, family), numbers.phone(rng), f"2{rng.randrange(10**6, 10**7)}"
    lines = [f"{given} {family}, {mail}", f"{rng.choice(language.phone)} {one}"]
    labels = {("email-address", mail), ("phone-number", bare(one))}
    if code == "lv":
        lines.append(f"{rng.choice(language.phone)} {two[:2]} {two[2:5]} {two[5:]}")
        labels.add(("phone-number", "371" + two))
    return Case(kind="contacts", language=code, text=_in_prose(rng, language, *lines), labels=frozenset(labels))


def _papers(rng: random.Random, code: str, language: Language) -> Case:
    born, passport = numbers.birthday(rng), rng.choice(("LV", "PA", "C", "")) + numbers.digits(rng, 7)
    form = rng.choice(("%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d"))
    name = " ".join(person(rng, language))
    lines = (
        f"{name}, {rng.choice(language.born)} {born.strftime(form)}",
        f"{rng.choice(language.passport)} {passport}",
    )
    labels = frozenset({("birth-date", bare(born.strftime(form))), ("identity-document", bare(passport))})
    return Case(kind="papers", language=code, text=_in_prose(rng, language, *lines), labels=labels)


def _address(rng: random.Random, code: str, language: Language) -> Case:
    house, street = rng.randrange(1, 180), rng.choice(language.family)
    forms = (
        f"{street}s iela {house}-{rng.randrange(1, 60)}, Rīga, LV-10{rng.randrange(10, 99)}",
        f"{house} {street} Street, London, postcode 1{rng.randrange(100, 999)} Riverside",
        f"{street}straße {house}, 10{rng.randrange(100, 999)} Berlin",
        f"{house} rue de {street}, 75{rng.randrange(100, 999)} Paris",
        f"ul. {street} {house}, 00-{rng.randrange(100, 999)} Warszawa",
        f"{street}gatan {house}, 11{rng.randrange(1, 9)} {rng.randrange(10, 99)} Stockholm",
        f"Via {street} {house}, 00{rng.randrange(100, 199)} Roma",
        f"Calle {street}, {house}, 28{rng.randrange(100, 999)} Madrid",
    )
    return Case(
        kind="address", language=code, text=_in_prose(rng, language, rng.choice(forms)),
        labels=frozenset({("postal-address", "")}),
    )  # fmt: skip


def _list(rng: random.Random, code: str, language: Language) -> Case:
    """Rows in the ways in which readers give them: lines, csv, cells below each other, sheets, order of names."""
    style = rng.choice(("lines", "tabs", "csv", "cells", "spaces"))
    with_title, with_columns = rng.random() < 0.8, rng.random() < 0.8
    contacts = not (with_title or with_columns) or rng.random() < 0.5
    rows, labels = [], {("list-of-people", "")}
    for number in range(1, rng.randrange(5, 25)):
        given, family = person(rng, language)
        name = _ordered(rng, style, given, family)
        mail = address(rng, given, family)
        row = [f"{number}.", name, rng.choice(_SCHOOLS), mail if contacts else "", rng.choice(("", "________"))]
        labels |= {("email-address", mail)} if contacts else set()
        rows.append(row)
    header = [["Nr.", *language.columns]] if with_columns else []
    body = "\n".join(_row(style, row) for row in (*header, *rows))
    title = f"{rng.choice(language.title)}\n\n" if with_title else ""
    return Case(kind=f"list as {style}", language=code, text=title + body + "\n", labels=frozenset(labels))


_SCHOOLS = ("5. vsk.", "Gim. 2", "IES Norte", "LP 7", "11B", "8.a", "PS 14")


def _ordered(rng: random.Random, style: str, given: str, family: str) -> str:
    if style == "csv":
        return f"{given},{family}"
    if style == "tabs" and rng.random() < 0.5:
        return f"{given}\t{family}"
    return rng.choice((f"{given} {family}", f"{family} {given}", f"{family.upper()} {given}"))


def _row(style: str, cells: list[str]) -> str:
    if style == "cells":
        return "\n\t".join(cells) + "\n\t"
    if style == "lines":
        return " ".join(one for one in cells if one)
    return {"tabs": "\t", "csv": ",", "spaces": "   "}[style].join(cells)


def _minutes(rng: random.Random, code: str, language: Language) -> Case:
    title, present, agenda, decided = language.minutes
    names = ", ".join(" ".join(person(rng, language)) for _ in range(4))
    prose = rng.sample(language.prose, k=2)
    text = "\n".join((title, f"{rng.randrange(1, 28)}.03.2024", f"{present} {names}", agenda, *prose, decided, ""))
    return Case(kind="minutes", language=code, text=text, labels=frozenset({("meeting-minutes", "")}))


def _transcript(rng: random.Random, code: str, language: Language) -> Case:
    people = [" ".join(person(rng, language)) for _ in range(3)]
    lines = [
        f"00:{number:02}:{rng.randrange(60):02} {rng.choice(people)}: {rng.choice(language.prose)}"
        for number in range(12)
    ]
    return Case(
        kind="transcript", language=code, text="\n".join(lines), labels=frozenset({("meeting-recording", "")})
    )  # fmt: skip


def _every_country(rng: random.Random) -> Iterator[Case]:
    english = LANGUAGES["en"]
    for country, words in COUNTRIES_IN_ENGLISH.items():
        written = numbers.identity(rng, country)
        labels = frozenset({("national-id", bare(written))})
        text = _in_prose(rng, english, f"{' '.join(person(rng, english))} ({words}: {written})")
        yield Case(kind=f"id of {country}", language="en", text=text, labels=labels)
    for country in ("LV", "FI", "IT", "CZ/SK", "SE"):
        written = numbers.identity(rng, country)
        labels = frozenset({("national-id", bare(written))})
        yield Case(kind=f"lone id of {country}", language="en", text=_in_prose(rng, english, written), labels=labels)


MAKERS: tuple[Callable[[random.Random, str, Language], Case], ...] = (
    _identity, _bank, _contacts, _papers, _address, _list, _minutes, _transcript,
)  # fmt: skip
