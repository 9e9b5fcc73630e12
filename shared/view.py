"""One project as the log has it, with the things that belong together put together."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from shared.contracts.project import ProjectState
from shared.contracts.publication import PublicationState
from shared.contracts.result import ElsewhereReportState, ResultState, RoundState
from shared.contracts.review import ReportState, ReviewResultState, ReviewRoundState
from shared.contracts.status import ResultView, RoundView, report_is_approved
from shared.contracts.verdict import VerdictState
from shared.messaging.events import ProjectLog


@dataclass(frozen=True)
class ProjectView:
    """The states of one project, read from one position of the log."""

    log: ProjectLog

    @cached_property
    def project(self) -> ProjectState | None:
        """The project itself; None when nobody registered it."""
        return self.log.state("intake", "project", ProjectState)

    @cached_property
    def round(self) -> RoundView:
        """The last submission and its review."""
        return RoundView(
            submission=self.log.state("intake", "round", RoundState),
            review=self.log.state("review", "round", ReviewRoundState),
        )

    @cached_property
    def report(self) -> ReportState | None:
        """The decision on the final report, where it is taken here."""
        return self.log.state("review", "report", ReportState)

    @cached_property
    def elsewhere_report(self) -> ElsewhereReportState | None:
        """The decision on the final report, where it is taken in another system."""
        return self.log.state("intake", "report", ElsewhereReportState)

    @property
    def report_approved(self) -> bool:
        """R29: the final report is approved."""
        return report_is_approved(self.report, self.elsewhere_report)

    def result(self, result_id: str) -> ResultView | None:
        """Return all that the log says of a result; None when intake never had it."""
        recorded = self.log.get("intake", "result", result_id)
        if recorded is None:
            return None
        return ResultView(
            state=recorded.state_as(ResultState),
            sequence=recorded.sequence,
            verdict=self.log.state("validator", "result", VerdictState, result_id),
            review=self.log.state("review", "result", ReviewResultState, result_id),
            publication=self.log.state("publisher", "result", PublicationState, result_id),
        )

    def results(self) -> Iterator[ResultView]:
        """Yield every result that intake ever had, deleted ones included, oldest first."""
        views = [view for one in self.log.things("intake", "result") if (view := self.result(one))]
        yield from sorted(views, key=lambda view: (view.state.created_at, view.state.id))
