"""The record as lines for auditors: one per event, chained by digests."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from shared.contracts.model import WireModel
from shared.contracts.publication import PublicationState
from shared.contracts.result import ElsewhereReportState, ResultState, RoundState
from shared.contracts.review import ReportState, ReviewResultState, ReviewRoundState
from shared.contracts.verdict import VerdictState
from shared.messaging.connection import Connection
from shared.messaging.events import Recorded
from shared.messaging.log import Log

COLUMNS = (
    "sequence", "at", "project_id", "actor", "action", "object", "round", "decision", "sha256", "reason", "event_id",
    "causation_id", "correlation_id", "chain",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which events. The chain is made over all of them, so that it is the same whatever is left out."""

    project: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, event: Recorded) -> bool:
        return (
            (self.project is None or event.address.project_id == self.project)
            and (self.actor is None or event.actor == self.actor)
            and (self.since is None or event.time >= self.since)
            and (self.until is None or event.time < self.until)
        )


async def entries(connection: Connection, question: Question) -> AsyncIterator[dict[str, object]]:
    """Yield the lines, oldest first. `chain` is SHA-256 over the chain before and what the event itself is."""
    chain = ""
    async for event in Log(connection).history(">", foreign=True):
        chain = chained(chain, event)
        if question.takes(event):
            yield entry(event) | {"chain": chain}


def chained(before: str, event: Recorded) -> str:
    """Return the chain after an event: over sequence, subject, id, actor and the digest of the body."""
    body = hashlib.sha256(event.data).hexdigest()
    text = "\x1f".join((before, str(event.sequence), event.subject, event.id, event.actor, body))
    return hashlib.sha256(text.encode()).hexdigest()


def entry(event: Recorded) -> dict[str, object]:
    """Return one line without its chain."""
    address = event.address
    told = _told(event)
    return {
        "sequence": event.sequence,
        "at": event.time.isoformat(),
        "project_id": address.project_id,
        "actor": event.actor,
        "action": f"{address.owner}.{address.thing}.{event.happened}",
        "object": address.thing_id or address.thing,
        "round": told.get("round"),
        "decision": told.get("decision"),
        "sha256": told.get("sha256"),
        "reason": told.get("reason"),
        "event_id": event.id,
        "causation_id": event.headers.get("ce-causationid"),
        "correlation_id": event.headers.get("ce-correlationid"),
    }


def _told(event: Recorded) -> dict[str, object]:
    """What the state after an event says about it; of a kind that this version does not know, nothing."""
    try:
        state = event.state()
    except (KeyError, ValidationError):
        return {}
    return _of_result_review(state, event.happened) if isinstance(state, ReviewResultState) else _of(state)


def _of(state: WireModel) -> dict[str, object]:
    match state:
        case ReviewRoundState():
            return {"round": state.round, "decision": state.status, "reason": state.comment}
        case ReportState():
            return {"decision": state.status, "reason": _joined(state.override_reason, state.comment)}
        case RoundState():
            return {"round": state.round, "decision": state.status}
        case ElsewhereReportState():
            return {"decision": state.status, "reason": state.source}
        case ResultState():
            return {"sha256": state.file.sha256, "reason": state.withhold_reason}
        case VerdictState():
            return {"decision": state.outcome.value, "sha256": state.sha256}
        case PublicationState():
            return {"decision": state.status, "sha256": state.sha256, "reason": state.reason}
    return {}


def _of_result_review(state: ReviewResultState, happened: str) -> dict[str, object]:
    if happened == "taken_down" and (takedown := state.takedown):
        return {"decision": happened, "sha256": takedown.sha256, "reason": takedown.reason}
    if happened == "waived" and state.waivers:
        waiver = state.waivers[-1]
        return {"decision": waiver.finding_id, "sha256": waiver.sha256, "reason": waiver.reason}
    if made := state.decision:
        reason = _joined(", ".join(made.reasons), made.comment, made.internal_note)
        return {"round": made.round, "decision": made.decision, "sha256": made.sha256, "reason": reason}
    return {}


def _joined(*texts: str | None) -> str | None:
    return "\n".join(text for text in texts if text) or None
