"""What intake's messages say of one file, and whether a verdict on it is due. Pure: the log in, an answer out."""

from dataclasses import dataclass

from shared.contracts.project import LogoState
from shared.contracts.result import ResultState
from shared.contracts.subjects import subject
from shared.contracts.verdict import CheckOutcome, VerdictState
from shared.messaging.events import ProjectLog, Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One revision of a result or a logo, as intake measured it. `thing_id` is empty for a logo."""

    project_id: str
    thing: str
    thing_id: str
    revision: int
    name: str
    size: int
    sha256: str
    object_key: str

    @property
    def subject(self) -> str:
        """Where the verdict goes."""
        return subject("validator", self.project_id, self.thing, self.thing_id)


def content_of(recorded: Recorded) -> Content | None:
    """Return the content that a message of intake names; None when the thing is deleted or removed."""
    state = recorded.state()
    assert isinstance(state, ResultState | LogoState), recorded.subject
    file = state.file
    if file is None or (isinstance(state, ResultState) and state.deleted):
        return None
    return Content(
        project_id=recorded.address.project_id,
        thing=recorded.address.thing,
        thing_id=recorded.address.thing_id,
        revision=state.revision,
        name=file.name,
        size=file.size,
        sha256=file.sha256,
        object_key=file.object_key,
    )


def standing_content(project: ProjectLog, thing: str, thing_id: str) -> Content | None:
    """Return what intake has there now; None when nothing does."""
    recorded = project.get("intake", thing, thing_id)
    return content_of(recorded) if recorded else None


def last_verdict(project: ProjectLog, content: Content) -> VerdictState | None:
    """Return our last verdict on this thing, whatever revision it is on."""
    return project.state("validator", content.thing, VerdictState, content.thing_id)


def is_complete(verdict: VerdictState) -> bool:
    """Say whether every check came to its end."""
    return all(one.outcome is not CheckOutcome.ERROR for one in verdict.checks)


def is_due(project: ProjectLog, content: Content, *, again: bool) -> bool:
    """Say whether this content still waits for a verdict.

    It does not when intake names another content, or our own subject names this revision or a newer one; `again`
    takes up a verdict on this revision that could not be completed.
    """
    standing = standing_content(project, content.thing, content.thing_id)
    if standing is None or (standing.revision, standing.sha256) != (content.revision, content.sha256):
        return False
    verdict = last_verdict(project, content)
    if verdict is None or verdict.revision < content.revision:
        return True
    return again and verdict.revision == content.revision and not is_complete(verdict)
