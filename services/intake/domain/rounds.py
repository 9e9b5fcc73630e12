"""The round: submitted by the coordinator once the project is over, taken back until an officer opens it."""

from datetime import date

from services.intake.domain.act import Act, Decision, happened, is_done, registered
from shared.contracts.result import ManifestEntry, RoundState
from shared.contracts.status import ResultView, can_be_submitted, has_ended, is_live, result_status
from shared.errors import FieldError, ProblemError
from shared.messaging.events import ProjectLog
from shared.view import ProjectView
from shared.vocabularies import terms


def live_results(view: ProjectView) -> list[ResultView]:
    """Return what a submission must hold, oldest first."""
    return [one for one in view.results() if is_live(one)]


def obstacle(view: ProjectView, today: date) -> ProblemError | None:
    """Return why the project cannot be submitted now: the first that applies, in the order of the contract."""
    project = registered(view)
    if view.round.is_under_review:
        return ProblemError(409, "already-under-review")
    if view.round.is_locked:
        return ProblemError(409, "project-locked", rule="R38")
    if not has_ended(project, today):
        return ProblemError(409, "project-not-ended", rule="R27", end_date=project.description.end_date.isoformat())
    if not (results := live_results(view)):
        return ProblemError(409, "nothing-to-submit")
    if unfit := [one for one in results if not can_be_submitted(one)]:
        return ProblemError(409, "results-not-valid", errors=tuple(_unfit(one, view) for one in unfit))
    return None


def _unfit(result: ResultView, view: ProjectView) -> FieldError:
    status = result_status(result, view.round)
    words = terms("status")[status].label
    return FieldError(
        pointer=f"/results/{result.state.id.replace('~', '~0')}",
        code=status,
        detail={"en": f"{result.state.title}: {words.en}", "lv": f"{result.state.title}: {words.lv}"},
    )


def submit(project: ProjectLog, act: Act, today: date) -> Decision:
    """Submit every live result for review and lock the project (R38). Raises what `obstacle` finds."""
    view = ProjectView(project)
    registered(view)
    if is_done(project, act, "round"):
        return None
    if refusal := obstacle(view, today):
        raise refusal
    state = RoundState(
        round=view.round.number + 1,
        status="submitted",
        manifest=tuple(_entry(one) for one in live_results(view)),
        submitted_by=act.by,
        submitted_at=act.at,
    )
    return happened(project, act, "round", "submitted", state)


def _entry(result: ResultView) -> ManifestEntry:
    state = result.state
    return ManifestEntry(
        result_id=state.id,
        revision=state.revision,
        sha256=state.file.sha256,
        sequence=result.sequence,
        publish=state.publish,
    )


def withdraw(project: ProjectLog, act: Act) -> Decision:
    """Take the submission back. Raises 409 `not-under-review`, and `already-opened` once an officer has claimed it.

    A claim excludes a withdrawal, so this names the guard of review.
    """
    view = ProjectView(project)
    registered(view)
    submission = view.round.submission
    if is_done(project, act, "round"):
        return None
    if submission is None or not view.round.is_locked:
        raise ProblemError(409, "not-under-review")
    if view.round.is_opened:
        raise ProblemError(409, "already-opened")
    event, _ = happened(project, act, "round", "withdrawn", submission.model_copy(update={"status": "withdrawn"}))
    return event, project.guard("project")
