"""Check digits by tables: most numbers of a table are told to be nothing by these, in a fraction of a microsecond.

They let through whatever the exact validators of `identity` and `bank` accept as standing for itself, and some more.
The first four digits decide for three in four; the sums of the others come from tables of three or four digits.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from operator import mul

_LONGEST = 19
_ZERO = 48
_LAST_CENTURY = _ZERO + 2
_BITS, _MASK = 12, (1 << 12) - 1


def _numbers(*ranges: range, size: int = 2) -> frozenset[bytes]:
    return frozenset(b"%0*d" % (size, number) for one in ranges for number in one)


def _joined(*parts: Iterable[bytes]) -> frozenset[bytes]:
    return frozenset(map(b"".join, product(*parts)))


_MONTHS, _DAYS, _ANY = _numbers(range(1, 13)), _numbers(range(1, 32)), _numbers(range(100))
_MONTH_AND_DAY = _joined(_MONTHS, _DAYS)
_DAY_AND_MONTH = _joined(_DAYS, _MONTHS)
_YEAR_AND_MONTH = _joined(_numbers(range(1, 9), size=1), _ANY, (b"0", b"1"))
_NORWEGIAN = _joined(_numbers(range(1, 32), range(41, 72)), _MONTHS)
_LATVIAN_WITHOUT_DATE = _joined((b"32",), _ANY)
_MAESTRO = frozenset((b"5018", b"5020", b"5038", b"5893", b"6304", b"6759", b"6761", b"6762", b"6763"))
_VISA = _joined(_numbers(range(40, 50)), _ANY)
_SIXTEEN = (
    _VISA
    | _joined(_numbers(range(51, 56)), _ANY)
    | _numbers(range(2221, 2721), range(3528, 3590), range(6440, 6600), size=4)
    | frozenset((b"6011",))
)
_CARDS: dict[int, frozenset[bytes]] = {
    **dict.fromkeys(range(13, _LONGEST + 1), _MAESTRO),
    14: _MAESTRO | _numbers(range(3000, 3060), range(3600, 3700), range(3800, 3900), size=4),
    15: _MAESTRO | _joined((b"34", b"37"), _ANY),
    16: _MAESTRO | _SIXTEEN,
    19: _MAESTRO | _VISA,
}
_FRENCH = _numbers(range(1000, 3000), size=4)
_HEADS = [_CARDS.get(size, frozenset()) for size in range(_LONGEST + 1)]
_HEADS[11] = _LATVIAN_WITHOUT_DATE | _NORWEGIAN | _YEAR_AND_MONTH
_HEADS[13] |= _DAY_AND_MONTH | _numbers(range(1900, 2100), size=4) | _YEAR_AND_MONTH
_HEADS[15] |= _FRENCH


def possible(runs: Sequence[bytes]) -> list[bytes]:
    """Return the runs of digits that may be a dated identification number or the number of a card."""
    heads = _HEADS
    try:
        likely = [run for run in runs if run[:4] in heads[len(run)]]
    except IndexError:
        likely = [run for run in runs if len(run) <= _LONGEST and run[:4] in heads[len(run)]]
    return [run for run in likely if _RULES.get(len(run), _card)(run)]


def luhn(digits: bytes) -> bool:
    """Say whether the last digit of at most twenty is right by Luhn's rule."""
    sums = _LUHN
    return (
        sums[digits[-4:]]
        + sums[digits[-8:-4]]
        + sums[digits[-12:-8]]
        + sums[digits[-16:-12]]
        + sums[digits[:-16]]
    ) % 10 == 0  # fmt: skip


def company(digits: str) -> bool:
    """Say whether eleven digits end like the number of a Latvian company."""
    total: int = sum(map(mul, _COMPANY, map(int, digits)))
    return total % 11 == 3


