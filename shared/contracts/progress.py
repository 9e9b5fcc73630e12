"""How far the checks of a content are: a value in the bucket `progress`, told while they run and never relied on."""

from datetime import datetime

from pydantic import Field

from shared.contracts.model import WireModel
from shared.contracts.subjects import SEPARATOR

BUCKET = "progress"


class CheckProgress(WireModel):
    """Check `number` of `of`, by its name; `percent` of the bytes that were read, while they are being read."""

    revision: int
    check: str
    number: int = Field(ge=1)
    of: int = Field(ge=1)
    percent: int | None = Field(default=None, ge=0, le=100)
    at: datetime


def progress_key(result_id: str) -> str:
    """Return the key of a result in the bucket; keys may not hold the `~` of result ids."""
    return result_id.replace(SEPARATOR, ".")
