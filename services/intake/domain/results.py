"""What may become of a result: received, revised, described, deleted; nothing of it while the project is locked."""

from dataclasses import dataclass
from typing import Any

from services.intake.domain.act import Act, Decision, happened, is_done, require_unlocked
from services.intake.domain.files import Content
from services.intake.domain.links import public_url
from shared.contracts.result import (
    RESULTS_PER_PROJECT_MAX,
    Described,
    Kind,
    ResultFile,
    ResultMetadata,
    ResultState,
)
from shared.contracts.status import ResultView
from shared.contracts.subjects import object_key
from shared.errors import ProblemError
from shared.messaging.events import ProjectLog
from shared.view import ProjectView

LINK_NAME = "link.uri"
TEXT_NAME = "text.txt"


class RevisionMovedError(Exception):
    """The bytes were put under a key that names another revision than the next: put them again and decide again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What is handed in: what describes it, its bytes, and the address when it is a link."""

    described: Described
    content: Content
    kind: Kind = "file"
    url: str | None = None
    external_id: str | None = None


def inline_content(kind: Kind, *, url: str | None, text: str | None) -> tuple[str, str, bytes] | None:
    """Return name, type and bytes of a link or a text, which are stored like files; None for kind `file`.

    Raises 422 `url-not-allowed`, `missing-url`, `missing-text`.
    """
    if kind == "link":
        if not url:
            raise ProblemError(422, "missing-url")
        return LINK_NAME, "text/uri-list", public_url(url).encode()
    if kind == "text":
        if not text:
            raise ProblemError(422, "missing-text", rule="R42")
        return TEXT_NAME, "text/plain; charset=utf-8", text.encode()
    return None


def handed(metadata: ResultMetadata, content: Content) -> Handed:
    """Put the body of a call and the measured bytes together."""
    return Handed(
        described=Described.model_validate(metadata.model_dump(include=set(Described.model_fields))),
        content=content,
        kind=metadata.kind,
        url=public_url(metadata.url) if metadata.kind == "link" and metadata.url else None,
        external_id=metadata.external_id or None,
    )


def with_external_id(view: ProjectView, submitter: str, external_id: str | None) -> ResultView | None:
    """Return the live result that this submitter knows under this id of its own."""
    if external_id is None:
        return None
    for one in view.results():
        state = one.state
        if (state.external_id, state.submitter) == (external_id, submitter) and not state.deleted:
            return one
    return None


def require_result(view: ProjectView, result_id: str) -> ResultView:
    """Return a live result. Raises 404 `unknown-result`, 410 `result-deleted`."""
    found = view.result(result_id)
    if found is None:
        raise ProblemError(404, "unknown-result")
    if found.state.deleted:
        raise ProblemError(410, "result-deleted")
    return found


def require_room(view: ProjectView) -> None:
    """Raise 409 `too-many-results` when the project holds as many results as it can, deleted ones included."""
    prefix = f"intake.{view.log.project_id}.result."
    if sum(name.startswith(prefix) for name in view.log.messages) >= RESULTS_PER_PROJECT_MAX:
        raise ProblemError(409, "too-many-results", limit=RESULTS_PER_PROJECT_MAX)


def add(project: ProjectLog, act: Act, new: Handed) -> Decision:
    """Add a result. Raises 404 `unknown-project`, 409 `project-locked`, `too-many-results`.

    Raises RevisionMovedError when a result with this external id came first: then it is a revision of that one.
    """
    view, result_id = ProjectView(project), act.result_id(project.project_id)
    require_unlocked(view)
    if view.result(result_id):
        return None
    require_room(view)
    if with_external_id(view, act.by, new.external_id):
        raise RevisionMovedError
    state = ResultState(
        id=result_id,
        project_id=project.project_id,
        kind=new.kind,
        external_id=new.external_id,
        submitter=act.by,
        created_at=act.at,
        deleted=False,
        **_told(new.described),
        **_content(result_id, 1, act, new.content, new.url),
    )
    return happened(project, act, "result", "received", state, thing_id=result_id)


def revise(
    project: ProjectLog,
    act: Act,
    result_id: str,
    revision: int,
    new: Content,
    *,
    told: Described | None = None,
    url: str | None = None,
    kind: Kind | None = None,
) -> Decision:
    """Give a result new bytes, which need new verdicts; `told` describes it anew at the same time.

    An upstream that knows the result by an id of its own may hand in another kind of it.

    Raises 404 `unknown-result`, 410 `result-deleted`, 409 `project-locked`, and RevisionMovedError.
    """
    view = ProjectView(project)
    if is_done(project, act, "result", result_id):
        return None
    before = require_result(view, result_id).state
    require_unlocked(view)
    if before.revision + 1 != revision:
        raise RevisionMovedError
    changes = (
        (_told(told) if told else {}) | _content(result_id, revision, act, new, url) | {"kind": kind or before.kind}
    )
    return happened(project, act, "result", "revised", before.model_copy(update=changes), thing_id=result_id)


def describe(project: ProjectLog, act: Act, result_id: str, told: Described) -> Decision:
    """Describe a result anew; its bytes and their verdict stay. Raises as `revise` does."""
    view = ProjectView(project)
    before = require_result(view, result_id).state
    require_unlocked(view)
    changes = _told(told)
    if before.model_copy(update=changes) == before:
        return None
    state = before.model_copy(update={**changes, "changed_at": act.at})
    return happened(project, act, "result", "described", state, thing_id=result_id)


def delete(project: ProjectLog, act: Act, result_id: str) -> Decision:
    """Delete a result that was never public. Raises as `revise` does, and 409 `already-published`."""
    view = ProjectView(project)
    if is_done(project, act, "result", result_id):
        return None
    found = require_result(view, result_id)
    require_unlocked(view)
    if found.was_ever_published:
        raise ProblemError(409, "already-published")
    state = found.state.model_copy(update={"deleted": True, "changed_at": act.at})
    return happened(project, act, "result", "deleted", state, thing_id=result_id)


def _told(described: Described) -> dict[str, Any]:
    """Every field of a description, as the state has them."""
    return {name: getattr(described, name) for name in Described.model_fields}


def _content(result_id: str, revision: int, act: Act, content: Content, url: str | None) -> dict[str, Any]:
    file = ResultFile(
        name=content.name,
        size=content.size,
        sha256=content.sha256,
        declared_type=content.declared_type,
        object_key=object_key(result_id, revision, content.sha256),
    )
    return {"revision": revision, "file": file, "url": url, "changed_at": act.at, "content_at": act.at}
