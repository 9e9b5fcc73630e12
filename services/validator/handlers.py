"""Messages of intake in, one use case each."""

from collections.abc import Awaitable, Callable

from services.validator.slots import Slot, Slots
from services.validator.use_cases.check_content import CheckContent
from services.validator.use_cases.describe_content import DescribeContent
from services.validator.use_cases.forget_content import ForgetContent
from services.validator.use_cases.rescan_content import RescanContent, is_rescan
from shared.messaging.settlement import Task

DURABLE = "validator-check"
_GONE = frozenset({"deleted", "removed"})
_SAME_CONTENT = frozenset({"described"})


def build_handler(
    check_content: CheckContent, forget_content: ForgetContent, rescan_content: RescanContent, slots: Slots
) -> Callable[[Task], Awaitable[None]]:
    """Return what handles a message of `validator-check`: a new content, one that is gone, one to be checked again,
    and new words about the same content.
    """
    describe_content = DescribeContent(check_content)

    async def on_content(task: Task) -> None:
        async with slots.taken() as slot:
            await in_slot(task, slot)

    async def in_slot(task: Task, slot: Slot) -> None:
        happened = task.recorded.happened
        if is_rescan(task.recorded):
            await rescan_content(task.recorded, attempt=task.attempt, slot=slot)
        elif happened in _GONE:
            await forget_content(task.recorded)
        elif happened in _SAME_CONTENT:
            await describe_content(task.recorded)
        else:
            await check_content(task.recorded, attempt=task.attempt, slot=slot)

    return on_content
