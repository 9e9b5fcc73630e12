"""What looks like personal data and is none: easy prose, numbers of other kinds, tables, lists of other things."""

import random
from collections.abc import Callable, Iterator

from stdnum import ean, isbn, luhn
from stdnum.lv import pvn

from tests.eval import numbers
from tests.eval.languages import Language

Person = Callable[[random.Random, Language], tuple[str, str]]


def texts(rng: random.Random, language: Language, person: Person) -> Iterator[tuple[str, str]]:
    """Give pairs of kind and text."""
    yield "prose", "\n".join(rng.sample(language.prose, k=len(language.prose)))
    yield "numbers of things", _things(rng)
    yield "spoiled numbers", _spoiled(rng)
    yield "statistics", _statistics(rng)
    yield "wide table", _wide_table(rng)
    yield "offices", _offices(rng)
    yield "bibliography", _bibliography(rng, language, person)
    yield "empty form", _empty_form(language)
    yield "programme", _programme(rng, language)
    yield "dates", _dates(rng)
    yield "tools", _tools(rng, language)
    yield "subtitles", _subtitles(rng, language)
    yield (
        "about minutes",
        f"{language.prose[0]}\nKit: how to keep minutes, agenda templates, protocol of an experiment\n",
    )
    yield "poets", _poets()
    yield "schools that took part", _schools(rng)
    yield "authors", _authors(rng, language, person)
    yield "famous people", _famous(rng)
    yield "glossary", _glossary(rng, language)
    yield "towns", _towns(rng)


def _things(rng: random.Random) -> str:
    """Every line a number that is right for what it is."""
    twelve = "978" + numbers.digits(rng, 9)
    book = twelve + ean.calc_check_digit(twelve)
    barcode = "475" + numbers.digits(rng, 9)
    lines = [
        f"ISBN {isbn.format(book)}",
        f"ISBN {book}",
        f"ISSN 1691-{numbers.digits(rng, 4)}",
        f"EAN {barcode + ean.calc_check_digit(barcode)}",
        f"Grant agreement 20{rng.randrange(20, 26)}-1-LV01-KA2{rng.randrange(10, 30)}-SCH-000{numbers.digits(rng, 6)}",
        f"PIC {numbers.digits(rng, 9)}, OID E10{numbers.digits(rng, 6)}",
        f"DOI 10.{rng.randrange(1000, 9999)}/{numbers.digits(rng, 11)}",
        f"https://example.org/item/{numbers.digits(rng, 11)}?page={numbers.digits(rng, 8)}",
        f"{rng.uniform(50, 60):.7f}, {rng.uniform(20, 28):.7f}",
        f"Reg. Nr. {company(rng)}, PVN LV{company(rng)}",
        f"Order code AB{numbers.digits(rng, 7)}-{numbers.digits(rng, 2)}, art. no. {numbers.digits(rng, 8)}",
        f"Serial {numbers.digits(rng, 5)}-{numbers.digits(rng, 5)}-{numbers.digits(rng, 5)}",
        f"sha256 {rng.getrandbits(256):064x}",
        f"Windows 10.0.{numbers.digits(rng, 5)}.{numbers.digits(rng, 4)}",
        f"IP 192.168.{rng.randrange(255)}.{rng.randrange(255)}",
        f"Invoice {numbers.digits(rng, 6)}/{rng.randrange(2019, 2026)}, {rng.randrange(1000, 9999)} EUR, BIC HABALV22",
        f"Product identification: {numbers.digits(rng, 12)}",
        f"Visitors to the phone booth museum: {numbers.digits(rng, 7)} people in all",
    ]
    rng.shuffle(lines)
    return "\n".join(lines)


def company(rng: random.Random) -> str:
    """Return a right number of a Latvian company."""
    while not pvn.is_valid(made := rng.choice("459") + numbers.digits(rng, 10)):
        pass
    return made


def _spoiled(rng: random.Random) -> str:
    latvian = numbers.spoiled(rng, numbers.identity(rng, "LV"))
    account = "LV" + numbers.digits(rng, 2) + "HABA" + numbers.digits(rng, 13)
    card = "4" + numbers.digits(rng, 15)
    if luhn.is_valid(card):
        card = card[:-1] + str((int(card[-1]) + 1) % 10)
    grouped = " ".join(card[at : at + 4] for at in range(0, 16, 4))
    return f"Sample {latvian}\nFormat {account[:2]}00{account[4:]}\n{card}\n{grouped}\n"


_COUNTRIES = ("Latvia", "Estonia", "Lithuania", "Czech Republic", "North Macedonia", "United Kingdom", "San Marino")


def _statistics(rng: random.Random) -> str:
    rows = ["Country\tPupils 2021\tPupils 2022\tShare"]
    rows += [
        f"{country}\t{rng.randrange(10**6)}\t{rng.randrange(10**7)}\t{rng.uniform(0, 100):.2f} %"
        for country in _COUNTRIES
    ]
    rows.append(" ".join(str(rng.randrange(1000, 9999)) for _ in range(12)))
    rows += ["2019 2020 2021 2022 2023 2024", f"n = {rng.randrange(10**4)}, p < 0.0{rng.randrange(9)}", ""]
    return "\n".join(rows)


def _wide_table(rng: random.Random) -> str:
    return "\n".join("\t".join(str(rng.randrange(10 ** rng.randrange(4, 13))) for _ in range(10)) for _ in range(60))


