"""The approved bytes: saved, never shown in our origin; asked of the log each time, so that a takedown stops them."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from services.publisher.catalogue import Catalogue
from services.publisher.deeds import Copy
from services.publisher.media import media_type
from services.publisher.ports import Record
from services.publisher.public_zone import PublicZone
from shared.contracts.publication import PublicationState
from shared.contracts.result import TEXT_CHARACTERS_MAX
from shared.contracts.review import ReviewResultState
from shared.contracts.subjects import result_subject
from shared.errors import ProblemError
from shared.http.download import attachment, repr_digest
from shared.http.ranges import Part, is_same, part, range_applies
from shared.storage.ports import ObjectMissingError

SANDBOX = "sandbox; default-src 'none'"
LOOK_SECONDS = 0.5

_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """An object that may be served. `result_id` is None for a logo."""

    key: str
    sha256: str
    size: int | None
    content_type: str
    name: str | None = None
    result_id: str | None = None

    @property
    def etag(self) -> str:
        """The digest is the version: the same bytes, the same tag."""
        return f'"{self.sha256}"'

    @property
    def headers(self) -> dict[str, str]:
        """What every answer about these bytes says."""
        headers = {
            "ETag": self.etag,
            "Repr-Digest": repr_digest(self.sha256),
            "Cache-Control": "no-cache",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": SANDBOX,
        }
        if self.name is None:
            return headers
        return headers | {"Content-Disposition": attachment(self.name), "Accept-Ranges": "bytes"}


@dataclass(slots=True, kw_only=True)
class Downloads:
    """Serves objects of the public zone, whole or in part."""

    catalogue: Catalogue
    log: Record
    zone: PublicZone

    async def result(self, request: Request, result_id: str) -> Response:
        """Answer with the file of a published result. Raises 404, 410 and 416."""
        return await self._answer(request, await self._public(result_id))

    async def logo(self, request: Request, project_id: str) -> Response:
        """Answer with a project's logo, a picture that has passed the checks. Raises 404."""
        row = await self.catalogue.logo(project_id)
        public = Public(key=row["object_key"], sha256=row["sha256"], size=None, content_type=row["content_type"])
        return await self._answer(request, public)

    async def _public(self, result_id: str) -> Public:
        row, _ = await self.catalogue.rows_of_result(result_id)
        await self._require_public(result_id, row["sha256"])
        return Public(
            key=row["object_key"],
            sha256=row["sha256"],
            size=row["size"],
            content_type=media_type(row["name"]),
            name=row["name"],
            result_id=result_id,
        )

    async def text(self, result_id: str) -> str:
        """Return the text of a result of kind text, to be read on its page. Raises 404 and 410."""
        chunks = await self._opened(await self._public(result_id), None)
        return b"".join([chunk async for chunk in chunks]).decode("utf-8", "replace")[:TEXT_CHARACTERS_MAX]

    async def _require_public(self, result_id: str, sha256: str) -> None:
        """Ask the leader of the log: neither our read model nor our own service may be late with a takedown."""
        last = await self.log.last_message(result_subject("publisher", result_id))
        state = last.state_as(PublicationState) if last else None
        reviewed = await self.log.last_message(result_subject("review", result_id))
        takedown = reviewed.state_as(ReviewResultState).takedown if reviewed else None
        if state and takedown and (state.revision <= takedown.revision or state.sha256 == takedown.sha256):
            raise ProblemError(410, "taken-down", reason=takedown.reason)
        if last and state and (state.status, state.sha256) != ("published", sha256):
            await self.catalogue.model.wait_until(last.sequence)
            await self.catalogue.rows_of_result(result_id)
            raise ProblemError(410, "result-withdrawn")

    async def _answer(self, request: Request, public: Public) -> Response:
        headers = public.headers
        if is_same(request.headers.get("if-none-match"), public.etag):
            return Response(status_code=304, headers=headers)
        wanted = None
        if public.size is not None:
            if request.method == "GET" and range_applies(request.headers.get("if-range"), public.etag):
                wanted = part(request.headers.get("range"), public.size)
            headers["Content-Length"] = str(wanted.length if wanted else public.size)
        if wanted:
            headers["Content-Range"] = wanted.content_range
        status = 206 if wanted else 200
        if request.method == "HEAD":
            return Response(status_code=status, headers=headers, media_type=public.content_type)
        body = await self._opened(public, wanted)
        return StreamingResponse(body, status, headers=headers, media_type=public.content_type)

    async def _opened(self, public: Public, wanted: Part | None) -> AsyncIterator[bytes]:
        """Begin to read before anything is answered, so that trouble is still a proper problem."""
        try:
            return await self._begun(public, wanted)
        except ObjectMissingError:
            await self.zone.ensure(Copy(key=public.key, sha256=public.sha256, size=public.size))
            return await self._begun(public, wanted)

    async def _begun(self, public: Public, wanted: Part | None) -> AsyncIterator[bytes]:
        start, length = (wanted.start, wanted.length) if wanted else (0, None)
        chunks = self.zone.read(public.key, start=start, length=length)
        first = await anext(chunks, b"")
        return self._guarded(public, first, chunks)

    async def _guarded(self, public: Public, first: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """A download that takes long ends as soon as its result is not public any more."""
        looked = time.monotonic()
        yield first
        async for chunk in chunks:
            if public.result_id and time.monotonic() - looked > LOOK_SECONDS:
                looked = time.monotonic()
                if not await self.catalogue.is_public(public.result_id, public.sha256):
                    _logger.warning("download_cut_off", result_id=public.result_id)
                    raise ClientDisconnect
            yield chunk
