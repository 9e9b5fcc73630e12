"""Uploads that arrive in pieces: what is known of one, and where a piece must begin."""

from datetime import datetime
from typing import Self

from shared.contracts.model import WireModel
from shared.errors import ProblemError

OPEN_PER_CALLER_MAX = 100
OPEN_PER_PROJECT_MAX = 200
PIECES_MAX = 1_000


class Part(WireModel):
    """One piece of an upload: an object under `parts/`, of `size` bytes."""

    key: str
    size: int


class Session(WireModel):
    """One upload. It is bound to project and `sub`; `used_by` is the result that it was made for."""

    id: str
    project_id: str
    sub: str
    filename: str
    size: int
    sha256: str
    parts: tuple[Part, ...] = ()
    complete: bool = False
    used_by: str | None = None
    expires_at: datetime

    @property
    def received(self) -> int:
        """How many bytes have come, counted from the first without a gap."""
        return sum(part.size for part in self.parts)

    def require_room(self) -> None:
        """Raise 409 `too-many-pieces` when as many have come as are kept of one upload."""
        if len(self.parts) >= PIECES_MAX and not self.complete:
            raise ProblemError(409, "too-many-pieces", limit=PIECES_MAX)


class Opened(WireModel):
    """An upload that was announced, and by whom."""

    id: str
    sub: str
    expires_at: datetime


class OpenUploads(WireModel):
    """What was announced in one project and, as far as is known, not used yet."""

    uploads: tuple[Opened, ...] = ()

    def current(self, now: datetime) -> Self:
        """Return what has not expired."""
        return self.model_copy(update={"uploads": tuple(one for one in self.uploads if one.expires_at > now)})

    def without(self, gone: set[str]) -> Self:
        """Return what is left when some are used or forgotten."""
        return self.model_copy(update={"uploads": tuple(one for one in self.uploads if one.id not in gone)})

    def has_room(self, sub: str) -> bool:
        """Tell whether one more may be announced by this caller."""
        own = sum(one.sub == sub for one in self.uploads)
        return own < OPEN_PER_CALLER_MAX and len(self.uploads) < OPEN_PER_PROJECT_MAX

    def plus(self, session: Session) -> Self:
        """Return it with one more. Raises 409 `too-many-uploads`."""
        if not self.has_room(session.sub):
            raise ProblemError(409, "too-many-uploads", own=OPEN_PER_CALLER_MAX, all=OPEN_PER_PROJECT_MAX)
        one = Opened(id=session.id, sub=session.sub, expires_at=session.expires_at)
        return self.model_copy(update={"uploads": (*self.uploads, one)})
