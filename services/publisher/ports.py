"""What reading for the public needs from outside."""

from collections.abc import Sequence
from typing import Protocol

from services.publisher.bodies import PublicPerson
from shared.messaging.events import Recorded


class Record(Protocol):
    """The log, asked at its leader: never stale."""

    async def last_message(self, subject_filter: str) -> Recorded | None:
        """Return the last message under a filter."""
        ...

    async def at(self, sequence: int) -> Recorded:
        """Return the message at a sequence; PermanentError when there is none."""
        ...


class People(Protocol):
    """The bucket of public contacts."""

    async def people(self, wanted: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[PublicPerson, ...]:
        """Return who is public, by (key, fields that are flagged). Must not fail: nobody, when it does not answer."""
        ...
