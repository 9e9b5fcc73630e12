"""The logo of a project: a picture that is scanned like any file; it locks with the results (A4)."""

from services.intake.domain.act import Act, Decision, happened, is_done, require_unlocked
from services.intake.domain.files import Content
from services.intake.domain.results import RevisionMovedError
from shared.contracts.project import LogoFile, LogoState
from shared.contracts.subjects import logo_key
from shared.messaging.events import ProjectLog
from shared.view import ProjectView


def logo(project: ProjectLog) -> LogoState:
    """Return the logo; without `file` when there is none."""
    return project.state("intake", "logo", LogoState) or LogoState(revision=0)


def set_logo(project: ProjectLog, act: Act, revision: int, content: Content) -> Decision:
    """Set the logo. Raises 409 `project-locked`, and RevisionMovedError when another revision came first."""
    require_unlocked(ProjectView(project))
    if is_done(project, act, "logo"):
        return None
    if logo(project).revision + 1 != revision:
        raise RevisionMovedError
    file = LogoFile(
        name=content.name,
        size=content.size,
        sha256=content.sha256,
        declared_type=content.declared_type,
        object_key=logo_key(project.project_id, revision, content.sha256),
    )
    return happened(project, act, "logo", "set", LogoState(revision=revision, file=file))


def remove_logo(project: ProjectLog, act: Act) -> Decision:
    """Remove the logo, if there is one. Raises 409 `project-locked`."""
    require_unlocked(ProjectView(project))
    before = logo(project)
    if before.file is None:
        return None
    return happened(project, act, "logo", "removed", LogoState(revision=before.revision + 1))
