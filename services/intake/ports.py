"""What intake's use cases need from outside. Every call raises TransientError while what stands behind it is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Protocol

from services.intake.domain.files import Content
from services.intake.domain.outcomes import Identity, Outcome
from services.intake.domain.people import People
from services.intake.domain.uploads import OpenUploads, Session
from shared.contracts.progress import CheckProgress
from shared.contracts.project import PublicContact
from shared.messaging.events import Recorded
from shared.storage.ports import ObjectStore


class Spool(Protocol):
    """One file that arrives: counted and digested on the way."""

    @property
    def size(self) -> int:
        """How many bytes have come."""
        ...

    @property
    def is_large(self) -> bool:
        """Tell whether the bytes lie in a file."""
        ...

    async def write(self, data: bytes) -> None:
        """Take more bytes; 413 `file-too-large` as soon as there are too many, and then nothing is kept."""
        ...

    async def finish(self, name: str, declared_type: str | None) -> Content:
        """Return what was measured once the last byte has come."""
        ...

    async def put(self, store: ObjectStore, bucket: str, key: str, sha256: str) -> None:
        """Store the bytes under a key."""
        ...

    def discard(self) -> None:
        """Forget the bytes."""
        ...


class Spools(Protocol):
    """Gives spools that leave nothing behind, whatever happens."""

    def open(self) -> AbstractContextManager[Spool]:
        """Give an empty spool."""
        ...

    def holding(self, data: bytes) -> Spool:
        """Give a spool that holds these few bytes."""
        ...


class IncomingZone(Protocol):
    """The bucket of what was not scanned yet: it takes, and gives back only parts of uploads."""

    async def put(self, key: str, spool: Spool, sha256: str) -> None: ...

    async def put_part(self, key: str, data: bytes) -> None: ...

    def read_part(self, key: str) -> AsyncIterator[bytes]: ...

    async def remove_parts(self, keys: list[str]) -> None: ...


class Receipts(Protocol):
    """The copy outside the log of what was acknowledged."""

    async def keep(self, recorded: Recorded) -> None:
        """Store what was recorded; never fails."""
        ...


class PeopleStore(Protocol):
    """Names, addresses and numbers of people, under keys that events name."""

    async def read(self, key: str | None) -> People: ...

    async def write(self, project_id: str, people: People, known_key: str | None) -> str | None:
        """Keep everybody and return the key: the known one when nothing changed, None when there is nobody."""
        ...

    async def write_public(
        self, project_id: str, contact_id: str, public: PublicContact | None, known_key: str | None
    ) -> str | None:
        """Keep what the public may see of a contact; None when that is nothing."""
        ...

    async def forget(self, key: str | None) -> None: ...

    async def forget_public(self, key: str | None) -> None: ...


class SessionStore(Protocol):
    """Uploads that are under way, with the revision at which each was written."""

    async def read(self, upload_id: str) -> tuple[Session, int] | None: ...

    async def write(self, session: Session, revision: int) -> int:
        """Write over a revision (0: there is none). Raises 409 `request-in-progress` when somebody else has."""
        ...

    async def forget(self, upload_id: str) -> None: ...

    async def opened(self, project_id: str) -> tuple[OpenUploads, int]:
        """Return what was announced in a project, and the revision at which that was written; 0: nothing yet."""
        ...

    async def keep_opened(self, project_id: str, opened: OpenUploads, revision: int) -> None:
        """Write over a revision. Raises 409 `request-in-progress` when somebody else has."""
        ...


class News(Protocol):
    """Tells those who watch a project that something happened to it."""

    def of(self, project_id: str) -> AbstractAsyncContextManager[asyncio.Event]:
        """Give an event that is set whenever something happens."""
        ...


class ProgressBoard(Protocol):
    """How far the checks are, as the validator tells it."""

    async def read(self, result_id: str, revision: int) -> CheckProgress | None:
        """Return it at once, or nothing; never fails."""
        ...


class OutcomeStore(Protocol):
    """What became of upstream events."""

    async def read(self, identity: Identity) -> Outcome | None: ...

    async def write(self, identity: Identity, outcome: Outcome) -> None: ...


class Fetcher(Protocol):
    """Fetches files from hosts that the operator named, and from nowhere else."""

    async def fetch(self, url: str, spool: Spool) -> str | None:
        """Fill the spool and return the type that the host declared.

        Raises 422 `url-not-allowed`, `fetch-failed`, 413 `file-too-large`.
        """
        ...
