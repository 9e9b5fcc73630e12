"""A short memory of what was found out: bounded, gone with the process, and each value for an hour at most."""

import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, TypeVar

from prometheus_client import Counter

ENTRIES_MAX = 2_000
AGE_SECONDS_MAX = 3_600.0

REMEMBERED = Counter("results_checks_remembered_total", "Checks answered from memory of the same bytes", ["check"])

V = TypeVar("V")


@dataclass(slots=True)
class Recent(Generic[V]):
    """The last values by key: at most so many, each for an hour."""

    entries_max: int = ENTRIES_MAX
    age_seconds_max: float = AGE_SECONDS_MAX
    _kept: OrderedDict[Hashable, tuple[float, datetime, V]] = field(default_factory=OrderedDict)

    def find(self, key: Hashable) -> tuple[V, datetime] | None:
        """Return a value and since when it is known; None when it is not, or no longer."""
        entry = self._kept.get(key)
        if entry is None:
            return None
        if time.monotonic() - entry[0] > self.age_seconds_max:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return entry[2], entry[1]

    def keep(self, key: Hashable, value: V) -> None:
        """Remember a value from now on; the one that was asked for longest ago goes when there are too many."""
        self._kept[key] = (time.monotonic(), datetime.now(UTC), value)
        self._kept.move_to_end(key)
        if len(self._kept) > self.entries_max:
            self._kept.popitem(last=False)


def known_since(moment: datetime) -> str:
    """Return the words with which a verdict tells that the same bytes were examined before."""
    return f"same bytes as at {moment:%Y-%m-%dT%H:%M:%SZ}"
