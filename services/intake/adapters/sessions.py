"""Uploads that are under way: one entry of the bucket `uploads` each, so that any replica can go on with them."""

from dataclasses import dataclass, field

from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError

from services.intake.domain.uploads import OpenUploads, Session
from shared.contracts.model import WireModel
from shared.errors import ProblemError
from shared.messaging.buckets import Bucket

UPLOADS = "uploads"
OPEN = "open."
"""Before a project's id: what was announced in it. No id of an upload has a dot."""


@dataclass(slots=True)
class KvSessions:
    """The bucket `uploads`. Every change names the revision that it was made on."""

    js: JetStreamContext
    _kept: Bucket = field(init=False)

    def __post_init__(self) -> None:
        self._kept = Bucket(self.js, UPLOADS)

    async def read(self, upload_id: str) -> tuple[Session, int] | None:
        """Return an upload and its revision; None when it is unknown, or gone after seven days."""
        try:
            data, revision = await self._kept.get(upload_id)
        except KeyNotFoundError:
            return None
        return Session.from_json(data), revision

    async def write(self, session: Session, revision: int) -> int:
        """Write over a revision (0: there is none). Raises 409 `request-in-progress` when somebody else has."""
        return await self._write(session.id, session, revision)

    async def forget(self, upload_id: str) -> None:
        """Delete an upload that came to nothing."""
        await self._kept.delete(upload_id)

    async def opened(self, project_id: str) -> tuple[OpenUploads, int]:
        """Return what was announced in a project, and the revision at which that was written; 0: nothing yet."""
        try:
            data, revision = await self._kept.get(f"{OPEN}{project_id}")
        except KeyNotFoundError:
            return OpenUploads(), 0
        return OpenUploads.from_json(data or b"{}"), revision

    async def keep_opened(self, project_id: str, opened: OpenUploads, revision: int) -> None:
        """Write over a revision. Raises 409 `request-in-progress` when somebody else has."""
        await self._write(f"{OPEN}{project_id}", opened, revision)

    async def _write(self, key: str, state: WireModel, revision: int) -> int:
        try:
            return await self._kept.write(key, state.to_json(), revision)
        except KeyWrongLastSequenceError as error:
            raise ProblemError(409, "request-in-progress", headers={"Retry-After": "1"}) from error
