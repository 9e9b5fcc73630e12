"""Files that need their pictures read leave their slot; there is room for so many, and the rest are put back."""

import asyncio

import pytest

from services.validator.slots import UNBOUND, NoRoomAsideError, Slot, Slots


async def held(slots: Slots, until: asyncio.Event, *, aside: str = "") -> None:
    async with slots.taken() as slot:
        if aside:
            slot.step_aside(aside)
        await until.wait()


async def is_free(slots: Slots) -> bool:
    try:
        async with asyncio.timeout(0.01), slots.taken():
            return True
    except TimeoutError:
        return False


async def test_a_file_that_steps_aside_lets_the_next_one_in() -> None:
    slots, end = Slots(1, 1), asyncio.Event()
    slow = asyncio.create_task(held(slots, end, aside="a"))
    await asyncio.sleep(0)

    assert slots.room_aside == 0
    assert await is_free(slots)

    end.set()
    await slow
    assert slots.room_aside == 1
    assert await is_free(slots)


async def test_a_file_that_does_not_keeps_its_slot() -> None:
    slots, end = Slots(1, 1), asyncio.Event()
    busy = asyncio.create_task(held(slots, end))
    await asyncio.sleep(0)

    assert not await is_free(slots)

    end.set()
    await busy


async def test_without_room_it_is_put_back_and_not_begun_again_before_there_is() -> None:
    slots, end = Slots(2, 1), asyncio.Event()
    slow = asyncio.create_task(held(slots, end, aside="a"))
    await asyncio.sleep(0)
    async with slots.taken() as slot:
        slot.expect("b")
        with pytest.raises(NoRoomAsideError) as put_back:
            slot.step_aside("b")
        with pytest.raises(NoRoomAsideError):
            slot.expect("b")
        slot.expect("another")

    assert 0 < put_back.value.delay_seconds_max <= 10
    end.set()
    await slow
    async with slots.taken() as slot:
        slot.expect("b")
        slot.step_aside("b")
        assert slots.room_aside == 0
    assert slots.room_aside == 1


async def failing(slots: Slots, aside: str) -> None:
    async with slots.taken() as slot:
        if aside:
            slot.step_aside(aside)
        raise RuntimeError


@pytest.mark.parametrize("aside", ["", "a"])
async def test_a_failure_gives_back_whichever_place_was_held(aside: str) -> None:
    slots = Slots(1, 1)
    with pytest.raises(RuntimeError):
        await failing(slots, aside)

    assert slots.room_aside == 1
    assert await is_free(slots)


def test_outside_the_queue_nobody_waits_behind_a_file() -> None:
    UNBOUND.expect("a")
    UNBOUND.step_aside("a")
    assert Slot() == UNBOUND
