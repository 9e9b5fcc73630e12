"""Seeded mutations of good and of dangerous files: always an answer in time, from children that live on.

Hints on quality may fail on a file that the format check would have stopped; the child must not.

RESULTS_FUZZ_SEEDS says how many seeds (200; `make fuzz` takes 10,000), RESULTS_FUZZ_FIRST where they begin, so that a
failure can be seen again.
"""

import os
import random
import time
from pathlib import Path

from services.validator.checks import FORMAT, PERSONAL_DATA, QUALITY
from services.validator.domain import Examination, Specimen
from services.validator.formats import FORMATS
from services.validator.sandbox.pool import JOBS_PER_CHILD_MAX, Pool
from tests.component.validator.test_hostile_files import bent
from tests.unit.validator import samples
from tests.unit.validator.test_dangerous_content import PACKAGE_OBJECT, word

SEEDS = int(os.environ.get("RESULTS_FUZZ_SEEDS", "200"))
FIRST = int(os.environ.get("RESULTS_FUZZ_FIRST", "1"))
_EXTENSIONS = tuple(FORMATS)
_NESTED = word("word/embeddings/oleObject1.bin", PACKAGE_OBJECT)


def specimen_of(seed: int, folder: Path) -> Specimen:
    """Write the file of a seed."""
    rng = random.Random(seed)
    extension = _EXTENSIONS[seed % len(_EXTENSIONS)]
    good = _NESTED if extension == "docx" and rng.random() < 0.5 else samples.content(extension)
    path = folder / f"{seed}.{extension}"
    path.write_bytes(bent(good, rng))
    return Specimen(path=str(path), name=path.name, size=path.stat().st_size)


async def test_every_seed_gets_an_answer_in_time(tmp_path: Path) -> None:
    pool = Pool(1)
    await pool.start()
    try:
        for seed in range(FIRST, FIRST + SEEDS):
            specimen = specimen_of(seed, tmp_path)
            for check in (FORMAT, PERSONAL_DATA, QUALITY):
                began = time.monotonic()
                examined: Examination = await pool.examine(check, specimen)
                assert not examined.error or check is QUALITY, (seed, specimen.name, examined)
                assert time.monotonic() - began < check.deadline_seconds, (seed, specimen.name)
            os.unlink(specimen.path)
    finally:
        await pool.close()
    worn_out = 3 * SEEDS // JOBS_PER_CHILD_MAX + 1
    assert pool.replaced <= worn_out
