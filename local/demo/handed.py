"""A file on its way through the platform: what was handed in, where it stands, and when it came there."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local.demo.account import Line, spoken
from local.demo.contents import Piece
from local.demo.files import Sample

UNSETTLED = ("draft", "uploaded", "validating")


@dataclass(slots=True)
class Handed:
    """A piece that was handed in: its bytes, its result, and the line that shows it. `since`: when the wait began."""

    piece: Piece
    sample: Sample
    result_id: str
    line: Line
    since: float

    @property
    def waited(self) -> float:
        """Seconds since what it waits for was set going."""
        return time.monotonic() - self.since

    def enter(self, state: str, note: str = "") -> None:
        self.line.state, self.line.note = state, note

    def settle(self, result: dict[str, Any]) -> bool:
        """Take over what the checks say; whether they have said it all."""
        if result["status"] in UNSETTLED:
            return False
        found = ", ".join(dict.fromkeys(_blocking(result)))
        self.enter(result["status"], f"after {spoken(self.waited)}" + (f": {found}" if found else ""))
        return True

    def mended(self, sample: Sample) -> None:
        """Another file takes its place and waits for its checks."""
        self.sample, self.line.size, self.since = sample, sample.size, time.monotonic()
        self.enter("validating")


def _blocking(result: dict[str, Any]) -> Iterator[str]:
    for check in result["checks"]:
        for finding in check["findings"]:
            if finding["severity"] == "blocking":
                yield f"{finding['code']} {finding['excerpt'] or ''}".strip()
