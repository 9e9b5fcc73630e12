"""Good files of every format that were cut short, flipped in some bits, doubled or mixed on the way."""

import random
from collections.abc import Iterator

from services.validator.formats import FORMATS
from tests.hostile import Hostile
from tests.unit.validator import samples

SHARES = (0.05, 0.3, 0.6, 0.9, 0.99)
FLIPPED = 5


def files(seed: int) -> Iterator[Hostile]:
    """Five cuts and five files with flipped bits of each of the 21 formats."""
    for extension in FORMATS:
        good = samples.content(extension)
        for share in SHARES:
            yield Hostile(name=f"cut-at-{share}.{extension}", data=good[: max(int(len(good) * share), 1)], is_bad=False)
        for number in range(FLIPPED):
            rng = random.Random(f"{seed} {extension} {number}")
            yield Hostile(name=f"flipped-{number}.{extension}", data=flipped(good, rng), is_bad=False)


def flipped(data: bytes, rng: random.Random) -> bytes:
    """Flip one bit in some bytes."""
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 12)):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def bent(data: bytes, rng: random.Random) -> bytes:
    """Change some bytes; now and then cut, double a piece, or swap two pieces."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 20))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    if rng.random() < 0.2:
        del changed[rng.randrange(len(changed)) :]
    if rng.random() < 0.2 and changed:
        at = rng.randrange(len(changed) + 1)
        changed[at:at] = changed[: rng.randrange(len(changed) + 1)]
    if rng.random() < 0.1 and len(changed) > 64:
        one, two = sorted(rng.sample(range(len(changed) - 32), 2))
        changed[one : one + 32], changed[two : two + 32] = changed[two : two + 32], changed[one : one + 32]
    return bytes(changed) or b"x"