def _eleven(run: bytes) -> bool:
    """Latvian, Estonian and Lithuanian, and Norwegian numbers."""
    head, is_dated = run[:4], run[3:7] in _MONTH_AND_DAY
    if not is_dated and head not in _NORWEGIAN and head not in _LATVIAN_WITHOUT_DATE:
        return False
    sums, check = _FIRST[run[:3]] + _SECOND[run[3:6]] + _THIRD[run[6:9]] + _TENTH[run[9:10]], run[10] - _ZERO
    if (1 + (sums & _MASK)) % 11 % 10 == check and (
        head in _LATVIAN_WITHOUT_DATE or (head in _DAY_AND_MONTH and run[6] <= _LAST_CENTURY)
    ):
        return True
    if is_dated:
        baltic = (sums >> _BITS & _MASK) % 11
        if baltic == 10:
            baltic = (sums >> 2 * _BITS & _MASK) % 11 % 10
        if baltic == check:
            return True
    return head in _NORWEGIAN and _is_norwegian(sums, check)


def norwegian(run: bytes) -> bool:
    """Say whether both check digits are right by the rules of Norway."""
    sums = _FIRST[run[:3]] + _SECOND[run[3:6]] + _THIRD[run[6:9]] + _TENTH[run[9:10]]
    return _is_norwegian(sums, run[10] - _ZERO)


def _is_norwegian(sums: int, check: int) -> bool:
    return not (sums >> 3 * _BITS & _MASK) % 11 and not ((sums >> 4 * _BITS & _MASK) + check) % 11


def _thirteen(run: bytes) -> bool:
    """Romanian, Slovene and Luxembourgish numbers, and cards."""
    return (
        (run[3:7] in _MONTH_AND_DAY and _is_romanian(run))
        or (run[4] in _SLOVENE_CENTURIES and run[:4] in _DAY_AND_MONTH and _is_slovene(run))
        or (run[4:8] in _MONTH_AND_DAY and luhn(run[:12]))
        or _card(run)
    )


def _is_romanian(run: bytes) -> bool:
    sums: int = sum(map(mul, _ROMANIAN, run)) - _ZERO * sum(_ROMANIAN)
    return run[12] - _ZERO == (1 if sums % 11 == 10 else sums % 11)


def _is_slovene(run: bytes) -> bool:
    sums: int = sum(map(mul, _SLOVENE, run)) - _ZERO * sum(_SLOVENE)
    return run[12] - _ZERO == -sums % 11 % 10


def _fifteen(run: bytes) -> bool:
    """French numbers, and cards."""
    return (run[:4] in _FRENCH and (int(run[:13]) + int(run[13:])) % 97 == 0) or _card(run)


def _card(run: bytes) -> bool:
    return run[:4] in _CARDS[len(run)] and luhn(run)


def _luhn_sums() -> Iterator[tuple[bytes, int]]:
    for size in range(5):
        for digits in product(range(10), repeat=size):
            doubled = sum(2 * one // 10 + 2 * one % 10 for one in digits[-2::-2])
            yield _written(digits), sum(digits[::-2]) + doubled


def _weighed(at: int, size: int) -> dict[bytes, int]:
    """Return for so many digits at a place what they add to the sum of each rule, twelve bits for each."""
    weights = [rule[at : at + size] for rule in _RULES_OF_ELEVEN]
    return {
        _written(digits): sum(sum(map(mul, own, digits)) << (_BITS * place) for place, own in enumerate(weights))
        for digits in product(range(10), repeat=size)
    }


def _written(digits: tuple[int, ...]) -> bytes:
    return bytes(_ZERO + digit for digit in digits)


_COMPANY = (9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1)
_ROMANIAN = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
_SLOVENE = (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_SLOVENE_CENTURIES = b"09"
_RULES_OF_ELEVEN = (
    (10, 5, 8, 4, 2, 1, 6, 3, 7, 9),
    (1, 2, 3, 4, 5, 6, 7, 8, 9, 1),
    (3, 4, 5, 6, 7, 8, 9, 1, 2, 3),
    (3, 7, 6, 1, 8, 9, 4, 5, 2, 1),
    (5, 4, 3, 2, 7, 6, 5, 4, 3, 2),
)
_FIRST, _SECOND, _THIRD, _TENTH = (_weighed(at, size) for at, size in ((0, 3), (3, 3), (6, 3), (9, 1)))
_LUHN = dict(_luhn_sums())
_RULES: dict[int, Callable[[bytes], bool]] = {11: _eleven, 13: _thirteen, 15: _fifteen}
