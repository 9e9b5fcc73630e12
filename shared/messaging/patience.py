"""Asking NATS until it answers: a node that dies or freezes leaves its streams without a leader for some seconds.

Four to nine, by chance: the server's own time-out of an election; and as much again where the follower that campaigned
first had not got everything. Then the next leader answers. So whoever asks, asks again; whatever is asked here must
therefore be harmless when it is carried out twice.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

import nats.errors
from nats.js import errors as js_errors

from shared.errors import TransientError

ANSWER_SECONDS_MAX = 2.0
AGAIN_SECONDS = 0.5
# A repeated write is cheap: the server knows its id and answers without writing.
WRITE_SECONDS_MAX = 1.0
PATIENCE_SECONDS = 20.0
PAUSE_SECONDS_FIRST = 0.05
PAUSE_SECONDS_MAX = 0.4
STREAM_FULL = frozenset({10047, 10077, 10023})
WRONG_LAST_SEQUENCE = frozenset({10071, 10164})
ID_IN_PROCESS = 10158

SILENCE = (
    TimeoutError,
    nats.errors.NoRespondersError,
    nats.errors.StaleConnectionError,
    nats.errors.ConnectionReconnectingError,
    nats.errors.OutboundBufferLimitError,
    js_errors.NoStreamResponseError,
)

Answer = TypeVar("Answer")


async def answered(ask: Callable[[], Awaitable[Answer]], what: str, *, seconds_max: float = PATIENCE_SECONDS) -> Answer:
    """Return what `ask` returns; while nobody answers it, ask again. `ask` bounds the time of each of its tries.

    What the server answers is raised as it is (an `APIError`). TransientError when nobody answers within `seconds_max`,
    and at once when the connection is closed.
    """
    clock = asyncio.get_running_loop().time
    deadline = clock() + seconds_max
    for attempt in itertools.count():
        try:
            return await ask()
        except (nats.errors.Error, TimeoutError) as error:
            if is_an_answer(error):
                raise
            if clock() > deadline or not is_silence(error):
                raise TransientError(f"{what} does not answer: {error!r}") from error
        await asyncio.sleep(min(PAUSE_SECONDS_FIRST * 2 ** min(attempt, 8), PAUSE_SECONDS_MAX))
    raise AssertionError("unreachable")


async def soonest(ask: Callable[[float], Awaitable[Answer]]) -> Answer:
    """One try of a cheap read, for which `ask` may take so many seconds; a silent half second has it asked again.

    Where there is no leader nobody says so. Whoever asks once and waits does not hear the next leader, which is elected
    meanwhile; so it is asked again while earlier questions wait, and the first answer counts.
    """
    with suppress(TimeoutError):
        return await ask(AGAIN_SECONDS)
    async with asyncio.timeout(ANSWER_SECONDS_MAX):
        return await _first(ask)


async def _first(ask: Callable[[float], Awaitable[Answer]]) -> Answer:
    asked: set[asyncio.Future[Answer]] = set()
    try:
        while True:
            asked.add(asyncio.ensure_future(ask(ANSWER_SECONDS_MAX)))
            done, _ = await asyncio.wait(asked, timeout=AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if done:
                return done.pop().result()
    finally:
        for one in asked:
            one.cancel()
        await asyncio.gather(*asked, return_exceptions=True)


async def within(work: Awaitable[Answer], seconds: float = ANSWER_SECONDS_MAX) -> Answer:
    """Wait so long for one try, no longer."""
    async with asyncio.timeout(seconds):
        return await work


def is_an_answer(error: Exception) -> bool:
    """Whether the server has said something that asking again would not change."""
    return isinstance(error, js_errors.APIError) and not is_silence(error)


def is_silence(error: Exception) -> bool:
    """Whether nobody has answered, or only "not now": no leader, not the leader, the same id is under way."""
    if not isinstance(error, js_errors.APIError):
        return isinstance(error, SILENCE)
    code, err_code = getattr(error, "code", None) or 0, getattr(error, "err_code", None)
    return err_code not in STREAM_FULL and (code >= 500 or err_code == ID_IN_PROCESS)
