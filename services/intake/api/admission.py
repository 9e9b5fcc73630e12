"""How many bodies are taken in at once: more wait a little, then are told to come again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.errors import ProblemError

RETRY_AFTER_SECONDS = 2


@dataclass(slots=True, kw_only=True)
class Admission:
    """`at_once` bodies are read, `waiting` may wait `seconds`; each takes memory, and disk when it is large.

    One caller holds half of the places at most, so that nobody's slow connections keep everybody else out.
    """

    at_once: int
    waiting: int
    seconds: float = 10.0
    _slots: asyncio.Semaphore = field(init=False)
    _shares: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    _here: Counter[str] = field(default_factory=Counter)
    _queue: int = 0

    def __post_init__(self) -> None:
        self._slots = asyncio.Semaphore(self.at_once)

    @asynccontextmanager
    async def slot(self, by: str) -> AsyncIterator[None]:
        """Hold a slot for a caller. Raises 503 `busy` with Retry-After when there are too many before."""
        share = self._shares.setdefault(by, asyncio.Semaphore(max(1, self.at_once // 2)))
        self._here[by] += 1
        try:
            await self._enter(share)
            try:
                yield
            finally:
                self._slots.release()
                share.release()
        finally:
            self._here[by] -= 1
            if not self._here[by]:
                del self._here[by], self._shares[by]

    async def _enter(self, share: asyncio.Semaphore) -> None:
        if (self._slots.locked() or share.locked()) and self._queue >= self.waiting:
            raise _busy()
        self._queue += 1
        try:
            async with asyncio.timeout(self.seconds), _held(share):
                await self._slots.acquire()
        except TimeoutError as error:
            raise _busy() from error
        finally:
            self._queue -= 1


@asynccontextmanager
async def _held(share: asyncio.Semaphore) -> AsyncIterator[None]:
    """Take a place of the caller's share, and give it back when the rest does not come about."""
    await share.acquire()
    try:
        yield
    except BaseException:
        share.release()
        raise


def _busy() -> ProblemError:
    return ProblemError(503, "busy", headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
