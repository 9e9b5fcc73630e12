"""The decision on the final report: the gate to the public (R29), which the approval of the results precedes (R21)."""

from types import MappingProxyType
from typing import Literal

from services.review.domain.act import Act, Decision, happened, required
from shared.contracts.review import ReportDecisionBody, ReportState
from shared.contracts.status import is_live
from shared.errors import ProblemError
from shared.messaging.events import ProjectLog
from shared.view import ProjectView

Status = Literal["approved", "update_requested", "rejected", "reception_cancelled"]

_BECOMES: MappingProxyType[str, Status] = MappingProxyType(
    {
        "approve": "approved",
        "request_update": "update_requested",
        "reject": "rejected",
        "cancel_reception": "reception_cancelled",
    }
)
_EXPLAINED = frozenset({"request_update", "reject"})
_FINAL = frozenset({"approved", "rejected"})


def decide(project: ProjectLog, act: Act, body: ReportDecisionBody, source: Literal["elsewhere", "here"]) -> Decision:
    """Decide the final report. `override_reason` (leads only) approves it before the results are approved.

    Raises 422 `comment-required` for what the beneficiary has to act on or to accept, and 409
    `report-already-decided`, `report-not-submitted`, `results-not-approved`.
    """
    if body.decision in _EXPLAINED:
        required(body.comment)
    state = ReportState(
        status=_BECOMES[body.decision],
        comment=body.comment or None,
        override_reason=body.override_reason,
        by=act.by,
        at=act.at,
    )
    view = ProjectView(project)
    before = view.report
    if before and before.model_copy(update={"at": act.at}) == state:
        return None
    if before and before.status in _FINAL:
        raise ProblemError(409, "report-already-decided")
    if source == "here":
        # Nothing of intake hands a report in yet; until it does, none can have come.
        raise ProblemError(409, "report-not-submitted")
    if state.status == "approved" and not body.override_reason and not results_are_approved(view):
        raise ProblemError(409, "results-not-approved", rule="R21")
    return happened(project, act, "report", state.status, state)


def results_are_approved(view: ProjectView) -> bool:
    """R21: the last submission is approved; a project that owes no results and has none is done as well."""
    if view.round.status == "approved":
        return True
    owes_none = view.project is not None and not view.project.description.results_required
    return owes_none and view.round.submission is None and not any(is_live(one) for one in view.results())
