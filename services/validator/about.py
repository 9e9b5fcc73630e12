"""What the log says of a result beside its bytes, for the hints on quality. Pure: the log in, plain data out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.validator.content import Content
from services.validator.domain import Observation, observation
from shared.contracts.project import ProjectState
from shared.contracts.result import ResultState
from shared.messaging.events import ProjectLog

CHECK = "quality"
TWINS_TOLD_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is said of a result (None of a file that is none), and the titles of others with the same bytes."""

    about: dict[str, Any] | None = None
    twins: tuple[str, ...] = ()

    def observations(self) -> Iterable[Observation]:
        """Return what the log alone tells."""
        if self.twins:
            titles = "; ".join(self.twins[:TWINS_TOLD_MAX])
            yield observation(CHECK, "duplicate", {"titles": titles}, match=titles)


NOTHING = Known()


def known_of(project: ProjectLog, content: Content) -> Known | None:
    """Return what is known of a content; None for a logo, on which nobody is given hints."""
    state = project.state("intake", "result", ResultState, content.thing_id) if content.thing == "result" else None
    if state is None:
        return None
    described = project.state("intake", "project", ProjectState)
    about = {
        "title": state.title,
        "description": state.description,
        "languages": state.languages,
        "agreed": described.description.languages if described else (),
        "funding": described.description.funding if described else None,
    }
    return Known(about=about, twins=tuple(sorted(_twins(project, content))))


def _twins(project: ProjectLog, content: Content) -> Iterable[str]:
    for result_id, recorded in project.things("intake", "result").items():
        state = recorded.state()
        if not isinstance(state, ResultState) or state.deleted or result_id == content.thing_id:
            continue
        if state.file.sha256 == content.sha256:
            yield state.title
