"""How old the virus scanner's signatures are: a gauge always, an error in the log while they are older than a day."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from prometheus_client import Gauge

AGE_MAX = timedelta(days=1)
TOLD_EVERY_SECONDS = 3_600.0
BUILT = Gauge(
    "results_scanner_signatures_built_seconds", "When clamd's signatures were made; 0 for a set without a date"
)

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SignatureAge:
    """Told of each version that the engine names; raises the alarm in the log at most every hour."""

    _told_at: float | None = None

    def note(self, signatures: str, built: datetime | None) -> None:
        """Set the gauge; tell of a set that is too old, or of which nobody knows how old it is."""
        BUILT.set(built.timestamp() if built else 0)
        age = datetime.now(UTC) - built if built else None
        if age is not None and age <= AGE_MAX:
            self._told_at = None
            return
        now = time.monotonic()
        if self._told_at is None or now - self._told_at >= TOLD_EVERY_SECONDS:
            self._told_at = now
            _tell(signatures, age)


def _tell(signatures: str, age: timedelta | None) -> None:
    if age is None:
        _log.warning("signatures_without_date", signatures=signatures, meaning="a site's own set: no alarm when old")
    else:
        _log.error("signatures_old", signatures=signatures, age_hours=round(age.total_seconds() / 3600, 1))
