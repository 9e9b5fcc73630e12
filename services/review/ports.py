"""What review needs from outside, beside the log."""

from collections.abc import AsyncIterator
from typing import Protocol

from shared.messaging.events import Recorded


class Receipts(Protocol):
    """The copy outside the log of what was acknowledged."""

    async def keep(self, recorded: Recorded) -> None:
        """Store what was recorded, under a key that is its own; the same again is the same. Raises TransientError."""
        ...


class CleanZone(Protocol):
    """The bytes that passed format, size and malware. Review reads them and can change none."""

    async def size(self, key: str) -> int:
        """Return the size in bytes. Raises ObjectMissingError."""
        ...

    def read(self, key: str, *, start: int, length: int) -> AsyncIterator[bytes]:
        """Stream `length` bytes from `start`."""
        ...
