"""Take up verdicts that could not be completed, without anybody asking: a sweep over the log's unfinished verdicts.

What is unfinished is read from the log, so a restart forgets nothing and several replicas may sweep: the guard lets
one of them win. How often a file was tried in vain is kept in memory only; an equal error is not appended again.
"""

import asyncio
import time
from dataclasses import dataclass, field

import structlog
from prometheus_client import Gauge

from services.validator.adapters.clamav import ClamdScanner
from services.validator.content import is_complete
from services.validator.use_cases.check_content import CheckContent, ScannerAwayError
from shared.contracts.verdict import VerdictState
from shared.errors import PermanentError, TransientError
from shared.messaging.log import Log

SWEEP_SECONDS = 2.0
PAUSE_SECONDS_FIRST = 4.0
PAUSE_SECONDS_MAX = 3_600.0
UNFINISHED = Gauge("results_unfinished_verdicts", "Files whose checks could not be completed yet")

_logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Waiting:
    """One unfinished verdict. `for_engine`: nothing but the absence of the scanner stands in the way."""

    revision: int
    for_engine: bool
    tries: int = 0
    not_before: float = 0.0

    def put_off(self, reason: str) -> None:
        """Wait longer after each try in vain."""
        pause = min(PAUSE_SECONDS_FIRST * 2 ** min(self.tries, 20), PAUSE_SECONDS_MAX)
        self.tries += 1
        self.for_engine = False
        self.not_before = time.monotonic() + pause
        _logger.warning("retry_in_vain", tries=self.tries, pause_seconds=pause, reason=reason)


@dataclass(slots=True, kw_only=True)
class RetryUnfinished:
    """Sweeps until cancelled, every two seconds."""

    log: Log
    check: CheckContent
    scanner: ClamdScanner
    at_once: int = 2
    _waiting: dict[str, _Waiting] = field(default_factory=dict)
    _position: int = 0

    async def run(self) -> None:
        """Sweep for ever; trouble with the log, and a bug of ours, are only reasons to try again."""
        while True:
            try:
                await self.sweep()
            except (TransientError, OSError) as error:
                _logger.warning("sweep_put_off", reason=str(error))
            except Exception:
                _logger.exception("sweep_failed")
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> None:
        """Bring the list up to date and try everything that is due now."""
        await self._catch_up()
        UNFINISHED.set(len(self._waiting))
        if not self._waiting:
            return
        present = await self.scanner.is_usable()
        now = time.monotonic()
        due = [(subject, one) for subject, one in self._waiting.items() if self._is_due(one, present, now)]
        gate = asyncio.Semaphore(self.at_once)
        await asyncio.gather(*(self._try(subject, one, gate) for subject, one in due))

    async def _catch_up(self) -> None:
        async for recorded in self.log.history("validator.>", after=self._position):
            self._position = recorded.sequence
            verdict = recorded.state()
            if not isinstance(verdict, VerdictState):
                continue
            known = self._waiting.get(recorded.subject)
            if is_complete(verdict):
                self._waiting.pop(recorded.subject, None)
            elif known is None or known.revision != verdict.revision:
                self._waiting[recorded.subject] = _Waiting(verdict.revision, _waits_for_engine(verdict))

    def _is_due(self, one: _Waiting, present: bool, now: float) -> bool:
        return now >= one.not_before and (present or not one.for_engine)

    async def _try(self, subject: str, one: _Waiting, gate: asyncio.Semaphore) -> None:
        async with gate:
            cause = await self.log.last_message("intake." + subject.partition(".")[2])
            try:
                outcome = await self.check(cause, again=True) if cause else None
            except ScannerAwayError:
                one.for_engine = True
            except (TransientError, PermanentError) as error:
                one.put_off(str(error))
            except Exception as error:
                _logger.exception("retry_failed")
                one.put_off(repr(error))
            else:
                if outcome is None:
                    self._waiting.pop(subject, None)


def _waits_for_engine(verdict: VerdictState) -> bool:
    errors = [one for one in verdict.checks if one.outcome == "error"]
    codes = {finding.code for one in errors for finding in one.findings}
    return codes <= {"scanner-away", "scanner-untrusted"}
