"""What is sifted out before the detectors look: never anything that they would find."""

import random
import re
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from stdnum import luhn
from stdnum.lv import pvn

from bench.detectors import prose, table
from services.validator.detectors import checksums, contact, identity, papers, people
from services.validator.detectors.automata import compiled, superset
from services.validator.detectors.search import search
from services.validator.detectors.vocabulary import LIST_TITLES, SIGN_HEADINGS, any_of
from services.validator.text import Block, plain
from services.validator.text.cells import Cells
from tests.eval import numbers
from tests.eval.blind import BLIND
from tests.eval.cases import all_cases
from tests.eval.fresh import FRESH

_APART = "\n" + "words that announce nothing stand between two texts, line by line and far enough\n" * 5
_FROM_SCRATCH = 11
_PATTERNS = (
    identity.WORDS,
    contact.WORDS,
    papers.DOCUMENT_WORDS,
    papers.BIRTH_WORDS,
    papers.STREET,
    people.NAME_WORDS,
    people.OTHER_WORDS,
    any_of(LIST_TITLES),
    any_of(SIGN_HEADINGS),
)


def found(text: str, headings: str | None = "") -> set[tuple[str, str, int]]:
    """Return what is found; with `None` for the headings nothing is sifted out."""
    return {(hit.code, hit.value, hit.start) for hit in search(Block(text, headings=headings))}


def test_nothing_of_the_labelled_sets_is_sifted_out() -> None:
    for case in chain(all_cases(rounds=2), all_cases(rounds=1, languages=BLIND)):
        text = f"{_APART}{case.text}{_APART}"
        assert found(text) == found(text, None), case


def test_nothing_of_random_prose_and_tables_is_sifted_out() -> None:
    rng = random.Random(_FROM_SCRATCH)
    for text in (prose(rng, 100_000), *(table(rng, 100_000, digits) for digits in (6, 9, 11, 13, 15, 16))):
        assert found(text) == found(text, None)


def test_check_digits_let_through_whatever_stands_for_itself() -> None:
    rng = random.Random(_FROM_SCRATCH)
    for size in (11, 13, 15, 16):
        numbers = "\n".join(f"{rng.randrange(10**size):0{size}}" for _ in range(20_000))
        wanted = {value for code, value, _ in found(numbers, None) if code in ("national-id", "payment-card")}
        assert wanted
        assert wanted <= {run.decode() for run in checksums.possible(numbers.encode().split())}


def test_automata_find_whatever_the_patterns_find() -> None:
    exact = [re.compile(pattern) for pattern in _PATTERNS]
    wide = [compiled(superset(pattern)) for pattern in _PATTERNS]
    texts = chain(all_cases(rounds=1), all_cases(rounds=1, languages=BLIND), all_cases(rounds=1, languages=FRESH))
    for line in {line.lower() for case in texts for line in case.text.split("\n")}:
        for pattern, automaton in zip(exact, wide, strict=True):
            for match in pattern.finditer(line):
                assert automaton.search(line[: match.end()].encode()), (pattern, line)


def test_french_numbers_are_let_through_in_every_grouping() -> None:
    rng = random.Random(_FROM_SCRATCH)
    lines = []
    for _ in range(3_000):
        digits = (
            f"{rng.choice('12')}{rng.randrange(100):02}{rng.choice((1, 7, 12, 20, 42)):02}{rng.randrange(10**8):08}"
        )
        pieces = re.findall(r"(.)(..)(..)(..)(...)(...)(..)", f"{digits}{97 - int(digits) % 97:02}")[0]
        lines.append("".join(piece + rng.choice(("", "", " ")) for piece in pieces).strip())
    text = ";\n".join(lines)

    assert len(found(text, None)) > 1_000
    assert found(text) == found(text, None)


def test_cards_are_let_through_unless_they_are_columns_of_a_table() -> None:
    rng = random.Random(_FROM_SCRATCH)
    cards = [numbers.card(rng) for _ in range(500)]
    text = "\n".join(rng.choice((f"{card}", f"{card} 1234", f"12 {card}", f"x {card},", f"{card}-a")) for card in cards)

    assert len(found(text, None)) > 200
    assert found(text) == found(text, None)


def test_sums_from_tables_are_those_of_the_rules() -> None:
    rng = random.Random(_FROM_SCRATCH)
    for _ in range(20_000):
        eleven = f"{rng.randrange(10**11):011}"
        assert checksums.company(eleven) == (pvn.checksum(eleven) == 3)
        digits = str(rng.randrange(10 ** rng.randrange(2, 20)))
        assert checksums.luhn(digits.encode()) == luhn.is_valid(digits)


def test_a_heading_that_announces_numbers_makes_its_column_worth_a_look(tmp_path: Path) -> None:
    table_of_codes = tmp_path / "a.csv"
    table_of_codes.write_text("Skola;PESEL;Piezīmes\n" + "Kauno mokykla;44051401359;nav\n")
    (block,) = plain.read(str(table_of_codes))
    assert {hit.code for hit in search(block)} == {"national-id"}


_HEADINGS = ("Skola", "PESEL", "Mob. telefons", "Apliecības Nr.", "Dzimšanas datums", "Kods", "Pase", "Piezīmes")


def _cell(rng: random.Random, heading: str) -> str:
    return {
        "PESEL": lambda: numbers.identity(rng, "PL"),
        "Mob. telefons": lambda: rng.choice((f"2{rng.randrange(10**7):07}", numbers.phone(rng))),
        "Apliecības Nr.": lambda: f"PA{rng.randrange(10**7):07}",
        "Dzimšanas datums": lambda: f"{rng.randrange(1, 29)}.{rng.randrange(1, 13)}.19{rng.randrange(40, 99)}",
        "Kods": lambda: str(rng.randrange(10 ** rng.randrange(4, 16))),
        "Pase": lambda: rng.choice(("", f"LV{rng.randrange(10**7):07}")),
    }.get(heading, lambda: rng.choice(("Kauno mokykla", "nav", "tel. 29123456", "-", "1. klase")))()


@pytest.mark.parametrize("separator", [";", "\t", ",", ""])
def test_below_headings_that_announce_numbers_nothing_is_sifted_out(separator: str, tmp_path: Path) -> None:
    rng = random.Random(_FROM_SCRATCH)
    rows = [_HEADINGS, *([_cell(rng, heading) for heading in _HEADINGS] for _ in range(400))]
    if separator:
        path = tmp_path / "a.csv"
        path.write_text("".join(f"{separator.join(row)}\n" for row in rows))
        (block,) = plain.read(str(path))
    else:
        cells = Cells("1")
        for number, row in enumerate(rows, 1):
            for letter, value in zip("ABCDEFGH", row, strict=True):
                cells.add(letter, str(number), value, is_text=True)
            cells.end_row()
        block = cells.take()

    hits = {(hit.code, hit.value, hit.start) for hit in search(block)}

    assert {"national-id", "phone-number", "identity-document", "birth-date"} <= {code for code, _, _ in hits}
    assert hits == {(hit.code, hit.value, hit.start) for hit in search(replace(block, headings=None))}


def test_lines_are_told_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("first\nsecond\n\nfourth\n")
    (block,) = plain.read(str(path))

    assert [block.place(at).line for at in (0, 6, 7, 14, 5, 0, 13)] == [1, 2, 2, 4, 1, 1, 3]
