"""What the publisher does to the log and to the public zone to bring them in line with a decision. Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.publisher.domain import Content, Wanted
from shared.contracts.project import PublicLogoState, WebsiteState
from shared.contracts.publication import PublicationState
from shared.contracts.subjects import object_key, result_subject, subject
from shared.messaging.events import Guard, NewEvent, Recorded, event_id
from shared.view import ProjectView

ACTOR = "publisher"


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Bytes that must stand in the public zone before anybody says so. `size` in bytes, where it is known."""

    key: str
    sha256: str
    size: int | None = None
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """First `copy`, then append `event` under `guard`, then remove the keys that nobody names any more."""

    event: NewEvent
    guard: Guard
    copy: Copy | None = None
    remove: tuple[str, ...] = ()


def result_deed(
    view: ProjectView, wanted: Wanted, *, cause: Recorded, now: datetime, file: tuple[int, str] | None = None
) -> Deed:
    """Publish, withhold or withdraw a result; `file` is size and type of what is published."""
    name = result_subject("publisher", wanted.result_id)
    before = view.log.state("publisher", "result", PublicationState, wanted.result_id)
    key = _key(wanted.result_id, wanted.content)
    is_published = wanted.status == "published"
    first = before.first_published_at if before else None
    state = PublicationState(
        result_id=wanted.result_id,
        status=wanted.status,
        revision=wanted.content.revision,
        sha256=wanted.content.sha256,
        sequence=wanted.content.sequence,
        object_key=key if is_published else None,
        basis=wanted.basis,
        reason=wanted.reason,
        first_published_at=first or (now if is_published else None),
        at=now,
    )
    size, content_type = file or (None, "application/octet-stream")
    old = {key, before.object_key if before else None}
    return Deed(
        event=_event(view, name, f"publisher.result.{wanted.status}.v1", state, cause=cause, outcome=_outcome(wanted)),
        guard=view.log.guard_of(name),
        copy=Copy(key=key, sha256=wanted.content.sha256, size=size, content_type=content_type)
        if is_published
        else None,
        remove=tuple(one for one in old if one and not (is_published and one == key)),
    )


def website_deed(view: ProjectView, state: WebsiteState, *, cause: Recorded) -> Deed:
    """Show or remove the website."""
    name = subject("publisher", view.log.project_id, "website")
    happened = "published" if state.url else "removed"
    return Deed(
        event=_event(view, name, f"publisher.website.{happened}.v1", state, cause=cause, outcome=state.url or ""),
        guard=view.log.guard_of(name),
    )


def logo_deed(view: ProjectView, state: PublicLogoState, *, cause: Recorded) -> Deed:
    """Show or remove the logo."""
    name = subject("publisher", view.log.project_id, "logo")
    before = view.log.state("publisher", "logo", PublicLogoState)
    old = before.object_key if before else None
    copy = None
    if state.object_key and state.sha256 and state.content_type:
        copy = Copy(key=state.object_key, sha256=state.sha256, content_type=state.content_type)
    happened = "published" if copy else "removed"
    return Deed(
        event=_event(view, name, f"publisher.logo.{happened}.v1", state, cause=cause, outcome=state.sha256 or ""),
        guard=view.log.guard_of(name),
        copy=copy,
        remove=(old,) if old and old != state.object_key else (),
    )


def _outcome(wanted: Wanted) -> str:
    basis = wanted.basis.model_dump_json() if wanted.basis else ""
    return f"{wanted.content.sha256}:{wanted.content.sequence}:{basis}:{wanted.reason or ''}"


def _event(
    view: ProjectView,
    name: str,
    kind: str,
    state: PublicationState | WebsiteState | PublicLogoState,
    *,
    cause: Recorded,
    outcome: str,
) -> NewEvent:
    """The id follows from what stood there before and what stands there after: replicas that agree say it once."""
    last = view.log.messages.get(name)
    return NewEvent(
        subject=name,
        type=kind,
        state=state,
        id=event_id(name, str(last.sequence if last else 0), kind, outcome),
        actor=ACTOR,
        causation=cause.id,
        correlation=cause.headers.get("ce-correlationid", ""),
    )


def _key(result_id: str, content: Content) -> str:
    return object_key(result_id, content.revision, content.sha256)


def unnamed_keys(view: ProjectView, contents: dict[str, Wanted | None]) -> set[str]:
    """Return the keys under which these results might lie in the public zone although the log does not say so."""
    found: set[str] = set()
    for result_id, wanted in contents.items():
        publication = view.log.state("publisher", "result", PublicationState, result_id)
        if publication and publication.status == "published":
            continue
        if wanted:
            found.add(_key(result_id, wanted.content))
        if publication:
            found.add(object_key(result_id, publication.revision, publication.sha256))
    return found


def is_named(view: ProjectView, key: str) -> bool:
    """Tell whether the log says that this object is public."""
    publications = (one.state_as(PublicationState) for one in view.log.things("publisher", "result").values())
    shown = view.log.state("publisher", "logo", PublicLogoState)
    return (shown is not None and shown.object_key == key) or any(
        one.status == "published" and one.object_key == key for one in publications
    )
