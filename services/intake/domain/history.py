"""What of the log a beneficiary may see: own events, verdicts, decided rounds, publications. Never internal notes, the
reasons of waivers, or who at the agency did it.
"""

from collections.abc import Mapping
from typing import Any

from shared.contracts.project import ContactState, LogoState, ProjectState, WebsiteState
from shared.contracts.publication import PublicationState
from shared.contracts.result import ElsewhereReportState, ResultState, RoundState
from shared.contracts.review import ReportState, ReviewResultState, ReviewRoundState
from shared.contracts.verdict import VerdictState
from shared.messaging.events import Recorded

DECIDED = frozenset({"approved", "returned"})
_SHOWN_OF_REVIEW = frozenset(
    {("round", "approved"), ("round", "returned"), ("round", "reopened"), ("result", "taken_down")}
)
_OWN = "intake"


def is_shown(recorded: Recorded) -> bool:
    """Tell whether the history tells of this event."""
    thing = recorded.address.thing
    if recorded.address.owner != "review" or thing == "report":
        return True
    return (thing, recorded.happened) in _SHOWN_OF_REVIEW


def decides_a_round(recorded: Recorded) -> bool:
    """Tell whether the event is the end of a round, with which the decisions on its results become visible."""
    return (recorded.address.owner, recorded.address.thing) == ("review", "round") and recorded.happened in DECIDED


def actor(recorded: Recorded) -> str | None:
    """Return who did it, as far as the beneficiary may know: the project's own people and systems."""
    return recorded.actor if recorded.address.owner == _OWN else None


def told(recorded: Recorded) -> dict[str, Any]:
    """Return what is told of an event, beside its type and time."""
    state = recorded.state()
    match state:
        case ProjectState():
            return {"start_date": state.description.start_date, "end_date": state.description.end_date}
        case WebsiteState():
            return {"url": state.url}
        case LogoState():
            return {"revision": state.revision, "name": state.file.name if state.file else None}
        case ContactState():
            flags = state.model_dump(include={"publish_name", "publish_email", "publish_phone"})
            return {"contact_id": state.contact_id, **flags}
        case ResultState():
            file = {"file": state.file.name, "size": state.file.size, "sha256": state.file.sha256}
            return {"title": state.title, "revision": state.revision, **file}
        case RoundState():
            return {"round": state.round, "results": len(state.manifest)}
        case _:
            return _told_by_others(recorded, state)


def _told_by_others(recorded: Recorded, state: object) -> dict[str, Any]:
    match state:
        case VerdictState():
            return {"revision": state.revision, "sha256": state.sha256, "outcome": state.outcome}
        case ReviewRoundState():
            comment = state.comment if recorded.happened in DECIDED else None
            return {"round": state.round, "status": state.status, "comment": comment}
        case ReviewResultState():
            return {"reason": state.takedown.reason if state.takedown else None}
        case ReportState():
            return {"status": state.status, "comment": state.comment}
        case ElsewhereReportState():
            return {"status": state.status, "source": state.source}
        case PublicationState():
            return {"status": state.status, "revision": state.revision, "sha256": state.sha256, "reason": state.reason}
        case _:
            return {}


def decisions(results: Mapping[str, ReviewResultState], round_: int) -> list[dict[str, Any]]:
    """Return what was decided on each result of a round, in the words for the beneficiary."""
    return [
        {
            "result_id": result_id,
            "decision": state.decision.decision,
            "reasons": list(state.decision.reasons),
            "comment": state.decision.comment,
        }
        for result_id, state in results.items()
        if state.decision and state.decision.round == round_
    ]
