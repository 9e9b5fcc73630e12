"""How many uploads stand open: bounded for each caller in a project, and for the project."""

from datetime import datetime

from services.intake.domain.uploads import OpenUploads, Session
from services.intake.ports import SessionStore
from shared.errors import ProblemError

TRIES_MAX = 20


async def announce(sessions: SessionStore, session: Session, now: datetime) -> None:
    """Count a new upload. Raises 409 `too-many-uploads`, and `request-in-progress` when too many come at once."""
    for _ in range(TRIES_MAX):
        written, revision = await sessions.opened(session.project_id)
        opened = written.current(now)
        if not opened.has_room(session.sub):
            opened = await _still_open(sessions, opened)
        try:
            return await sessions.keep_opened(session.project_id, opened.plus(session), revision)
        except ProblemError as error:
            if error.code != "request-in-progress":
                raise
    raise ProblemError(409, "request-in-progress", headers={"Retry-After": "1"})


async def _still_open(sessions: SessionStore, opened: OpenUploads) -> OpenUploads:
    """Look what became of each: only where there is no room, so that using an upload costs nothing more."""
    gone = set()
    for one in opened.uploads:
        found = await sessions.read(one.id)
        if found is None or found[0].used_by is not None:
            gone.add(one.id)
    return opened.without(gone)
