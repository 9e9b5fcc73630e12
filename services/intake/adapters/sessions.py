"""Uploads that are under way: one entry of the bucket `uploads` each, so that any replica can go on with them."""

from dataclasses import dataclass, field

from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from services.intake.adapters.kv import away_is_transient, bucket
from services.intake.domain.uploads import OpenUploads, Session
from shared.contracts.model import WireModel
from shared.errors import ProblemError

UPLOADS = "uploads"
OPEN = "open."
"""Before a project's id: what was announced in it. No id of an upload has a dot."""


@dataclass(slots=True)
class KvSessions:
    """The bucket `uploads`. Every change names the revision that it was made on."""

    js: JetStreamContext
    _kv: KeyValue = field(init=False)

    def __post_init__(self) -> None:
        self._kv = bucket(self.js, UPLOADS)

    async def read(self, upload_id: str) -> tuple[Session, int] | None:
        """Return an upload and its revision; None when it is unknown, or gone after seven days."""
        with away_is_transient():
            try:
                found = await self._kv.get(upload_id)
            except KeyNotFoundError:
                return None
        assert found.revision is not None
        return Session.read(found.value or b""), found.revision

    async def write(self, session: Session, revision: int) -> int:
        """Write over a revision (0: there is none). Raises 409 `request-in-progress` when somebody else has."""
        return await self._write(session.id, session, revision)

    async def forget(self, upload_id: str) -> None:
        """Delete an upload that came to nothing."""
        with away_is_transient():
            try:
                await self._kv.delete(upload_id)
            except KeyNotFoundError:
                return

    async def opened(self, project_id: str) -> tuple[OpenUploads, int]:
        """Return what was announced in a project, and the revision at which that was written; 0: nothing yet."""
        with away_is_transient():
            try:
                found = await self._kv.get(f"{OPEN}{project_id}")
            except KeyNotFoundError:
                return OpenUploads(), 0
        assert found.revision is not None
        return OpenUploads.read(found.value or b"{}"), found.revision

    async def keep_opened(self, project_id: str, opened: OpenUploads, revision: int) -> None:
        """Write over a revision. Raises 409 `request-in-progress` when somebody else has."""
        await self._write(f"{OPEN}{project_id}", opened, revision)

    async def _write(self, key: str, state: WireModel, revision: int) -> int:
        data = state.written()
        with away_is_transient():
            try:
                if revision == 0:
                    return await self._kv.create(key, data)
                return await self._kv.update(key, data, last=revision)
            except KeyWrongLastSequenceError as error:
                raise ProblemError(409, "request-in-progress", headers={"Retry-After": "1"}) from error
