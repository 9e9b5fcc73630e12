"""`python -m bench.detectors`: how much text a second the search for personal data reads, on one core."""

import random
import time
from collections.abc import Callable

from services.validator.checks.personal_data import Findings
from services.validator.text import BLOCK_CHARACTERS, Block

MEGABYTES = 4
_WORDS = (
    "projekts mērķis skolēni prasmes vide rokasgrāmata paņēmieni izmēģināti skolotāji bērni grupās uzdevums atbalsta "
    "darbu "
    "learning teachers methods handbook partners schools results activities training developed during which together "
    "materiāli sadarbība pieredze metodes iespējas vērtēšana izglītība digital skills European Union Rīga Kuldīga"
)


def prose(rng: random.Random, size: int) -> str:
    """Sentences in two languages, with a year, a share or a name here and there, in lines of about 100 characters."""
    words = _WORDS.split()
    pieces: list[str] = []
    length = 0
    while length < size:
        sentence = " ".join(rng.choices(words, k=rng.randrange(6, 18))).capitalize()
        if rng.random() < 0.25:
            sentence += rng.choice((f" {rng.randrange(1990, 2026)}", f" ({rng.randrange(100)} %)", " Anna Kalna"))
        pieces.append(sentence + (".\n" if rng.random() < 0.5 else ". "))
        length += len(pieces[-1])
    return "".join(pieces)


def table(rng: random.Random, size: int, digits: int) -> str:
    """Rows of eight numbers of about that length."""
    row = size // (8 * (digits + 1))
    return "\n".join("\t".join(str(rng.randrange(10**digits)) for _ in range(8)) for _ in range(row))


def speed(text: str) -> float:
    """Return megabytes of UTF-8 a second of processor time, in blocks as a reader gives them."""
    findings = Findings()
    began = time.thread_time()
    for at in range(0, len(text), BLOCK_CHARACTERS):
        findings.take(Block(text[at : at + BLOCK_CHARACTERS]))
    return len(text.encode()) / 1e6 / (time.thread_time() - began)


def main() -> None:
    size = MEGABYTES * 1_000_000
    kinds: dict[str, Callable[[random.Random], str]] = {
        "prose, lv and en": lambda rng: prose(rng, size),
        "table of short numbers": lambda rng: table(rng, size, 6),
        "table of 11 digits": lambda rng: table(rng, size, 11),
        "table of 16 digits": lambda rng: table(rng, size, 16),
    }
    for kind, make in kinds.items():
        text = make(random.Random(5))
        best = max(speed(text) for _ in range(3))
        print(f"{kind:24} {best:7.1f} MB/s")


if __name__ == "__main__":
    main()
