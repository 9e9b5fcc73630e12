"""What stands behind intake's ports, in memory."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from services.intake.domain.outcomes import Identity, Outcome
from services.intake.domain.uploads import OpenUploads, Session
from services.intake.ports import Spool
from shared.errors import ProblemError


@dataclass
class InMemorySessions:
    entries: dict[str, tuple[Session, int]] = field(default_factory=dict)
    projects: dict[str, tuple[OpenUploads, int]] = field(default_factory=dict)

    async def read(self, upload_id: str) -> tuple[Session, int] | None:
        return self.entries.get(upload_id)

    async def write(self, session: Session, revision: int) -> int:
        if self.entries.get(session.id, (None, 0))[1] != revision:
            raise ProblemError(409, "request-in-progress")
        self.entries[session.id] = (session, revision + 1)
        return revision + 1

    async def forget(self, upload_id: str) -> None:
        self.entries.pop(upload_id, None)

    async def opened(self, project_id: str) -> tuple[OpenUploads, int]:
        return self.projects.get(project_id, (OpenUploads(), 0))

    async def keep_opened(self, project_id: str, opened: OpenUploads, revision: int) -> None:
        if self.projects.get(project_id, (None, 0))[1] != revision:
            raise ProblemError(409, "request-in-progress")
        self.projects[project_id] = (opened, revision + 1)


@dataclass
class InMemoryZone:
    parts: dict[str, bytes] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)

    async def put(self, key: str, spool: Spool, sha256: str) -> None:
        self.objects[key] = sha256

    async def put_part(self, key: str, data: bytes) -> None:
        self.parts[key] = data

    async def read_part(self, key: str) -> AsyncIterator[bytes]:
        data = self.parts[key]
        for start in range(0, len(data), 1000):
            yield data[start : start + 1000]

    async def remove_parts(self, keys: list[str]) -> None:
        for key in keys:
            self.parts.pop(key, None)


@dataclass
class InMemoryOutcomes:
    kept: dict[Identity, Outcome] = field(default_factory=dict)
    written: list[Outcome] = field(default_factory=list)

    async def read(self, identity: Identity) -> Outcome | None:
        return self.kept.get(identity)

    async def write(self, identity: Identity, outcome: Outcome) -> None:
        self.kept[identity] = outcome
        self.written.append(outcome)


async def stream(chunks: Iterable[bytes], *, broken: Exception | None = None) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    if broken:
        raise broken
