"""Whether the virus scanner may be believed: it must find the EICAR test string, and let a harmless text through.

An engine without signatures, one that says OK to everything and one that finds something everywhere all look alive.
None of them is believed: files wait. It is tried with each new set of signatures, after each time that it was away,
and every five minutes. The test string is put together when it is needed, or scanners would take this file away.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field

import structlog
from prometheus_client import Gauge

_HALVES = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")
_UNTRIED = "it has not shown yet that it finds the EICAR test string"
TRIED_EVERY_SECONDS = 300.0
TRIED_AGAIN_SECONDS = 2.0
TRUSTED = Gauge("results_scanner_trusted", "1 when clamd found the test string and let harmless words pass, else 0")

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Trust:
    """Remembers what a try of the engine said. `ask` scans bytes and returns the engine's answer, None when away."""

    ask: Callable[[bytes], Awaitable[str | None]]
    reason: str = _UNTRIED
    _version: Hashable = None
    _due_at: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def holds(self, version: Hashable) -> bool:
        """Say whether this version may be believed; try it when the last try is old or was of another version."""
        async with self._lock:
            if version != self._version:
                self.doubt()
            if time.monotonic() >= self._due_at:
                self._note(version, await self._tried())
        return not self.reason

    def doubt(self) -> None:
        """Try again before it is believed again: the engine was away and may be another one now."""
        self.reason, self._due_at = _UNTRIED, 0.0

    def _note(self, version: Hashable, wrong: str | None) -> None:
        """Take in what a try said. One without an answer (a busy engine) leaves things as they are for now."""
        self._version = version
        before, self.reason = self.reason, self.reason if wrong is None else wrong
        self._due_at = time.monotonic() + (TRIED_EVERY_SECONDS if wrong == "" else TRIED_AGAIN_SECONDS)
        TRUSTED.set(not self.reason)
        if self.reason not in ("", before):
            _log.error("scanner_not_trusted", reason=self.reason, version=str(version))

    async def _tried(self) -> str | None:
        """Return what is wrong with the engine, empty when nothing is; None when it does not answer."""
        found = await self.ask("".join(_HALVES).encode())
        if found is None:
            return None
        if not (found.startswith("stream: ") and found.endswith(" FOUND")) or "Heuristics." in found:
            return "it does not find the EICAR test string: it has no signatures, or passes everything"
        passed = await self.ask(f"harmless words {secrets.token_hex(8)}".encode())
        if passed is None:
            return None
        return "" if passed == "stream: OK" else "it does not let harmless words pass"
