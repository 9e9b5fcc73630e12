"""What a project has published about itself: its own words, and which of its contacts are public.

Pure: the log in, plain data out. It is what the project's public page shows, and nothing more: an organisation that
withdrew and its contacts are not there. Addresses of websites name nobody and are left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.contracts.project import ContactState, Organisation, ProjectDescription, ProjectState
from shared.messaging.events import ProjectLog


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicEntry:
    """A contact in the bucket `contacts-public`: its key, the fields that are flagged, its organisation's country."""

    key: str
    fields: tuple[str, ...]
    country: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnWords:
    """The public texts of a project, and where its public contacts lie."""

    texts: tuple[str, ...] = ()
    entries: tuple[PublicEntry, ...] = ()


def own_words(project: ProjectLog) -> OwnWords:
    """Return what is public of a project in the log; nothing of one that is not registered."""
    state = project.state("intake", "project", ProjectState)
    if state is None:
        return OwnWords()
    present = {one.id: one for one in state.description.organisations if not one.withdrawn}
    return OwnWords(texts=tuple(_texts(state.description, present)), entries=tuple(_entries(project, state, present)))


def _texts(described: ProjectDescription, present: dict[str, Organisation]) -> Iterator[str]:
    for text in (described.title, described.acronym, described.summary):
        if text:
            yield text
    for one in present.values():
        yield ", ".join(filter(None, (one.name, one.city, one.region)))


def _entries(project: ProjectLog, state: ProjectState, present: dict[str, Organisation]) -> Iterator[PublicEntry]:
    gone = {one.id for one in state.description.organisations} - present.keys()
    for contact in state.contacts:
        public = project.state("intake", "contact", ContactState, contact.id)
        if public is None or public.public_key is None or contact.organisation_id in gone:
            continue
        flags = (("name", public.publish_name), ("email", public.publish_email), ("phone", public.publish_phone))
        organisation = present.get(contact.organisation_id or "")
        yield PublicEntry(
            key=public.public_key,
            fields=tuple(name for name, is_shown in flags if is_shown),
            country=organisation.country if organisation else None,
        )
