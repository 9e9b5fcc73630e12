"""Where files stand while they are in work: in one of the slots, or aside while words in their pictures are recognised.

Recognition takes seconds where all else takes milliseconds. A file that needs it leaves its slot, so that however many
scans come, small documents get theirs. As many may stand aside as there is spool for; those beyond are put back into
the queue and known by their digest, so that they are not read again before there is room.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from services.validator.recent import Recent
from shared.errors import TransientError

ROOM_SECONDS_MAX = 10.0


class NoRoomAsideError(TransientError):
    """As many files as may stand aside already do; this one is put back."""

    def __init__(self) -> None:
        super().__init__("many pictures wait to be searched for words", delay_seconds_max=ROOM_SECONDS_MAX)


class Slots:
    """`slots` files in work at once and `aside` more beside them."""

    def __init__(self, slots: int, aside: int) -> None:
        self._free = asyncio.Semaphore(slots)
        self.room_aside = aside
        self.known_slow: Recent[bool] = Recent()

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator["Slot"]:
        """Wait for a free slot and hold it, or the place aside that was changed for it."""
        slot = Slot(self)
        await self._free.acquire()
        try:
            yield slot
        finally:
            if slot.is_aside:
                self.room_aside += 1
            else:
                self._free.release()

    def leave(self, slot: "Slot") -> None:
        """Give a slot to the next file; the one that held it stands aside."""
        self.room_aside -= 1
        slot.is_aside = True
        self._free.release()


@dataclass(slots=True)
class Slot:
    """The place of one file. Without `slots` it stands in nobody's way and may stay where it is."""

    slots: Slots | None = None
    is_aside: bool = field(default=False, init=False)

    def expect(self, sha256: str) -> None:
        """Raise `NoRoomAsideError` when these bytes are known to need room aside and there is none."""
        slots = self.slots
        if slots and not slots.room_aside and slots.known_slow.find(sha256):
            raise NoRoomAsideError

    def step_aside(self, sha256: str) -> None:
        """Let the next file into the slot. Raises `NoRoomAsideError`."""
        slots = self.slots
        if slots is None or self.is_aside:
            return
        slots.known_slow.keep(sha256, value=True)
        if not slots.room_aside:
            raise NoRoomAsideError
        slots.leave(self)


UNBOUND = Slot()
"""The slot of a file that is examined outside the queue."""
