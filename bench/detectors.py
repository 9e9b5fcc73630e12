"""`python -m bench.detectors`: how much text a second the search for personal data reads, on one core."""

import random
import time
from collections.abc import Callable

import re2

from bench.figures import Figure, show
from services.validator.checks.personal_data import Findings
from services.validator.text import BLOCK_CHARACTERS, Block

MEGABYTES = 1.0
ROUNDS = 3
SPEED_TARGET = 20.0
REFERENCE = "decode, small letters, one RE2"
_TEXT = (
    "projekts mērķis skolēni prasmes vide rokasgrāmata paņēmieni izmēģināti skolotāji bērni grupās uzdevums "
    "atbalsta darbu learning teachers methods handbook partners schools results activities training developed "
    "during which together materiāli sadarbība pieredze metodes iespējas vērtēšana izglītība digital skills "
    "European Union Rīga Kuldīga"
)
_WORDS = tuple(_TEXT.split())


def prose(rng: random.Random, size: int) -> str:
    """Sentences in two languages, with a year, a share or a name here and there, in lines of about 100 characters."""
    pieces: list[str] = []
    length = 0
    while length < size:
        sentence = " ".join(rng.choices(_WORDS, k=rng.randrange(6, 18))).capitalize()
        if rng.random() < 0.25:
            sentence += rng.choice((f" {rng.randrange(1990, 2026)}", f" ({rng.randrange(100)} %)", " Anna Kalna"))
        pieces.append(sentence + (".\n" if rng.random() < 0.5 else ". "))
        length += len(pieces[-1])
    return "".join(pieces)


def table(rng: random.Random, size: int, digits: int) -> str:
    """Rows of eight numbers of about that length."""
    row = size // (8 * (digits + 1))
    return "\n".join("\t".join(str(rng.randrange(10**digits)) for _ in range(8)) for _ in range(row))


def mixed(rng: random.Random, size: int, separator: str) -> str:
    """Rows of words, a date, a place, a code, a share, and numbers as long as those of a person and of a card."""
    rows: list[str] = []
    length = 0
    while length < size:
        day = f"{rng.randrange(1, 29):02}.{rng.randrange(1, 13):02}.{rng.randrange(2015, 2026)}"
        cells = (*rng.choices(_WORDS, k=2), day, rng.choice(_WORDS).capitalize(), f"KA-{rng.randrange(10**5):05}",
                 f"{rng.uniform(0, 100):.2f}", str(rng.randrange(10**11)), str(rng.randrange(10**16)))  # fmt: skip
        rows.append(separator.join(cells))
        length += len(rows[-1]) + 1
    return "\n".join(rows)


KINDS: dict[str, Callable[[random.Random, int], str]] = {
    "prose, lv and en": prose,
    "table of short numbers": lambda rng, size: table(rng, size, 6),
    "table of 11 digits": lambda rng, size: table(rng, size, 11),
    "table of 13 digits": lambda rng, size: table(rng, size, 13),
    "table of 15 digits": lambda rng, size: table(rng, size, 15),
    "table of 16 digits": lambda rng, size: table(rng, size, 16),
    "csv of words, dates and all of these": lambda rng, size: mixed(rng, size, ","),
    "the same with tabs": lambda rng, size: mixed(rng, size, "\t"),
}


def speed(text: str) -> float:
    """Return megabytes of UTF-8 a second of processor time, in blocks as a reader gives them."""
    blocks = [Block(text[at : at + BLOCK_CHARACTERS]) for at in range(0, len(text), BLOCK_CHARACTERS)]
    findings = Findings()
    began = time.thread_time()
    for block in blocks:
        findings.take(block)
    return len(text.encode()) / 1e6 / (time.thread_time() - began)


def reference(content: bytes) -> float:
    """Return the same for the least that can be done with a text: to decode it and to look for one word."""
    word = re2.compile(rb"\bnowhere (?:at all|in sight)\b")
    began = time.thread_time()
    assert word.search(content.decode().lower().encode()) is None
    return len(content) / 1e6 / (time.thread_time() - began)


def figures(megabytes: float = MEGABYTES) -> list[Figure]:
    """Measure each kind of text, the best of some rounds: whoever else is there only makes it slower."""
    measured = []
    for kind, make in KINDS.items():
        text = make(random.Random(5), int(megabytes * 1e6))
        content = text.encode()
        bare, best = (
            max(reference(content) for _ in range(ROUNDS)),
            max(speed(text) for _ in range(ROUNDS)),
        )
        measured.append(Figure(name=f"personal data in {kind}", value=best, unit="MB/s", reference=bare,
                               reference_name=REFERENCE, target=SPEED_TARGET, better="higher"))  # fmt: skip
    return measured


def main() -> None:
    show(figures(4 * MEGABYTES), ["megabytes of text a second of one core's time"])


if __name__ == "__main__":
    main()
