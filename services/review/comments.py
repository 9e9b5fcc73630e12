"""What was said with the decisions on a project: comments for everybody, notes for people of the agency. Pure."""

from collections.abc import Iterable

from services.review.answers import CommentAnswer
from shared.contracts.review import ReportState, ResultDecision, ReviewResultState, ReviewRoundState, Takedown
from shared.messaging.events import Recorded


def comments(history: Iterable[Recorded], *, internal: bool) -> Iterable[CommentAnswer]:
    """Yield what was said in review's events, oldest first; each once, though later states carry it on."""
    said: set[tuple[object, ...]] = set()
    for recorded in history:
        comment = _comment(recorded, internal=internal)
        if comment is not None and (key := (comment.about, comment.what, comment.result_id, comment.at)) not in said:
            said.add(key)
            yield comment


def _comment(recorded: Recorded, *, internal: bool) -> CommentAnswer | None:
    state = recorded.state()
    if isinstance(state, ReviewRoundState) and state.comment:
        return CommentAnswer(
            at=state.at, by=state.by, about="round", what=state.status, round=state.round, comment=state.comment
        )
    if isinstance(state, ReportState) and state.comment:
        return CommentAnswer(at=state.at, by=state.by, about="report", what=state.status, comment=state.comment)
    if isinstance(state, ReviewResultState) and recorded.happened == "decided" and state.decision:
        return _on_result(state.result_id, state.decision, internal=internal)
    if isinstance(state, ReviewResultState) and recorded.happened == "taken_down" and state.takedown:
        return _on_takedown(state.result_id, state.takedown)
    return None


def _on_result(result_id: str, decision: ResultDecision, *, internal: bool) -> CommentAnswer | None:
    note = decision.internal_note if internal else None
    if not (decision.comment or note or decision.reasons):
        return None
    return CommentAnswer(
        at=decision.at,
        by=decision.by,
        about="result",
        what=decision.decision,
        round=decision.round,
        result_id=result_id,
        reasons=decision.reasons,
        comment=decision.comment,
        internal_note=note,
    )


def _on_takedown(result_id: str, takedown: Takedown) -> CommentAnswer:
    return CommentAnswer(
        at=takedown.at,
        by=takedown.by,
        about="takedown",
        what="taken_down",
        result_id=result_id,
        comment=takedown.reason,
    )
