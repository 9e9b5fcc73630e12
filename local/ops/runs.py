"""The runs of a backup: each says how far the log reached and which sets belong to it, and names the run before it."""

import hashlib
import itertools
from datetime import datetime

from pydantic import Field

from local.ops.segments import BrokenArchiveError
from local.ops.vault import Vault, put_bytes, read_bytes
from shared.contracts.model import WireModel

FOLDER = "runs/"


class Run(WireModel):
    """One run. `position` is the log's last sequence in it, `tip` the digest of the log's last file."""

    number: int
    at: datetime
    position: int
    tip: str
    previous: str
    sets: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def content(self) -> bytes:
        return self.model_dump_json(indent=1).encode()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def name(self) -> str:
        return f"{FOLDER}{self.number:08d}-{self.digest}.json"

    @classmethod
    async def opened(cls, vault: Vault, name: str) -> "Run":
        """Return a run. BrokenArchiveError when it is not what its name says."""
        run = cls.model_validate_json(await read_bytes(vault, name))
        if run.name != name:
            raise BrokenArchiveError(f"{name} has been changed: its digest is another one")
        return run


async def write_run(vault: Vault, run: Run) -> None:
    """Seal a run."""
    await put_bytes(vault, run.name, run.content)


async def runs(vault: Vault) -> list[Run]:
    """Return every run in order. BrokenArchiveError where one does not follow from the one before it."""
    found = [await Run.opened(vault, name) async for name in vault.names(FOLDER)]
    for before, after in itertools.pairwise(found):
        if after.previous != before.digest:
            raise BrokenArchiveError(f"{after.name} does not follow {before.name}: a run is missing or stands twice")
    return found


async def last_run(vault: Vault) -> Run | None:
    """Return the newest run."""
    found = [name async for name in vault.names(FOLDER)]
    return await Run.opened(vault, found[-1]) if found else None
