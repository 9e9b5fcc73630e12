"""The same checks on files of this machine, without a platform: what `results check` runs."""

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.validator import policy as policies
from services.validator.adapters.clamav import ClamdScanner, Session
from services.validator.domain import Specimen
from services.validator.engine import Examiner
from services.validator.sandbox.pool import Pool
from shared.contracts.verdict import CheckResult, VerdictOutcome

LIMIT_BYTES = 104_857_600
_PIECE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """The verdict on one local file. `fault` says why a file could not be read at all."""

    path: str
    size: int
    outcome: VerdictOutcome
    detected_type: str | None
    checks: tuple[CheckResult, ...]
    fault: str | None = None


async def check_files(
    paths: Sequence[str | os.PathLike[str]], clamd_address: str, *, limit_bytes: int = LIMIT_BYTES
) -> list[CheckedFile]:
    """Judge local files, in their order. An engine that is away makes the outcome `error`, never a pass."""
    pool = Pool(min(os.cpu_count() or 1, max(len(paths), 1), 4))
    await pool.start()
    try:
        examiner = Examiner(pool=pool, recognition=pool, policy=policies.load(), limit_bytes=limit_bytes)
        scanner = ClamdScanner(clamd_address)
        gate = asyncio.Semaphore(pool.size)
        return await asyncio.gather(*(_check(os.fspath(path), examiner, scanner, gate) for path in paths))
    finally:
        await pool.close()


def worst(files: Iterable[CheckedFile]) -> VerdictOutcome:
    """Return the outcome that stands for all files: malware, failed, error, passed, in this order."""
    order = (VerdictOutcome.MALWARE, VerdictOutcome.FAILED, VerdictOutcome.ERROR)
    outcomes = {one.outcome for one in files}
    return next((outcome for outcome in order if outcome in outcomes), VerdictOutcome.PASSED)


async def _check(path: str, examiner: Examiner, scanner: ClamdScanner, gate: asyncio.Semaphore) -> CheckedFile:
    async with gate:
        try:
            length = await asyncio.to_thread(_readable_bytes, path)
        except OSError as error:
            return CheckedFile(
                path=path, size=0, outcome=VerdictOutcome.ERROR, detected_type=None, checks=(), fault=error.strerror
            )
        specimen = _specimen(path, length)
        async with scanner.session() as session:
            await _send(path, session)
            judged = await examiner(specimen, session)
        return CheckedFile(
            path=path,
            size=length,
            outcome=policies.verdict(judged.checks),
            detected_type=judged.detected_type,
            checks=judged.checks,
        )


def _specimen(path: str, length: int) -> Specimen:
    """A parser child stands in another folder: a path from here leads to nothing there, or to another file."""
    return Specimen(path=os.path.abspath(path), name=os.path.basename(path), size=length)


async def _send(path: str, session: Session) -> None:
    file = await asyncio.to_thread(open, path, "rb")
    with file:
        while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
            await session.send(piece)


def _readable_bytes(path: str) -> int:
    with open(path, "rb") as file:
        return os.fstat(file.fileno()).st_size
