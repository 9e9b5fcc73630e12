"""What another system decided of a final report: believed only of sources that the operator named."""

from collections.abc import Collection
from typing import Literal

from services.intake.domain.act import Act, Decision, happened, registered
from shared.contracts.result import ElsewhereReportState
from shared.errors import ProblemError
from shared.messaging.events import ProjectLog
from shared.view import ProjectView


def require_trusted(source: str, sub: str, trusted: Collection[str]) -> None:
    """Raise 403 `source-not-trusted` unless the source is named; `<source> <sub>` names it for one sender alone."""
    if source not in trusted and f"{source} {sub}" not in trusted:
        raise ProblemError(403, "source-not-trusted")


def decide_elsewhere(
    project: ProjectLog, act: Act, status: Literal["approved_elsewhere", "returned_elsewhere"], source: str
) -> Decision:
    """Record the decision of a trusted source."""
    view = ProjectView(project)
    registered(view)
    before = view.elsewhere_report
    if before and (before.status, before.source) == (status, source):
        return None
    state = ElsewhereReportState(status=status, source=source, decided_at=act.at)
    return happened(project, act, "report", status, state)
