"""The review of a round: claimed by one officer, then approved or returned; reopened by a lead."""

from services.review.domain.act import Act, Decision, happened
from shared.contracts.result import ManifestEntry, Status
from shared.contracts.review import ApprovedRound, ReviewRoundState, RoundDecisionBody
from shared.contracts.status import ResultView, checked_status, is_live
from shared.contracts.visible import is_blank
from shared.errors import FieldError, ProblemError
from shared.messaging.events import ProjectLog
from shared.view import ProjectView


def claim(project: ProjectLog, act: Act) -> Decision:
    """Take the open round. Raises 409 `claimed-by-another`; nothing changes for the officer who has it."""
    require_open(project)
    officer = officer_of(project)
    if officer == act.by:
        return None
    if officer is not None:
        raise ProblemError(409, "claimed-by-another")
    return _taken(project, act, act.by)


def assign(project: ProjectLog, act: Act, officer: str) -> Decision:
    """Give the open round to an officer, whoever has it now. For leads."""
    require_open(project)
    return None if officer_of(project) == officer else _taken(project, act, officer)


def release(project: ProjectLog, act: Act) -> Decision:
    """Give the open round back. Nothing changes when the caller has given it back already."""
    require_open(project)
    last = _review_of_submission(project)
    if last and last.status == "released" and last.by == act.by:
        return None
    require_officer(project, act)
    return happened(project, act, "round", "released", _next(project, act, "released"))


def decide(project: ProjectLog, act: Act, body: RoundDecisionBody) -> Decision:
    """Close the open round: approve it when every result is approved, or return it to the project.

    Raises 409 `not-under-review`, `not-claimed`, `claimed-by-another`, `results-undecided`, `blocking-finding-open`,
    and 422 `comment-required` when neither the round nor any result says what has to change.
    """
    wanted, comment = (
        ("approved" if body.decision == "approve" else "returned"),
        None if is_blank(body.comment) else body.comment,
    )
    if _is_repeated(project, act, wanted, comment):
        return None
    require_open(project)
    require_officer(project, act)
    if wanted == "approved":
        _require_all_approved(project)
    elif not comment and not _any_returned(project):
        raise ProblemError(422, "comment-required")
    return happened(project, act, "round", wanted, _next(project, act, wanted, comment=comment))


def reopen(project: ProjectLog, act: Act, reason: str) -> Decision:
    """Unlock a project whose round was approved; what is public stays until the next approved round. For leads.

    Raises 409 `not-reopenable` while nothing is closed.
    """
    if _is_repeated(project, act, "reopened", reason):
        return None
    if ProjectView(project).round.status != "approved":
        raise ProblemError(409, "not-reopenable")
    return happened(project, act, "round", "reopened", _next(project, act, "reopened", comment=reason))


def require_open(project: ProjectLog) -> None:
    """Raise 409 `not-under-review` unless a submission waits for its decision."""
    if not ProjectView(project).round.is_under_review:
        raise ProblemError(409, "not-under-review")


def require_officer(project: ProjectLog, act: Act) -> None:
    """Raise 409 `not-claimed` or `claimed-by-another` unless the round is the caller's."""
    officer = officer_of(project)
    if officer is None:
        raise ProblemError(409, "not-claimed")
    if officer != act.by:
        raise ProblemError(409, "claimed-by-another")


def officer_of(project: ProjectLog) -> str | None:
    """Return the `sub` of who has the open round; None while nobody has."""
    last = _review_of_submission(project)
    return last.officer if last and last.status == "claimed" else None


def approved_round(project: ProjectLog) -> ApprovedRound | None:
    """Return the round that is in force, with the sequence of the event that approved it."""
    recorded = project.get("review", "round")
    last = project.state("review", "round", ReviewRoundState)
    if recorded is None or last is None or last.approved is None or last.approved.sequence is not None:
        return last.approved if last else None
    return last.approved.model_copy(update={"sequence": recorded.sequence})


def is_approved(view: ResultView | None, entry: ManifestEntry) -> bool:
    """Tell whether an officer approved exactly what the manifest names; an earlier round's approval stands too."""
    decision = view.review.decision if view and view.review else None
    return decision is not None and decision.decision == "approve" and decision.sequence == entry.sequence


def manifest_of(view: ProjectView) -> tuple[ManifestEntry, ...]:
    """Return what the last submission holds."""
    return view.round.submission.manifest if view.round.submission else ()


def _review_of_submission(project: ProjectLog) -> ReviewRoundState | None:
    """What review last said of the last submission; None when that was of an earlier one."""
    round_ = ProjectView(project).round
    return round_.review if round_.review and round_.review.round == round_.number else None


def _taken(project: ProjectLog, act: Act, officer: str) -> Decision:
    return happened(project, act, "round", "claimed", _next(project, act, "claimed", officer=officer))


def _next(
    project: ProjectLog, act: Act, status: str, *, officer: str | None = None, comment: str | None = None
) -> ReviewRoundState:
    """The state after an event. It carries the approved round on, so that what is public stays known."""
    view = ProjectView(project)
    return ReviewRoundState.model_validate(
        {
            "round": view.round.number,
            "status": status,
            "officer": act.by if status in ("approved", "returned") else officer,
            "comment": comment,
            "by": act.by,
            "at": act.at,
            "approved": _approved_now(view, act) if status == "approved" else approved_round(project),
        }
    )


def _approved_now(view: ProjectView, act: Act) -> ApprovedRound:
    """Without a sequence: the event that carries it is not recorded yet, and later events fill it in."""
    return ApprovedRound(
        round=view.round.number, manifest=manifest_of(view), approved_by=act.by, approved_at=act.at, sequence=None
    )


def _is_repeated(project: ProjectLog, act: Act, status: str, comment: str | None) -> bool:
    last = _review_of_submission(project)
    return last is not None and (last.status, last.by, last.comment) == (status, act.by, comment)


def _require_all_approved(project: ProjectLog) -> None:
    """R52, I5. A result that was taken down meanwhile is no longer live and stops nothing."""
    view = ProjectView(project)
    found = [(entry, view.result(entry.result_id)) for entry in manifest_of(view)]
    live = [(entry, one) for entry, one in found if one is None or is_live(one)]
    undecided = [_undecided(one, entry) for entry, one in live if not is_approved(one, entry)]
    if undecided:
        raise ProblemError(409, "results-undecided", errors=tuple(undecided))
    blocked = [entry for entry, one in live if one is None or checked_status(one) is not Status.VALID]
    if blocked:
        errors = tuple(_fault(entry, "blocking-finding-open") for entry in blocked)
        raise ProblemError(409, "blocking-finding-open", errors=errors)


def _undecided(view: ResultView | None, entry: ManifestEntry) -> FieldError:
    decision = view.standing_decision if view else None
    return _fault(entry, "result-returned" if decision else "result-undecided")


def _fault(entry: ManifestEntry, code: str) -> FieldError:
    return FieldError(pointer=f"/results/{entry.result_id.replace('~', '~0')}", code=code, detail="")


def _any_returned(project: ProjectLog) -> bool:
    view = ProjectView(project)
    decisions = [one.standing_decision for entry in manifest_of(view) if (one := view.result(entry.result_id))]
    return any(decision is not None and decision.decision == "request_changes" for decision in decisions)
