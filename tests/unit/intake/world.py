"""One project in memory: what is decided is appended, as the log would, and what others append stands beside it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.intake.domain import projects, results, rounds
from services.intake.domain.act import Act, Decision
from services.intake.domain.files import Content
from services.intake.domain.results import Handed
from shared.contracts.model import WireModel
from shared.contracts.project import Project
from shared.contracts.publication import PublicationState
from shared.contracts.result import DataProtection, Described
from shared.contracts.review import ResultDecision, ReviewResultState, ReviewRoundState
from shared.contracts.subjects import object_key, subject
from shared.contracts.verdict import VerdictOutcome, VerdictState
from shared.messaging.events import Guard, NewEvent, ProjectLog, Recorded
from shared.view import ProjectView

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
PROJECT = "P-1"


def act(cause: str = "", by: str = "karlis", at: datetime = NOW) -> Act:
    act.count += 1  # type: ignore[attr-defined]
    return Act(by=by, at=at, cause=cause or f"cause-{act.count}")  # type: ignore[attr-defined]


act.count = 0  # type: ignore[attr-defined]


def body(**changes: Any) -> Project:
    """A project that ended a month ago."""
    return Project.model_validate(
        {
            "title": "Digital skills",
            "start_date": TODAY - timedelta(days=700),
            "end_date": TODAY - timedelta(days=30),
            "languages": ["en", "lv"],
            "na": "LV01",
            "organisations": [{"id": "o1", "name": "Skola", "role": "coordinator"}],
            "contacts": [{"id": "c1", "name": "Anna", "email": "anna@example.org", "access": "edit", "sub": "anna"}],
        }
        | changes
    )


def described(**changes: Any) -> Described:
    return Described.model_validate(
        {
            "title": "Handbook (English)",
            "description": "How to.",
            "category": "handbook",
            "languages": ["en"],
            "data_protection": DataProtection(confirmed=True),
        }
        | changes
    )


def content(text: str = "a", name: str = "guide.pdf") -> Content:
    return Content(name=name, size=len(text), sha256=text.encode().hex().ljust(64, "0")[:64])


@dataclass
class World:
    """The log of one project."""

    messages: dict[str, Recorded] = field(default_factory=dict)
    position: int = 0
    events: list[NewEvent] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)

    @property
    def log(self) -> ProjectLog:
        return ProjectLog(PROJECT, self.position, dict(self.messages))

    @property
    def view(self) -> ProjectView:
        return ProjectView(self.log)

    def append(self, decision: Decision) -> NewEvent | None:
        """Append what was decided; the guard must be the one that would have let it through."""
        if decision is None:
            return None
        event, guard = decision
        self.events.append(event)
        self.guards.append(guard)
        self._store(event.subject, event.state, event.headers())
        return event

    def others(self, owner: str, thing: str, state: WireModel, thing_id: str = "", what: str = "happened") -> None:
        """Append what another service says."""
        name = subject(owner, PROJECT, thing, thing_id)
        self._store(name, state, {"ce-id": f"{owner}-{self.position}", "ce-type": f"{owner}.{thing}.{what}.v1"})

    def _store(self, name: str, state: WireModel, headers: dict[str, str]) -> None:
        self.position += 1
        self.messages.pop(name, None)
        self.messages[name] = Recorded(name, self.position, NOW, headers, state.to_json())

    def register(self, today: date = TODAY, **changes: Any) -> NewEvent | None:
        registration = projects.Registration.of(body(**changes), "P-1.key")
        return self.append(projects.register(self.log, act(), registration, today))

    def add(self, text: str = "a", **changes: Any) -> str:
        own = act()
        self.append(results.add(self.log, own, Handed(described=described(**changes), content=content(text))))
        return own.result_id(PROJECT)

    def check(self, result_id: str, outcome: VerdictOutcome = VerdictOutcome.PASSED, **changes: Any) -> None:
        found = self.view.result(result_id)
        assert found
        state = found.state
        verdict = VerdictState(
            project_id=PROJECT,
            result_id=result_id,
            revision=state.revision,
            sha256=state.file.sha256,
            size=state.file.size,
            outcome=outcome,
            object_key=object_key(result_id, state.revision, state.file.sha256),
            checked_at=NOW,
            **changes,
        )
        self.others("validator", "result", verdict, result_id, "checked")

    def valid(self, text: str = "a", **changes: Any) -> str:
        result_id = self.add(text, **changes)
        self.check(result_id)
        return result_id

    def submit(self) -> NewEvent | None:
        return self.append(rounds.submit(self.log, act(), TODAY))

    def review(self, status: str, **changes: Any) -> None:
        state = ReviewRoundState.model_validate(
            {"round": self.view.round.number, "status": status, "by": "olga", "at": NOW} | changes
        )
        self.others("review", "round", state, what=status)

    def decide(self, result_id: str, decision: str = "approve", **changes: Any) -> None:
        found = self.view.result(result_id)
        assert found
        state = ResultDecision.model_validate(
            {
                "decision": decision,
                "by": "olga",
                "at": NOW,
                "round": self.view.round.number,
                "revision": found.state.revision,
                "sha256": found.state.file.sha256,
                "sequence": found.sequence,
            }
            | changes
        )
        self.others("review", "result", ReviewResultState(result_id=result_id, decision=state), result_id, "decided")

    def publish(self, result_id: str, status: str = "published") -> None:
        found = self.view.result(result_id)
        assert found
        state = PublicationState.model_validate(
            {
                "result_id": result_id,
                "status": status,
                "revision": found.state.revision,
                "sha256": found.state.file.sha256,
                "sequence": found.sequence,
                "first_published_at": NOW,
                "at": NOW,
            }
        )
        self.others("publisher", "result", state, result_id, status)
