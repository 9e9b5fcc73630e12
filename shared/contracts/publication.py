"""What the publisher made public, and on which facts of the log it relied."""

from datetime import datetime
from typing import Literal

from shared.contracts.model import WireModel


class Basis(WireModel):
    """The sequences of the log that made the publication right; an offline checker can follow them."""

    verdict: int
    approval: int
    report: int
    result: int


class PublicationState(WireModel):
    """The state on `publisher.<p>.result.<r>`.

    `sequence` is that of the approved `intake.<p>.result.<r>` message, whose metadata the public sees. A withdrawal
    carries the reason that the public is told and stays as a tombstone.
    """

    result_id: str
    status: Literal["published", "withheld", "withdrawn"]
    revision: int
    sha256: str
    sequence: int
    object_key: str | None = None
    basis: Basis | None = None
    reason: str | None = None
    first_published_at: datetime | None = None
    at: datetime
