"""Scan everything public again when clamd has new signatures, without anybody asking, and withdraw what is found.

New work goes first: one file at a time, with a pause between two, waiting while other files are being scanned, and
giving way to them while it reads. Only the scanner looks; a file that it does not call clean is judged anew in full,
and what is recorded of that makes the publisher withdraw it. A clean look is not recorded file by file.
"""

import asyncio
import hashlib
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Counter as Metric
from prometheus_client import Gauge

from services.validator.adapters.clamav import Answer, ClamdScanner
from services.validator.adapters.rescans import Ledger, RescanLedger
from services.validator.content import Content, content_of
from services.validator.public import public_sequences, registered_projects
from services.validator.use_cases.check_content import CheckUnfinishedError, ScannerAwayError
from services.validator.use_cases.rescan_content import TRIES_MAX, RescanContent, RescanImpossibleError
from shared.contracts.verdict import VerdictOutcome
from shared.errors import TransientError
from shared.messaging.events import Recorded
from shared.messaging.log import Log
from shared.storage.ports import ObjectMissingError
from shared.storage.zones import INCOMING

DONE_KEPT = 20
GIVE_WAY_SECONDS = 0.05
QUIET_LOOK_SECONDS = 0.2
LOOKED_AT = Metric("results_public_scanned_again_total", "Public contents scanned with newer signatures", ["answer"])
RUNNING = Gauge("results_public_scan_running", "1 while this validator scans everything public again")

_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds: between two files, between two looks at the signatures, how long to wait for a quiet moment.

    A pass that was not renewed for `lease` seconds belongs to nobody: longer than the scan of the largest file takes.
    """

    between_files: float = 2.0
    between_looks: float = 5.0
    quiet_max: float = 30.0
    renewed_every: float = 10.0
    lease: float = 300.0


def due(ledger: Ledger | None, signatures: str, me: str, now: datetime, lease_seconds: float) -> Ledger | None:
    """Return the pass to begin or to go on with; None when there is none, or another validator is at it. Pure."""
    if ledger is not None and ledger.finished_at is None:
        is_free = ledger.holder == me or now - ledger.renewed_at > timedelta(seconds=lease_seconds)
        return ledger.model_copy(update={"holder": me, "renewed_at": now}) if is_free else None
    done = ledger.done if ledger else ()
    if signatures in done:
        return None
    return Ledger(
        signatures=signatures, holder=me, renewed_at=now, started_at=now, done=(*done, signatures)[-DONE_KEPT:]
    )


@dataclass(slots=True, kw_only=True)
class RescanPublic:
    """Looks for new signatures until cancelled."""

    log: Log
    scanner: ClamdScanner
    rescan: RescanContent
    ledger: RescanLedger
    pace: Pace = field(default_factory=Pace)
    _me: str = field(default_factory=lambda: secrets.token_hex(8))

    async def run(self) -> None:
        """Look for ever; whatever is away is only a reason to look again later, and to go on where it was."""
        while True:
            try:
                await self.look()
            except (TransientError, OSError) as error:
                _logger.warning("rescan_put_off", reason=str(error))
            except Exception:
                _logger.exception("rescan_failed")
            await asyncio.sleep(self.pace.between_looks)

    async def look(self) -> Ledger | None:
        """Make one whole pass if one is due; return how it ended."""
        version = await self.scanner.version() if await self.scanner.is_usable() else None
        if version is None:
            return None
        ledger, revision = await self.ledger.read()
        mine = due(ledger, version.signatures, self._me, datetime.now(UTC), self.pace.lease)
        if mine is None:
            return None
        with RUNNING.track_inprogress():
            return await _Pass(self, mine, await self.ledger.write(mine, revision)).through()

    async def quiet(self) -> None:
        """Wait for a moment in which nothing else is scanned, but not for ever."""
        for _ in range(int(self.pace.quiet_max / QUIET_LOOK_SECONDS)):
            if not self.scanner.busy:
                return
            await asyncio.sleep(QUIET_LOOK_SECONDS)


@dataclass(slots=True)
class _Pass:
    """One pass under way, and the revision at which its ledger was written last."""

    job: RescanPublic
    ledger: Ledger
    revision: int
    counted: Counter[str] = field(default_factory=Counter)

    async def through(self) -> Ledger:
        _logger.info("rescan_began", signatures=self.ledger.signatures, after=self.ledger.after)
        async for project_id, sequence in registered_projects(self.job.log):
            if sequence > self.ledger.after:
                await self._project(project_id)
                await self._note(after=sequence)
        await self._note(at_once=True, finished_at=datetime.now(UTC))
        _logger.info(
            "rescan_finished", signatures=self.ledger.signatures, scanned=self.ledger.scanned, found=self.ledger.found,
            failed=self.ledger.failed,
        )  # fmt: skip
        return self.ledger

    async def _project(self, project_id: str) -> None:
        for sequence in public_sequences(await self.job.log.load(project_id)):
            event = await self.job.log.at(sequence)
            content = content_of(event)
            if content is not None:
                await asyncio.sleep(self.job.pace.between_files)
                await self.job.quiet()
                await self._content(event, content)
                await self._note()

    async def _content(self, event: Recorded, content: Content) -> None:
        """Let the scanner look; judge anew what it does not call clean. A file that cannot be read holds up nothing."""
        answer = await self._looked(content)
        LOOKED_AT.labels(answer.value if answer else "missing").inc()
        self.counted["scanned"] += 1
        if answer is Answer.CLEAN:
            return
        outcome = await self._judged(event) if answer else None
        self.counted["found" if outcome else "failed"] += 1
        _logger.error("rescan_found", object_key=content.object_key, outcome=outcome or "the bytes cannot be checked")

    async def _judged(self, event: Recorded) -> VerdictOutcome | None:
        """Judge in full, a few times where a check cannot run; None when it never could."""
        for attempt in range(1, TRIES_MAX + 1):
            try:
                return await self.job.rescan(event, attempt=attempt)
            except ScannerAwayError:
                raise
            except CheckUnfinishedError:
                await asyncio.sleep(attempt * self.job.pace.between_files)
            except RescanImpossibleError:
                break
        return None

    async def _looked(self, content: Content) -> Answer | None:
        """Return what the scanner says; None when the bytes are not there or not the same any more."""
        digest = hashlib.sha256()
        async with self.job.scanner.session() as session:
            if not session.is_connected:
                raise ScannerAwayError("the virus scanner is away")
            try:
                async for piece in self.job.rescan.check.one_pass.store.read(INCOMING, content.object_key):
                    digest.update(piece)
                    await session.send(piece)
                    await asyncio.sleep(GIVE_WAY_SECONDS if self.job.scanner.busy > 1 else 0)
            except ObjectMissingError:
                return None
            if digest.hexdigest() != content.sha256:
                return None
            answer = (await session.answer()).answer
        if answer in (Answer.AWAY, Answer.UNTRUSTED):
            raise ScannerAwayError("the virus scanner went away")
        return answer

    async def _note(self, *, at_once: bool = False, **changes: object) -> None:
        """Keep the ledger up to date; written every ten seconds, and in the end."""
        now = datetime.now(UTC)
        counts = {name: getattr(self.ledger, name) + self.counted.pop(name, 0) for name in _COUNTS}
        is_due = at_once or now - self.ledger.renewed_at >= timedelta(seconds=self.job.pace.renewed_every)
        renewed = {"renewed_at": now} if is_due else {}
        self.ledger = self.ledger.model_copy(update=changes | counts | renewed)
        if is_due:
            self.revision = await self.job.ledger.write(self.ledger, self.revision)


_COUNTS = ("scanned", "found", "failed")
