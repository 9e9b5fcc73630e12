"""Where the bytes of a result come from when they are not in the request: a link, a text, an upload, an address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from services.intake.domain.files import Content, clean_name, declared_type, require_format
from services.intake.domain.results import inline_content
from services.intake.ports import Fetcher, Spool, Spools
from services.intake.use_cases.commands import Order
from services.intake.use_cases.uploads import UseUpload
from shared.contracts.result import ResultMetadata
from shared.errors import ProblemError

Gathered = tuple[Content, Spool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What names the bytes. An address is believed only with the digest of what lies there."""

    metadata: ResultMetadata
    upload_id: str | None = None
    url: str | None = None
    sha256: str | None = None
    filename: str | None = None

    @property
    def name_at_url(self) -> str:
        """The name of the file at the address, when none is told."""
        return self.filename or unquote(urlsplit(self.url or "").path.rpartition("/")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class GatherContent:
    """Gives the bytes in a spool, measured; they are gone when the block ends."""

    spools: Spools
    use_upload: UseUpload
    fetcher: Fetcher

    @asynccontextmanager
    async def __call__(self, order: Order, project_id: str, wanted: Wanted) -> AsyncIterator[Gathered]:
        """Raises what `claim`, `fetch` and `inline_content` raise, and 422 `missing-file`, `unexpected-file`."""
        metadata = wanted.metadata
        if inline := inline_content(metadata.kind, url=metadata.url, text=metadata.text):
            if wanted.upload_id or wanted.url:
                raise ProblemError(422, "unexpected-file")
            name, kind, data = inline
            spool = self.spools.holding(data)
            yield await spool.finish(name, kind), spool
        elif wanted.upload_id:
            async with self.uploaded(order, project_id, wanted.upload_id) as gathered:
                yield gathered
        elif wanted.url:
            async with self._fetched(wanted) as gathered:
                yield gathered
        else:
            raise ProblemError(422, "missing-file")

    @asynccontextmanager
    async def uploaded(self, order: Order, project_id: str, upload_id: str) -> AsyncIterator[Gathered]:
        """Give the bytes of a finished upload, and remove its parts once they were used."""
        session = await self.use_upload.claim(order, project_id, upload_id)
        with self.spools.open() as spool:
            yield await self.use_upload.fill(session, spool), spool
        await self.use_upload.finish(session)

    @asynccontextmanager
    async def _fetched(self, wanted: Wanted) -> AsyncIterator[Gathered]:
        assert wanted.url
        if wanted.sha256 is None:
            raise ProblemError(422, "digest-mismatch")
        with self.spools.open() as spool:
            kind = await self.fetcher.fetch(wanted.url, spool)
            name = clean_name(wanted.name_at_url)
            require_format(name)
            content = await spool.finish(name, declared_type(kind))
            if content.size == 0:
                raise ProblemError(422, "empty-file")
            if content.sha256 != wanted.sha256:
                raise ProblemError(422, "digest-mismatch")
            yield content, spool
