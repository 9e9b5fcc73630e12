"""What is asked again, what is not, and when it is given up."""

import asyncio
from collections.abc import Awaitable, Callable

import nats.errors
import pytest
from nats.js import errors as js_errors

from shared.errors import TransientError
from shared.messaging.patience import answered, soonest


def failing(*failures: Exception) -> Callable[[], Awaitable[str]]:
    """Something to ask that fails so, one failure a try, and then answers."""
    left = iter(failures)

    async def ask() -> str:
        if failure := next(left, None):
            raise failure
        return "answer"

    return ask


@pytest.mark.parametrize(
    "failure",
    [
        TimeoutError(),
        nats.errors.TimeoutError(),
        nats.errors.NoRespondersError(),
        nats.errors.OutboundBufferLimitError(),
        js_errors.NoStreamResponseError(),
        js_errors.ServiceUnavailableError(code=503, err_code=10008),
        js_errors.ServerError(code=500, err_code=10009),
        js_errors.APIError(code=409, err_code=10158),
    ],
)
async def test_silence_and_not_now_are_asked_again(failure: Exception) -> None:
    assert await answered(failing(failure, failure), "it") == "answer"


@pytest.mark.parametrize(
    "failure",
    [
        js_errors.NotFoundError(code=404, err_code=10037),
        js_errors.BadRequestError(code=400, err_code=10071),
        js_errors.KeyWrongLastSequenceError(),
        js_errors.KeyNotFoundError(),
        js_errors.ServiceUnavailableError(code=503, err_code=10077),
    ],
)
async def test_what_the_server_says_is_raised_as_it_is(failure: Exception) -> None:
    with pytest.raises(type(failure)) as caught:
        await answered(failing(failure), "it")
    assert caught.value is failure


@pytest.mark.parametrize("failure", [nats.errors.ConnectionClosedError(), js_errors.InvalidKeyError("a b")])
async def test_what_no_waiting_mends_is_given_up_at_once(failure: Exception) -> None:
    with pytest.raises(TransientError, match="it does not answer"):
        await answered(failing(failure), "it")


async def test_who_stays_silent_is_given_up_after_the_deadline() -> None:
    tries = 0

    async def ask() -> str:
        nonlocal tries
        tries += 1
        await asyncio.sleep(0)
        raise nats.errors.NoRespondersError

    with pytest.raises(TransientError, match="it does not answer"):
        await answered(ask, "it", seconds_max=0.3)
    assert tries > 1


async def test_a_read_is_asked_again_while_the_first_question_waits() -> None:
    allowed: list[float] = []

    async def ask(seconds: float) -> str:
        allowed.append(seconds)
        if len(allowed) < 3:
            async with asyncio.timeout(seconds):
                await asyncio.Event().wait()
        return "answer"

    assert await soonest(ask) == "answer"
    assert allowed[0] < allowed[1] == allowed[2]


async def test_a_slow_answer_to_an_early_question_counts() -> None:
    tries = 0

    async def ask(seconds: float) -> int:
        nonlocal tries
        number = tries = tries + 1
        async with asyncio.timeout(seconds):
            await asyncio.sleep(1.2)
        return number

    assert await soonest(ask) == 2


async def test_a_read_that_nobody_answers_times_out() -> None:
    async def ask(seconds: float) -> str:
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()
        return "never"

    with pytest.raises(TimeoutError):
        await soonest(ask)
