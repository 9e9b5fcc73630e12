"""Seeded mutations of good and bad files: always an answer in time, from children that live on, and no bad one passes.

Bad is what a judge says by other means than the validator's (`tests/hostile/judges.py`). RESULTS_FUZZ_SEEDS says how
many seeds (200; `make fuzz` takes 10,000), RESULTS_FUZZ_FIRST where they begin, so that a failure can be seen again;
RESULTS_FUZZ_KEEP names a folder for the files that went wrong.
"""

import asyncio
import os
import random
from collections.abc import Iterator
from pathlib import Path

from local.servers import ClamdServer
from services.validator.checks import QUALITY
from services.validator.formats import FORMATS
from shared.contracts.verdict import VerdictOutcome
from tests.hostile import Hostile, folder, gate
from tests.hostile.mutation import mutated
from tests.unit.validator import samples

SEEDS = int(os.environ.get("RESULTS_FUZZ_SEEDS", "200"))
FIRST = int(os.environ.get("RESULTS_FUZZ_FIRST", "1"))
KEEP = os.environ.get("RESULTS_FUZZ_KEEP", "")
AT_ONCE = 4
WRONG_MAX = 20


def originals() -> list[Hostile]:
    """Every bad file that a judge can judge, and a good one of each format."""
    good = [Hostile(name=f"good.{one}", data=samples.content(one), is_bad=False) for one in FORMATS]
    return [*folder.known_bad(), *good]


async def test_every_mutation_gets_an_answer_in_time_and_no_bad_one_passes(
    clamd_server: ClamdServer, tmp_path: Path
) -> None:
    print(f"seeds {FIRST} to {FIRST + SEEDS - 1}")
    known, still_bad = originals(), 0
    wrong: list[object] = []
    seeds = iter(range(FIRST, FIRST + SEEDS))

    async def work(left: Iterator[int]) -> None:
        nonlocal still_bad
        for seed in left:
            one = known[seed % len(known)]
            data = mutated(one, random.Random(seed))
            path = tmp_path / f"{seed}.{one.extension}"
            path.write_bytes(data)
            answer = await door.judged(path, path.name)
            path.unlink()
            is_bad = one.judge is not None and await asyncio.to_thread(one.judge, data)
            still_bad += is_bad
            passed = is_bad and answer.outcome is VerdictOutcome.PASSED
            if passed or answer.unfinished - {QUALITY.name} or answer.seconds > gate.SECONDS_MAX:
                wrong.append((seed, one.name, answer))
                _keep(seed, one.name, data)
            if len(wrong) >= WRONG_MAX:
                return

    async with gate.opened(str(clamd_server.socket_path)) as door:
        await asyncio.gather(*(work(seeds) for _ in range(AT_ONCE)))
        lost = door.lost

    print(f"{still_bad} of {SEEDS} were still bad")
    assert wrong == []
    assert lost == 0
    assert still_bad > SEEDS // 4, "mutations that break everything prove nothing"


def _keep(seed: int, name: str, data: bytes) -> None:
    if KEEP:
        (Path(KEEP) / f"{seed}-{name}").write_bytes(data)
