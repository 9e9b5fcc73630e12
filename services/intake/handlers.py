"""NATS in: the inbox `upstream.<source>.<type>`. One event, one outcome, whatever is wrong with it."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from services.intake.cloudevents import as_told, event_of, read_json
from services.intake.domain.outcomes import Identity
from services.intake.ports import OutcomeStore
from services.intake.use_cases.upstream import HandleUpstreamEvent, Reconsider, UpstreamEvent, rejected
from shared.errors import PermanentError, ProblemError, TransientError
from shared.http.roles import Caller, Role
from shared.messaging.settlement import Task

DURABLE = "intake-upstream"
STRUCTURED = "application/cloudevents+json"
USER_PREFIX = "upstream-"
ORDER_ATTEMPTS = 4


class NamelessEventError(PermanentError):
    """Without an id there is nobody to tell the outcome to."""

    code = "invalid-event"


@dataclass(slots=True, kw_only=True)
class UpstreamInbox:
    """`agencies`: what each source may touch. Events on one project are handled in the order in which they came."""

    handle: HandleUpstreamEvent
    outcomes: OutcomeStore
    agencies: Mapping[str, frozenset[str]]
    _turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def __call__(self, task: Task) -> None:
        """Handle one message. Raises NamelessEventError, and TransientError when it is worth another try."""
        source = task.recorded.subject.split(".")[1]
        caller = self._caller(source)
        found = _attributes(task)
        identity = Identity(sub=caller.sub, source=source, id=_id(found))
        try:
            event = event_of(found | {"data": read_json(task.recorded.data)} if "data" not in found else found)
        except ProblemError as error:
            await self.outcomes.write(identity, rejected(error, datetime.now(UTC), id_=identity.id))
            return
        own = UpstreamEvent(id=event.id, source=source, type=event.type, data=event.data)
        async with self._turn(event.data):
            outcome = await self.handle(caller, own, correlation=event.id, unless=_too_early(task))
        if outcome.status == "duplicate":
            await self.outcomes.write(identity, outcome)

    def _caller(self, source: str) -> Caller:
        return Caller(
            sub=f"{USER_PREFIX}{source}",
            roles=frozenset({Role.UPSTREAM}),
            na=self.agencies.get(source, frozenset()),
        )

    def _turn(self, data: Any) -> asyncio.Lock:
        project_id = data.get("project_id") if isinstance(data, dict) else None
        if len(self._turns) > 10_000:
            for name in [name for name, lock in self._turns.items() if not lock.locked()]:
                del self._turns[name]
        return self._turns[str(project_id)]


def _too_early(task: Task) -> Reconsider:
    """An event that overtook the registration of its project on another replica is tried again a few times."""

    def check(error: ProblemError) -> None:
        if error.code == "unknown-project" and task.attempt < ORDER_ATTEMPTS:
            raise TransientError("the project is not known yet", delay_seconds_max=1.0)

    return check


def _attributes(task: Task) -> dict[str, Any]:
    """Return the attributes, from the headers, or from the body in its structured form."""
    headers = {name.lower(): text for name, text in task.recorded.headers.items()}
    if headers.get("content-type", "").startswith(STRUCTURED):
        try:
            found = read_json(task.recorded.data)
        except ProblemError as error:
            raise NamelessEventError("the structured event is not JSON") from error
        return {"data": None, **found} if isinstance(found, dict) else {}
    return {name[3:]: unquote(text) for name, text in headers.items() if name.startswith("ce-")}


def _id(found: dict[str, Any]) -> str:
    id_ = as_told(found.get("id"))
    if not id_:
        raise NamelessEventError("the event has no id, so nobody can be told its outcome")
    return id_
