"""The gate as the service has it, without queue and store: both pools of children, the scanner and the policy."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.validator import policy
from services.validator.adapters.clamav import ClamdScanner
from services.validator.checks import SANDBOXED
from services.validator.domain import Specimen
from services.validator.engine import Examiner
from services.validator.sandbox.pool import JOBS_PER_CHILD_MAX, Lane, Pool
from shared.contracts.verdict import CheckOutcome, VerdictOutcome

LIMIT_BYTES = 104_857_600
SECONDS_MAX = sum(check.deadline_seconds for check in SANDBOXED.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one file: outcome, codes of its findings, checks that did not end, and how long it took."""

    outcome: VerdictOutcome
    codes: frozenset[str]
    unfinished: frozenset[str]
    seconds: float


@dataclass(slots=True, kw_only=True)
class Gate:
    """Judges files that lie on disk."""

    examiner: Examiner
    scanner: ClamdScanner
    pools: tuple[Pool, Pool]
    jobs: int = 0

    async def judged(self, path: Path, name: str) -> Answer:
        """Judge one file under a name."""
        began, data = time.monotonic(), await asyncio.to_thread(path.read_bytes)
        self.jobs += 1
        async with self.scanner.session() as session:
            await session.send(data)
            made = await self.examiner(Specimen(path=str(path), name=name, size=len(data)), session)
        return Answer(
            outcome=policy.verdict(made.checks),
            codes=frozenset(found.code for check in made.checks for found in check.findings),
            unfinished=frozenset(check.check for check in made.checks if check.outcome is CheckOutcome.ERROR),
            seconds=time.monotonic() - began,
        )

    @property
    def lost(self) -> int:
        """How many children were replaced beyond those that had served their time."""
        worn_out = 3 * self.jobs // JOBS_PER_CHILD_MAX + 1
        return max(sum(pool.replaced for pool in self.pools) - worn_out, 0)


@asynccontextmanager
async def opened(clamd_address: str) -> AsyncIterator[Gate]:
    """Two quick children and one for pictures."""
    quick, recognition = Pool(2, Lane.QUICK), Pool(1, Lane.RECOGNITION)
    await quick.start()
    try:
        examiner = Examiner(pool=quick, recognition=recognition, policy=policy.load(), limit_bytes=LIMIT_BYTES)
        yield Gate(examiner=examiner, scanner=ClamdScanner(clamd_address), pools=(quick, recognition))
    finally:
        await quick.close()
        await recognition.close()
