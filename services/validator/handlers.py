"""Messages of intake in, one use case each."""

from collections.abc import Awaitable, Callable

from services.validator.use_cases.check_content import CheckContent
from services.validator.use_cases.forget_content import ForgetContent
from shared.messaging.settlement import Task

DURABLE = "validator-check"
_GONE = frozenset({"deleted", "removed"})
_SAME_CONTENT = frozenset({"described"})


def build_handler(check_content: CheckContent, forget_content: ForgetContent) -> Callable[[Task], Awaitable[None]]:
    """Return what handles a message of `validator-check`: a new content, or one that is gone."""

    async def on_content(task: Task) -> None:
        happened = task.recorded.happened
        if happened in _GONE:
            await forget_content(task.recorded)
        elif happened not in _SAME_CONTENT:
            await check_content(task.recorded, attempt=task.attempt)

    return on_content