_PLACES = ("Kuldīgas", "Rēzeknes", "Lüneburger", "Tartu", "Šiaulių", "Vigo", "Aalto", "Porto", "Gdyni", "Varnas")
_SCHOOLS = ("vidusskola", "pamatskola", "Gymnasium", "Gümnaasium", "gimnazija", "Primary School", "Liceo", "Lyceum")


def _offices(rng: random.Random) -> str:
    rows = ["Organisation\tE-mail\tPhone"]
    rows += [
        f"{place} {rng.choice(_SCHOOLS)}\tinfo@{numbers.digits(rng, 3)}.example.org\t"
        for place in rng.sample(_PLACES, k=7)
    ]
    return "\n".join(rows)


def _bibliography(rng: random.Random, language: Language, person: Person) -> str:
    lines = ["References"]
    for _ in range(10):
        given, family = person(rng, language)
        lines.append(
            f"{family}, {given} ({rng.randrange(1960, 2025)}). {rng.choice(language.prose)[:60]}. "
            f"Vol. {rng.randrange(40)}, pp. {rng.randrange(100)}–{rng.randrange(100, 300)}."
        )
    return "\n".join(lines)


def _empty_form(language: Language) -> str:
    rows = [f"{number}.\t\t\t\t________" for number in range(1, 21)]
    return f"{language.title[0]}\nNr.\t" + "\t".join(language.columns) + "\n" + "\n".join(rows)


def _programme(rng: random.Random, language: Language) -> str:
    return "\n".join(
        f"{hour:02}:{rng.choice('03')}0–{hour + 1:02}:00 {rng.choice(language.prose)[:70]}" for hour in range(9, 17)
    )


def _dates(rng: random.Random) -> str:
    return "\n".join(
        f"{rng.randrange(1, 29):02}.{rng.randrange(1, 13):02}.{rng.randrange(2015, 2027)} – "
        f"20{rng.randrange(15, 27)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
        f"T10:{rng.randrange(60):02}:15+02:00"
        for _ in range(12)
    )


_TOOLS = (
    "Google Classroom",
    "Microsoft Teams",
    "Khan Academy",
    "Learning Apps",
    "Green Screen",
    "Book Creator",
    "Story Jumper",
    "Mentimeter Basic",
    "Canva Education",
    "Moodle Cloud",
    "Kahoot Studio",
    "Scratch Junior",
)


def _tools(rng: random.Random, language: Language) -> str:
    rows = [
        f"{number}. {tool} – {rng.choice(language.prose)[:50]}"
        for number, tool in enumerate(rng.sample(_TOOLS, k=9), 1)
    ]
    return "\n".join(rows)


def _subtitles(rng: random.Random, language: Language) -> str:
    return "\n\n".join(
        f"{number}\n00:00:{number:02},000 --> 00:00:{number + 1:02},500\n{rng.choice(language.prose)[:50]}"
        for number in range(1, 20)
    )


def _poets() -> str:
    return (
        "Rainis (Jānis Pliekšāns) was born on 11 September 1865, Aspazija was born on 16 March 1865.\n"
        "Johann Sebastian Bach, geboren am 31.03.1685; Marie Curie, née le 7 novembre 1867.\n"
    )


def _schools(rng: random.Random) -> str:
    """A list of participants, but the participants are schools."""
    rows = ["List of participants", "Name\tSchool type\tE-mail\tPhone"]
    rows += [
        f"{place} {rng.choice(_SCHOOLS)}\tgeneral\toffice@{numbers.digits(rng, 3)}.example.org\t"
        for place in rng.sample(_PLACES, k=8)
    ]
    return "\n".join(rows)


def _authors(rng: random.Random, language: Language, person: Person) -> str:
    names = [" ".join(person(rng, language)) for _ in range(5)]
    return f"{', '.join(names[:4])}\n{names[4]}, editor\n\n" + "\n".join(language.prose)


_FAMOUS = (
    "Albert Einstein",
    "Marie Curie",
    "Isaac Newton",
    "Leonardo Vinci",
    "Ada Lovelace",
    "Nikola Tesla",
    "Maria Montessori",
    "Charles Darwin",
    "Galileo Galilei",
    "Johann Kepler",
)


def _famous(rng: random.Random) -> str:
    rows = ["Name\tLived\tKnown for"]
    for name in rng.sample(_FAMOUS, k=6):
        born = rng.randrange(1450, 1880)
        rows.append(f"{name}\t{born}–{born + 60}\tscience")
    return "\n".join(rows)


def _glossary(rng: random.Random, language: Language) -> str:
    terms = (
        "Formative Assessment",
        "Peer Learning",
        "Inquiry Cycle",
        "Growth Mindset",
        "Flipped Classroom",
        "Exit Ticket",
    )
    return "Name\tMeaning\n" + "\n".join(
        f"{term}\t{rng.choice(language.prose)[:60]}" for term in rng.sample(terms, k=6)
    )


def _towns(rng: random.Random) -> str:
    towns = (
        "Aix Provence",
        "Santa Coloma",
        "Baden Württemberg",
        "Jelenia Góra",
        "Ventspils Osta",
        "Nova Gorica",
        "Stara Zagora",
    )
    rows = [f"{town}\t{rng.randrange(10_000, 900_000)}\t{rng.uniform(40, 60):.4f}" for town in rng.sample(towns, k=7)]
    return "Name\tInhabitants\tLatitude\n" + "\n".join(rows)
