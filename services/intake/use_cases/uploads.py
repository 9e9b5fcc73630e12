"""Uploads in pieces: an address for one file of one project, which any replica can go on filling."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.intake.bodies import UploadBody
from services.intake.domain.files import Content, clean_name, require_format, too_large
from services.intake.domain.uploads import Part, Session
from services.intake.ports import IncomingZone, SessionStore, Spool
from services.intake.use_cases.announcing import announce
from services.intake.use_cases.commands import Order
from shared.errors import ProblemError, TransientError
from shared.storage.zones import PARTS_PREFIX

log = structlog.get_logger(__name__)

PART_BYTES = 4 << 20
LIFETIME = timedelta(hours=48)
_CONTENT_RANGE = re.compile(r"bytes (?:(\d{1,15})-(\d{1,15})|\*)/(\d{1,15})")


class StreamBrokenError(Exception):
    """The sender went away before the end; what came until then is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What `Content-Range` says: where the body begins, None when it only asks; and the size of the whole."""

    start: int | None
    total: int

    @classmethod
    def of(cls, header: str, length: int | None) -> "Span":
        """Read the header. Raises 400 `invalid-content-range`."""
        found = _CONTENT_RANGE.fullmatch(header.strip())
        if found is None:
            raise ProblemError(400, "invalid-content-range")
        if found[1] is None:
            return cls(start=None, total=int(found[3]))
        start, end, total = (int(found[number]) for number in (1, 2, 3))
        if start > end or end >= total or (length is not None and length != end - start + 1):
            raise ProblemError(400, "invalid-content-range")
        return cls(start=start, total=total)


@dataclass(frozen=True, slots=True)
class BeginUpload:
    """Give an address for a file whose size and digest are announced."""

    sessions: SessionStore
    bytes_max: int

    async def __call__(self, order: Order, project_id: str, body: UploadBody) -> Session:
        name = clean_name(body.filename)
        if body.size > self.bytes_max:
            raise too_large(self.bytes_max)
        require_format(name)
        if body.size == 0:
            raise ProblemError(422, "empty-file")
        session = Session(
            id=secrets.token_hex(20),
            project_id=project_id,
            sub=order.caller.sub,
            filename=name,
            size=body.size,
            sha256=body.sha256,
            expires_at=order.act.at + LIFETIME,
        )
        await announce(self.sessions, session, order.act.at)
        await self.sessions.write(session, 0)
        return session


@dataclass(frozen=True, slots=True)
class ReceiveUpload:
    """Take the next bytes of an upload, part by part, and check the digest when the last has come."""

    sessions: SessionStore
    zone: IncomingZone

    async def __call__(
        self, upload_id: str, sub: str | None, span: Span | None, body: AsyncIterator[bytes], now: datetime
    ) -> Session:
        session, revision = await self._opened(upload_id, sub, now)
        if span is not None and span.total != session.size:
            raise ProblemError(422, "size-mismatch")
        if span is not None and span.start is None:
            return session
        if session.complete:
            raise ProblemError(409, "upload-used")
        session.require_room()
        start = span.start if span and span.start is not None else 0
        if start > session.received:
            raise ProblemError(416, "invalid-content-range", headers=range_header(session))
        session, revision = await self._take(session, revision, body, session.received - start)
        if session.received < session.size:
            return session
        return await self._finish(session, revision)

    async def owner(self, upload_id: str, sub: str | None, now: datetime) -> str:
        """Return who announced the upload: with or without a token its pieces are theirs. 404 `unknown-upload`."""
        session, _ = await self._opened(upload_id, sub, now)
        return session.sub

    async def _opened(self, upload_id: str, sub: str | None, now: datetime) -> tuple[Session, int]:
        session, revision = await opened(self.sessions, upload_id, now)
        if sub is not None and sub != session.sub:
            raise ProblemError(404, "unknown-upload")
        return session, revision

    async def _take(
        self, session: Session, revision: int, body: AsyncIterator[bytes], known: int
    ) -> tuple[Session, int]:
        """Store what comes beyond the `known` bytes that came before; what arrived of a broken body too."""
        buffer = bytearray()
        try:
            async for chunk in body:
                fresh, known = chunk[known:], max(known - len(chunk), 0)
                buffer += fresh
                if session.received + len(buffer) > session.size:
                    await self._drop(session)
                    raise ProblemError(422, "size-mismatch")
                if len(buffer) >= PART_BYTES:
                    data, buffer = bytes(buffer), bytearray()
                    session, revision = await self._store(session, revision, data)
        except StreamBrokenError:
            await self._store(session, revision, bytes(buffer))
            raise
        return await self._store(session, revision, bytes(buffer))

    async def _store(self, session: Session, revision: int, data: bytes) -> tuple[Session, int]:
        if not data:
            return session, revision
        key = f"{PARTS_PREFIX}{session.id}/{len(session.parts):05d}-{secrets.token_hex(4)}"
        await self.zone.put_part(key, data)
        after = session.model_copy(update={"parts": (*session.parts, Part(key=key, size=len(data)))})
        try:
            return after, await self.sessions.write(after, revision)
        except ProblemError:
            await self.zone.remove_parts([key])
            raise

    async def _finish(self, session: Session, revision: int) -> Session:
        digest = hashlib.sha256()
        async for chunk in joined(self.zone, session):
            await asyncio.to_thread(digest.update, chunk)
        if digest.hexdigest() != session.sha256:
            await self._drop(session)
            raise ProblemError(422, "digest-mismatch")
        complete = session.model_copy(update={"complete": True})
        await self.sessions.write(complete, revision)
        return complete

    async def _drop(self, session: Session) -> None:
        await self.sessions.forget(session.id)
        await self.zone.remove_parts([part.key for part in session.parts])


@dataclass(frozen=True, slots=True)
class UseUpload:
    """Make a finished upload the content of one result; `cause` may come again, another cause may not."""

    sessions: SessionStore
    zone: IncomingZone

    async def claim(self, order: Order, project_id: str, upload_id: str) -> Session:
        """Bind the upload to this request.

        Raises 404 `unknown-upload`, 409 `upload-incomplete`, `upload-used`.
        """
        session, revision = await opened(self.sessions, upload_id, order.act.at)
        if (session.project_id, session.sub) != (project_id, order.caller.sub):
            raise ProblemError(404, "unknown-upload")
        if not session.complete:
            raise ProblemError(409, "upload-incomplete")
        if session.used_by == order.act.cause:
            return session
        if session.used_by is not None:
            raise ProblemError(409, "upload-used")
        used = session.model_copy(update={"used_by": order.act.cause})
        await self.sessions.write(used, revision)
        return used

    async def fill(self, session: Session, spool: Spool) -> Content:
        """Gather the parts. Raises 409 `upload-used` when they are gone, 422 `digest-mismatch`."""
        if not session.parts:
            raise ProblemError(409, "upload-used")
        async for chunk in joined(self.zone, session):
            await spool.write(chunk)
        content = await spool.finish(session.filename, None)
        if content.sha256 != session.sha256:
            raise ProblemError(422, "digest-mismatch")
        return content

    async def finish(self, session: Session) -> None:
        """Delete the parts; the entry stays, so that the upload is known as used. What fails here is swept later."""
        try:
            found = await self.sessions.read(session.id)
            if found is not None:
                await self.sessions.write(found[0].model_copy(update={"parts": ()}), found[1])
            await self.zone.remove_parts([part.key for part in session.parts])
        except (ProblemError, TransientError) as error:
            log.warning("parts_left", upload_id=session.id, reason=repr(error))


async def opened(sessions: SessionStore, upload_id: str, now: datetime) -> tuple[Session, int]:
    """Return an upload that has not expired; 404 `unknown-upload` otherwise."""
    found = await sessions.read(upload_id) if re.fullmatch(r"[0-9a-f]{40}", upload_id) else None
    if found is None or found[0].expires_at <= now:
        raise ProblemError(404, "unknown-upload")
    return found


async def joined(zone: IncomingZone, session: Session) -> AsyncIterator[bytes]:
    """Stream all that has come of an upload."""
    for part in session.parts:
        async for chunk in zone.read_part(part.key):
            yield chunk


def range_header(session: Session) -> dict[str, str]:
    """Tell how far an upload came; nothing is told when nothing came."""
    return {"Range": f"bytes=0-{session.received - 1}"} if session.received else {}
