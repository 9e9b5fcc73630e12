"""Uploads that arrive in pieces: what is known of one, and where a piece must begin."""

from datetime import datetime

from shared.contracts.model import WireModel


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
