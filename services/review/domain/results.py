"""Decisions on one result: approve or ask for changes, waive a finding, take it down."""

from services.review.domain.act import Act, Decision, happened, required
from services.review.domain.rounds import approved_round, manifest_of, require_officer, require_open
from shared.contracts.result import ManifestEntry, Status
from shared.contracts.review import (
    ResultDecision,
    ResultDecisionBody,
    ReviewResultState,
    Takedown,
    Waiver,
    WaiverBody,
)
from shared.contracts.status import ResultView, checked_status
from shared.contracts.verdict import VerdictState
from shared.errors import FieldError, ProblemError
from shared.messaging.events import ProjectLog
from shared.view import ProjectView

WAIVABLE_CHECK = "personal-data"
WAIVERS_MAX = 500


def decide(
    project: ProjectLog, act: Act, result_id: str, body: ResultDecisionBody, known_reasons: frozenset[str]
) -> Decision:
    """Decide one result of the open round; a later decision replaces an earlier one until the round is decided.

    Raises 404 `unknown-result`, 409 `not-under-review`, `not-claimed`, `claimed-by-another`, `blocking-finding-open`,
    `taken-down`, and 422 `unknown-reason`, `comment-required`.
    """
    _require_known(body.reasons, known_reasons)
    if body.decision == "request_changes":
        required(body.comment)
    require_open(project)
    entry = _entry(project, result_id)
    require_officer(project, act)
    view = _existing(project, result_id)
    if body.decision == "approve":
        _require_approvable(view)
    decision = _decision(project, act, entry, body)
    before = view.review.decision if view.review else None
    if before and before.model_copy(update={"at": act.at}) == decision:
        return None
    return _changed(project, act, view, "decided", decision=decision)


def decided_in_this_round(project: ProjectLog, result_id: str) -> bool:
    """Tell whether the open round holds a decision of its own on a result, which another one would replace."""
    decision = project.state("review", "result", ReviewResultState, result_id)
    number = ProjectView(project).round.number
    return decision is not None and decision.decision is not None and decision.decision.round == number


def waive(project: ProjectLog, act: Act, result_id: str, body: WaiverBody) -> Decision:
    """Accept one personal-data finding of the content that stands there now. For leads.

    Raises 404 `unknown-result`, `unknown-finding`, 409 `finding-not-waivable`, `too-many-waivers`.
    """
    view = _existing(project, result_id)
    verdict = view.current_verdict
    if verdict is None:
        raise ProblemError(404, "unknown-finding")
    _require_waivable(verdict, body.finding_id)
    waiver = Waiver(finding_id=body.finding_id, sha256=verdict.sha256, reason=body.reason, by=act.by, at=act.at)
    same = next((one for one in view.waivers if _key(one) == _key(waiver)), None)
    if same and (same.reason, same.by) == (waiver.reason, waiver.by):
        return None
    counting = _digests_that_count(project, view)
    kept = [one for one in view.waivers if _key(one) != _key(waiver) and one.sha256 in counting]
    if len(kept) >= WAIVERS_MAX:
        raise ProblemError(409, "too-many-waivers", limit=WAIVERS_MAX)
    return _changed(project, act, view, "waived", waivers=(*kept, waiver))


def take_down(project: ProjectLog, act: Act, result_id: str, reason: str) -> Decision:
    """Remove a result from every public place, or keep it from ever coming there. For leads and operators.

    It holds for the content that is public or approved, and for every content before it; a new content is a new start.
    """
    view = _existing(project, result_id, deleted_too=True)
    revision, sha256 = _content_to_remove(project, view)
    takedown = Takedown(reason=reason, by=act.by, at=act.at, revision=revision, sha256=sha256)
    before = view.review.takedown if view.review else None
    if before and before.model_copy(update={"at": act.at}) == takedown:
        return None
    return _changed(project, act, view, "taken_down", takedown=takedown)


def _content_to_remove(project: ProjectLog, view: ResultView) -> tuple[int, str]:
    """The newest content that is public or may become so without another approval; else the one that stands there."""
    candidates = []
    if view.publication and view.publication.status == "published":
        candidates.append((view.publication.revision, view.publication.sha256))
    in_force = approved_round(project)
    candidates += [
        (entry.revision, entry.sha256)
        for entry in (in_force.manifest if in_force else ())
        if entry.result_id == view.state.id
    ]
    return max(candidates, default=(view.state.revision, view.state.file.sha256))


def _changed(project: ProjectLog, act: Act, view: ResultView, what: str, **changes: object) -> Decision:
    before = view.review or ReviewResultState(result_id=view.state.id)
    state = before.model_copy(update=changes)
    return happened(project, act, "result", what, state, thing_id=view.state.id)


def _existing(project: ProjectLog, result_id: str, *, deleted_too: bool = False) -> ResultView:
    view = ProjectView(project).result(result_id)
    if view is None:
        raise ProblemError(404, "unknown-result")
    if view.state.deleted and not deleted_too:
        raise ProblemError(410, "result-deleted")
    return view


def _entry(project: ProjectLog, result_id: str) -> ManifestEntry:
    entry = next((one for one in manifest_of(ProjectView(project)) if one.result_id == result_id), None)
    if entry is None:
        raise ProblemError(404, "unknown-result")
    return entry


def _decision(project: ProjectLog, act: Act, entry: ManifestEntry, body: ResultDecisionBody) -> ResultDecision:
    return ResultDecision(
        decision=body.decision,
        reasons=body.reasons,
        comment=body.comment or None,
        internal_note=body.internal_note or None,
        by=act.by,
        at=act.at,
        round=ProjectView(project).round.number,
        revision=entry.revision,
        sha256=entry.sha256,
        sequence=entry.sequence,
    )


def _require_known(reasons: tuple[str, ...], known: frozenset[str]) -> None:
    unknown = [(index, reason) for index, reason in enumerate(reasons) if reason not in known]
    if unknown:
        errors = tuple(
            FieldError(pointer=f"/reasons/{index}", code="unknown-reason", detail="") for index, _ in unknown
        )
        raise ProblemError(422, "unknown-reason", errors=errors, value=unknown[0][1])


def _require_approvable(view: ResultView) -> None:
    if view.is_taken_down:
        raise ProblemError(409, "taken-down")
    if checked_status(view) is not Status.VALID:
        raise ProblemError(409, "blocking-finding-open")


def _require_waivable(verdict: VerdictState, finding_id: str) -> None:
    """Findings are listed up to a number; the ids of blocking ones are all there, and all personal if `waivable`."""
    listed = {finding.id: check.check for check in verdict.checks for finding in check.findings}
    if finding_id not in listed and finding_id not in verdict.blocking:
        raise ProblemError(404, "unknown-finding")
    if listed.get(finding_id, WAIVABLE_CHECK if verdict.waivable else "") != WAIVABLE_CHECK:
        raise ProblemError(409, "finding-not-waivable")


def _digests_that_count(project: ProjectLog, view: ResultView) -> set[str]:
    """Waivers of contents that are neither here nor approved any more are history, and the log has that."""
    in_force = approved_round(project)
    return {view.state.file.sha256, *(entry.sha256 for entry in (in_force.manifest if in_force else ()))}


def _key(waiver: Waiver) -> tuple[str, str]:
    return waiver.finding_id, waiver.sha256
