"""Why submission is or is not possible, and since when: the same reasons as a submission would be refused for."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.intake.domain.act import registered
from services.intake.domain.rounds import live_results, obstacle
from shared.contracts.status import opens_at
from shared.errors import ProblemError
from shared.view import ProjectView


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """`refusal` None: submission is possible. `since`: when that began. `opens_at`: the midnight after the last day."""

    refusal: ProblemError | None
    since: datetime | None
    opens_at: datetime


def gate(view: ProjectView, today: date, zone: ZoneInfo) -> Gate:
    """Return the gate of a project on a day of the agency's time zone."""
    project = registered(view)
    opening = opens_at(project, zone)
    if project.termination:
        opening = min(opening, project.termination.at)
    refusal = obstacle(view, today)
    return Gate(refusal=refusal, since=_since(view, refusal, opening), opens_at=opening)


def _since(view: ProjectView, refusal: ProblemError | None, opening: datetime) -> datetime | None:
    project, submission = registered(view), view.round.submission
    if refusal is None:
        changes = [one.state.changed_at for one in live_results(view)]
        return max([opening, *changes])
    if refusal.code in {"already-under-review", "project-locked"} and submission:
        return submission.submitted_at
    if refusal.code == "project-not-ended":
        return project.registered_at
    return opening
