"""A project's log in memory: appends are guarded as the server guards them."""

import itertools
from dataclasses import dataclass, field
from datetime import timedelta

from services.review.domain.act import Act, Decision
from shared.contracts.result import ManifestEntry
from shared.messaging.events import NewEvent, ProjectLog, Recorded
from shared.view import ProjectView
from tests.unit.review.events import NOON, Content, checked, content, entry, registered, stored, submitted

_causes = itertools.count(1)


def act(by: str = "ilze", *, minutes: int = 0) -> Act:
    return Act(by=by, at=NOON + timedelta(minutes=minutes), cause=f"cause-{next(_causes)}")


@dataclass
class Story:
    """What happened to one project so far."""

    project_id: str = "P-1"
    recorded: list[Recorded] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.add(registered(self.project_id))

    def add(self, event: NewEvent) -> int:
        """Append what another owner says; returns its sequence."""
        sequence = len(self.recorded) + 1
        body = event.state.model_dump_json(exclude_none=True).encode()
        self.recorded.append(Recorded(event.subject, sequence, event.at, event.headers(), body))
        return sequence

    def play(self, decision: Decision) -> bool:
        """Append what review decided, if it decided anything."""
        if decision is None:
            return False
        event, guard = decision
        assert (guard.filter, guard.sequence) == (f"*.{self.project_id}.>", len(self.recorded))
        self.add(event)
        return True

    @property
    def log(self) -> ProjectLog:
        return ProjectLog(self.project_id, len(self.recorded), {one.subject: one for one in self.recorded})

    @property
    def view(self) -> ProjectView:
        return ProjectView(self.log)

    def valid_result(self, name: str = "a") -> Content:
        """Add a result that passed every check."""
        one = content(self.project_id, name)
        self.add(stored(one))
        self.add(checked(one))
        return one

    def submit(self, *results: Content, number: int = 1) -> tuple[ManifestEntry, ...]:
        """Submit what stands there of these results."""
        found = {one.id: self.view.result(one.id) for one in results}
        manifest = tuple(entry(one, view.sequence) for one in results if (view := found[one.id]))
        self.add(submitted(self.project_id, number, manifest))
        return manifest
