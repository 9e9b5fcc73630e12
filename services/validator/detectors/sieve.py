"""Where in a text a closer look may find something: what is sifted out here costs no Python at all.

Two kinds of places are worth a look: numbers whose form stands for itself, and the neighbourhood of words that announce
a number. Both are found by automata in linear time (RE2), in more places than needed and never in fewer: the detectors
judge what stands there exactly as if they had read everything.
"""

from collections.abc import Iterable, Iterator

from services.validator.detectors import checksums, contact, identity, papers
from services.validator.detectors.automata import compiled, superset
from services.validator.text import Block

REACH_CHARACTERS = 120
STRETCH_CHARACTERS = 210
Span = tuple[int, int]

_GROUPED = r"[2-6][0-9]{3}[ ?-][0-9]{4}[ ?-][0-9]{4}[ ?-][0-9]{4}|3[47][0-9]{2}[ ?-][0-9]{6}[ ?-][0-9]{5}"
_JOINED = (
    r"[0-3][0-9]{5} ?[-?] ?[0-9]{5}|[0-9]{6}[-+A-FU-Y][0-9]{3}[0-9A-Y]|(?:[0-9]{2})?[0-9]{6}[-+][0-9]{4}|"
    r"[0-9]{6}/[0-9]{4}|[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}[ .-][0-9]{2}|756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}"
)
_FRENCH = ("[12]", "[0-9]{2}", "[0-9]{2}", "[0-9AB]{2}", "[0-9]{3}", "[0-9]{3}", "[ .]?[0-9]{2}")
_LETTERED = r"[A-Z]{6}[0-9]{2}[A-Z0-9]{8}|[A-Z]{2}[0-9]{2}(?:[ ?-]?[A-Z0-9]){11}"
_CALLED = r"00[1-9](?:[ ?().\-/]{0,2}[0-9]){7,13}"
_DIGITS_ALONE = bytes(byte if 48 <= byte <= 57 else 32 for byte in range(256))
_SHAPES = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_BETWEEN_GROUPS = (b" ", b"?", b"-")
_STRETCH_BYTES = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ./+()- ?"


def _french() -> Iterator[str]:
    """Give the forms of a French number that are more than a run of digits: each gap once as the first one."""
    yield " ?".join(_FRENCH).replace("9AB]{2}", "9][AB]")
    yield "".join(_FRENCH).replace("[ .]?", "[ .]")
    for at in range(1, len(_FRENCH) - 1):
        yield f"{''.join(_FRENCH[:at])} {' ?'.join(_FRENCH[at:])}"


_LONG = compiled("[0-9]{11}")
_WORDS = compiled(*map(superset, (identity.WORDS, contact.WORDS, papers.DOCUMENT_WORDS, papers.BIRTH_WORDS)))
_HEADINGS = compiled(
    *map(
        superset,
        (
            identity.WORDS,
            contact.WORDS,
            contact.HEADS,
            papers.DOCUMENT_WORDS,
            papers.DOCUMENT_HEADS,
            papers.BIRTH_WORDS,
        ),
    )
)
_STREETS = compiled(superset(papers.STREET))
_WRITTEN = compiled(rf"\b(?:{'|'.join((_JOINED, *_french(), _CALLED))})\b")
_CARDS = compiled(rf"\b(?:{_GROUPED})\b")
_CAPITALS = compiled(rf"\b(?:{_LETTERED})")


def spans(block: Block) -> list[Span]:
    """Return where to look, in order and apart from each other; everywhere when nobody knows what its headings say."""
    text = block.text
    cells = _announced_cells(block)
    if cells is None:
        return [(0, len(text))]
    ascii_only = text.encode("ascii", "replace")
    near = [(start - REACH_CHARACTERS, end + REACH_CHARACTERS) for start, end in _announcements(text)]
    widened = (_widened(span, ascii_only) for span in (*near, *_standing(ascii_only)))
    return list(_merged(sorted((*cells, *widened))))


def _announced_cells(block: Block) -> list[Span] | None:
    """Return the cells whose headings announce numbers; None when any place may be one."""
    if block.headings is None:
        return None
    if not _announces(block.headings):
        return []
    return None if block.under is None else list(block.under(_announces))


def _announces(headings: str) -> bool:
    return bool(headings) and _HEADINGS.search(_lowered(headings).encode("utf-8", "replace")) is not None


def counts_of_runs(text: str, lengths: Iterable[int]) -> dict[int, int]:
    """Return how many runs of digits of each of these lengths there are."""
    runs = text.encode("ascii", "replace").translate(_SHAPES).split()
    return {length: runs.count(b"0" * length) for length in lengths}


def _standing(text: bytes) -> Iterator[Span]:
    """Find what stands for itself: a form with check digits that may be right, or one that is rare."""
    yield from _bare(text)
    for match in _CARDS.finditer(text):
        if _stands_alone(text, *match.span()) and checksums.luhn(match.group().translate(None, b" ?-")):
            yield match.span()
    for pattern in (_WRITTEN, _CAPITALS):
        yield from (match.span() for match in pattern.finditer(text))


def _stands_alone(text: bytes, start: int, end: int) -> bool:
    """Say whether no further group of digits stands beside groups: those are columns of a table."""
    before, behind = text[max(start - 2, 0) : start], text[end : end + 2]
    return not (
        (before[1:] in _BETWEEN_GROUPS and before[:1].isdigit())
        or (behind[:1] in _BETWEEN_GROUPS and behind[1:].isdigit())
    )


def _bare(text: bytes) -> Iterator[Span]:
    """Find runs of digits with a date and check digits, and those of cards."""
    if _LONG.search(text) is None:
        return
    digits = b" " + text.translate(_DIGITS_ALONE) + b" "
    at = 0
    for run in checksums.possible(digits.split()):
        at = digits.find(b" " + run + b" ", at)
        yield at, at + len(run)
        at += len(run)


def _announcements(text: str) -> Iterator[Span]:
    lowered = _lowered(text)
    encoded = lowered.encode("utf-8", "replace")
    for pattern in (_WORDS, _STREETS):
        at_byte = at = 0
        for match in pattern.finditer(encoded):
            start, end = match.span()
            if len(encoded) != len(lowered):
                at += len(encoded[at_byte:start].decode("utf-8", "ignore"))
                at_byte = start
                yield at, at + end - start
            else:
                yield start, end


def _lowered(text: str) -> str:
    """Return small letters, one for each: one capital of Turkish has two small ones."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.replace("\u0130", "i").lower()


def _widened(span: Span, text: bytes) -> Span:
    """Take in the whole stretch of digits, capitals and signs at both ends."""
    start, end = max(span[0], 0), min(span[1], len(text))
    before, behind = text[max(start - STRETCH_CHARACTERS, 0) : start], text[end : end + STRETCH_CHARACTERS]
    before_it = len(before) - len(before.rstrip(_STRETCH_BYTES))
    return start - before_it, end + len(behind) - len(behind.lstrip(_STRETCH_BYTES))


def _merged(widened: Iterable[Span]) -> Iterator[Span]:
    first, last = -1, -1
    for start, end in widened:
        if start <= last:
            last = max(last, end)
            continue
        if last >= 0:
            yield first, last
        first, last = start, end
    if last >= 0:
        yield first, last
