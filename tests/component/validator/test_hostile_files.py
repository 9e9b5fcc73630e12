"""A folder of hostile files through the whole gate: every one gets its answer in time, and no bad one passes.

RESULTS_FUZZ_FIRST is the seed of the bits that are flipped.
"""

import asyncio
import os
from pathlib import Path

from local.servers import ClamdServer
from shared.contracts.verdict import VerdictOutcome
from tests.hostile import Hostile, folder, gate

SEED = int(os.environ.get("RESULTS_FUZZ_FIRST", "1"))
AT_ONCE = 4
STOPPED = (VerdictOutcome.FAILED, VerdictOutcome.MALWARE)


async def test_every_hostile_file_gets_its_answer_in_time_and_no_bad_one_passes(
    clamd_server: ClamdServer, tmp_path: Path
) -> None:
    print(f"seed {SEED}")
    wrong: list[object] = []
    places = asyncio.Semaphore(AT_ONCE)

    async def judge(path: Path, one: Hostile) -> None:
        async with places:
            answer = await door.judged(path, one.name)
        if answer.unfinished or answer.seconds > gate.SECONDS_MAX or (one.is_bad and answer.outcome not in STOPPED):
            wrong.append((one.name, answer))

    async with gate.opened(str(clamd_server.socket_path)) as door:
        await asyncio.gather(*(judge(path, one) for path, one in folder.write(tmp_path, SEED)))
        lost = door.lost

    assert wrong == []
    assert lost == 0


def test_the_second_opinion_knows_every_bad_file_that_mutations_begin_with() -> None:
    assert [one.name for one in folder.known_bad() if not (one.judge and one.judge(one.data))] == []
