"""Files that were bent on the way: never a crash of the service, never a hang, and every answer is an answer."""

import random
from pathlib import Path

from services.validator.checks import FORMAT, PERSONAL_DATA
from services.validator.domain import Specimen
from services.validator.formats import FORMATS
from services.validator.sandbox.pool import Pool
from tests.unit.validator import samples

SEEDS = 4


def bent(data: bytes, rng: random.Random) -> bytes:
    """Flip some bytes, or cut, or double a piece."""
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 20)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    if rng.random() < 0.3:
        del changed[rng.randrange(len(changed)) :]
    if rng.random() < 0.3:
        at = rng.randrange(len(changed) + 1)
        changed[at:at] = changed[: rng.randrange(len(changed) + 1)]
    return bytes(changed) or b"x"


async def test_bent_files_of_every_format_get_an_answer(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    pool = Pool(2)
    await pool.start()
    try:
        for extension in FORMATS:
            for number in range(SEEDS):
                path = tmp_path / f"{number}.{extension}"
                path.write_bytes(bent(samples.content(extension), rng))
                specimen = Specimen(path=str(path), name=path.name, size=path.stat().st_size)
                for check in (FORMAT, PERSONAL_DATA):
                    examined = await pool.examine(check, specimen)
                    assert examined.check == check.name
                    assert not examined.error, (seed, extension, examined)
    finally:
        await pool.close()
