"""Who acts and why, and how what was decided becomes an event: the same for every service that serves people."""

from dataclasses import dataclass
from datetime import datetime

from shared.contracts.model import WireModel
from shared.contracts.subjects import address
from shared.messaging.events import Guard, NewEvent, event_id

Decision = tuple[NewEvent, Guard] | None
"""What a pure decision returns: an event and what must not have changed meanwhile, or that nothing is to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One request of one person. `cause` is the same when the same request comes again, and else unique.

    `correlation` is the id of the request, or of the upstream event: it is what caused the event, too.
    """

    by: str
    at: datetime
    cause: str
    correlation: str = ""

    def event_id(self, subject_name: str) -> str:
        """Return the id of what this act appends to a subject: an act appends at most once to each."""
        return event_id(subject_name, self.cause, address(subject_name).owner)

    def event(self, subject_name: str, what: str, state: WireModel) -> NewEvent:
        """Return the event `<owner>.<thing>.<what>.v1` of this act."""
        owner, _, thing, _ = address(subject_name)
        return NewEvent(
            subject=subject_name,
            type=f"{owner}.{thing}.{what}.v1",
            state=state,
            id=self.event_id(subject_name),
            actor=self.by,
            causation=self.correlation,
            correlation=self.correlation,
            at=self.at,
        )
