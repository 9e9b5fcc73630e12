"""What became of an upstream event, and who sent it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from shared.contracts.model import WireModel


class Outcome(WireModel):
    """One entry of `outcomes`: accepted, known already, or rejected with a public code and what to do."""

    id: str | None = None
    source: str | None = None
    type: str | None = None
    status: Literal["accepted", "duplicate", "rejected"]
    code: str | None = None
    detail: str | None = None
    rule: str | None = None
    project_id: str | None = None
    result_id: str | None = None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An event is the same when sender (`sub` of the token), `source` and `id` are."""

    sub: str
    source: str
    id: str

    @property
    def cause(self) -> str:
        """What makes ids of our events the same when the event comes again."""
        return hashlib.sha256("\x1f".join(("upstream", self.sub, self.source, self.id)).encode()).hexdigest()
