"""How many bodies are taken in at once: more wait a little, then are told to come again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.errors import ProblemError

RETRY_AFTER_SECONDS = 2


@dataclass(slots=True, kw_only=True)
class Admission:
    """`at_once` bodies are read, `waiting` may wait `seconds`; each takes memory, and disk when it is large."""

    at_once: int
    waiting: int
    seconds: float = 10.0
    _slots: asyncio.Semaphore = field(init=False)
    _queue: int = 0

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.at_once)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold a slot. Raises 503 `busy` with Retry-After when there are too many before."""
        if self._slots.locked() and self._queue >= self.waiting:
            raise _busy()
        self._queue += 1
        try:
            async with asyncio.timeout(self.seconds):
                await self._slots.acquire()
        except TimeoutError as error:
            raise _busy() from error
        finally:
            self._queue -= 1
        try:
            yield
        finally:
            self._slots.release()


def _busy() -> ProblemError:
    return ProblemError(503, "busy", headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
