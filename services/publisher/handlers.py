"""NATS in: which part of a project a message can have made public or not public any more."""

from collections.abc import Awaitable, Callable

from services.publisher.use_cases.keep_public import KeepPublic, Occasion, Scope
from shared.contracts.review import ReviewRoundState
from shared.contracts.subjects import subject
from shared.messaging.events import Recorded
from shared.messaging.log import Log
from shared.messaging.settlement import Task

DURABLE = "publisher-publish"
SLOTS = 4

_SCOPES = {
    ("intake", "project"): Scope.RESULTS,
    ("intake", "report"): Scope.RESULTS,
    ("intake", "result"): Scope.RESULT,
    ("review", "round"): Scope.RESULTS,
    ("review", "report"): Scope.RESULTS,
    ("review", "result"): Scope.RESULT,
    ("validator", "result"): Scope.RESULT,
    ("validator", "logo"): Scope.PRESENCE,
    ("intake", "logo"): Scope.PRESENCE,
    ("intake", "website"): Scope.PRESENCE,
}


def build_handler(log: Log, keep_public: KeepPublic) -> Callable[[Task], Awaitable[None]]:
    """Return the handler of the durable `publisher-publish`."""

    async def on_event(task: Task) -> None:
        """Look at what the message touches, unless nothing of the project was ever approved."""
        address = task.recorded.address
        scope = _SCOPES.get((address.owner, address.thing))
        if scope is None or not _matters(task.recorded):
            return
        if scope is not Scope.PRESENCE and not await _has_approval(log, address.project_id):
            return
        await keep_public(Occasion(cause=task.recorded, scope=scope, is_repeated=task.attempt > 1))

    return on_event


def _matters(recorded: Recorded) -> bool:
    """Of what intake says of a result only its deletion can have come beside a publication that was on its way."""
    address = recorded.address
    return (address.owner, address.thing) != ("intake", "result") or recorded.happened == "deleted"


async def _has_approval(log: Log, project_id: str) -> bool:
    """Ask the leader: before the first approval no verdict or decision makes anything public, and most come before."""
    last = await log.last_message(subject("review", project_id, "round"))
    return last is not None and last.state_as(ReviewRoundState).approved is not None
