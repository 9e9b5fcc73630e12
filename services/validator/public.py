"""What is public, approved or a logo: the contents that new signatures are held against. Pure: the log in."""

from collections.abc import AsyncIterator

from shared.contracts.publication import PublicationState
from shared.contracts.review import ReviewRoundState
from shared.messaging.events import ProjectLog
from shared.messaging.log import Log


def public_sequences(project: ProjectLog) -> list[int]:
    """Return the sequences of intake's events whose contents are approved or public, and the logo's; each once."""
    found: dict[int, None] = {}
    round_ = project.state("review", "round", ReviewRoundState)
    if round_ and round_.approved:
        found |= dict.fromkeys(one.sequence for one in round_.approved.manifest)
    for recorded in project.things("publisher", "result").values():
        published = recorded.state_as(PublicationState)
        if published.status == "published":
            found[published.sequence] = None
    if logo := project.get("intake", "logo"):
        found[logo.sequence] = None
    return list(found)


async def registered_projects(log: Log) -> AsyncIterator[tuple[str, int]]:
    """Yield every project ever registered, oldest first, with the sequence of its first event."""
    seen: set[str] = set()
    async for event in log.history("intake.*.project"):
        project_id = event.address.project_id
        if project_id not in seen:
            seen.add(project_id)
            yield project_id, event.sequence
