"""A POST that is repeated with the same Idempotency-Key gets its first answer again, from whichever replica.

Only answers that had an effect (2xx) are kept: a refusal changed nothing, so asking again is safe and its answer is up
to date. Two guards stand behind it: the claim on the key, and `RepetitionKey.digest`, from which a service derives the
ids that it creates, so that an attempt whose process died does not create twice when it is repeated.
"""

import asyncio
import base64
import contextlib
import hashlib
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Annotated, Protocol

import structlog
from fastapi import Depends, Header, Request
from pydantic import BaseModel
from starlette.responses import Response

from shared.errors import ProblemError, TransientError
from shared.http.auth import CallerDep

KEY_CHARACTERS_MAX = 255
BODY_BYTES_KEPT_MAX = 600_000
CLAIM_SECONDS = 4.0
WAIT_SECONDS = 5.0
_POLL_SECONDS = 0.05
_NOT_REPLAYED = frozenset({"content-length", "date", "server"})

log = structlog.get_logger(__name__)


class StaleEntryError(Exception):
    """Somebody else wrote the entry since it was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is kept under one key: a claim while `status` is 0, then the answer. `at`: seconds since the epoch."""

    fingerprint: str
    owner: str
    at: float
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""

    def encode(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def decode(cls, data: bytes) -> "Entry":
        fields = json.loads(data)
        return cls(**{**fields, "headers": tuple((name, value) for name, value in fields["headers"])})


class AnswerStore(Protocol):
    """Entries by key with the revision at which they were written. Entries expire by themselves."""

    async def read(self, key: str) -> tuple[Entry, int] | None: ...

    async def write(self, key: str, entry: Entry, revision: int) -> int:
        """Write over `revision` (0: there is none) and return the new one. Raises StaleEntryError."""
        ...

    async def remove(self, key: str, revision: int) -> None:
        """Forget the entry, if it is still at `revision`. Raises StaleEntryError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RepetitionKey:
    """The caller's key, bound to caller, method and address. `digest` is 64 hex digits."""

    digest: str

    @classmethod
    def of(cls, key: str, *, sub: str, method: str, path: str) -> "RepetitionKey":
        if not 0 < len(key) <= KEY_CHARACTERS_MAX or not (key.isascii() and key.isprintable()):
            raise ProblemError(422, "idempotency-key-invalid")
        return cls(digest=fingerprint(sub, method, path, key))


async def repetition_key(
    request: Request,
    caller: CallerDep,
    idempotency_key: Annotated[
        str | None, Header(description="Repeat a request with the same key and body to get the first answer again.")
    ] = None,
) -> RepetitionKey | None:
    """FastAPI dependency: the header `Idempotency-Key`, or None."""
    if idempotency_key is None:
        return None
    return RepetitionKey.of(idempotency_key, sub=caller.sub, method=request.method, path=request.url.path)


RepetitionKeyDep = Annotated[RepetitionKey | None, Depends(repetition_key)]


def fingerprint(*parts: str | bytes | BaseModel) -> str:
    """64 hex digits that stand for a body: its bytes, or what was read from it and the digest of its file."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.model_dump_json().encode() if isinstance(part, BaseModel) else part
        data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        digest.update(len(data).to_bytes(8) + data)
    return digest.hexdigest()


Act = Callable[[], Awaitable[Response]]
May = Callable[[], Awaitable[None]]
"""Raises unless the caller may still read what was answered; an act that is carried out looks for itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idempotency:
    """Runs a request once per key."""

    store: AnswerStore
    wait_seconds: float = WAIT_SECONDS
    claim_seconds: float = CLAIM_SECONDS
    clock: Callable[[], float] = time.time

    async def run(self, key: RepetitionKey | None, body_fingerprint: str, act: Act, *, may: May) -> Response:
        """Answer with `act()`, or with what it answered before under this key, when the caller `may` still read it.

        Raises 422 `idempotency-key-reused` for another body, 409 `request-in-progress` when the first request does not
        end within `wait_seconds`. Without a key it only acts.
        """
        if key is None:
            return await act()
        claim = Entry(fingerprint=body_fingerprint, owner=secrets.token_hex(8), at=self.clock())
        found = await self._claim_or_wait(key.digest, claim)
        if isinstance(found, Entry):
            await may()
            return _replayed(found)
        return await self._act(key.digest, claim, found, act)

    async def _claim_or_wait(self, key: str, claim: Entry) -> Entry | int:
        """The revision of our claim, or the answer of somebody who had claimed the key."""
        deadline = time.monotonic() + self.wait_seconds
        while True:
            found = await self.store.read(key)
            entry, revision = found or (None, 0)
            if entry is not None and entry.fingerprint != claim.fingerprint:
                raise ProblemError(422, "idempotency-key-reused")
            if entry is not None and entry.status:
                return entry
            if entry is None or self.clock() - entry.at > self.claim_seconds:
                try:
                    return await self.store.write(key, claim, revision)
                except StaleEntryError:
                    pass
            if time.monotonic() > deadline:
                raise ProblemError(409, "request-in-progress", headers={"Retry-After": "2"})
            await asyncio.sleep(_POLL_SECONDS)

    async def _act(self, key: str, claim: Entry, revision: int, act: Act) -> Response:
        held = _Held(key, claim, revision)
        renewal = asyncio.create_task(self._renew(held))
        try:
            answer = await act()
        except BaseException:
            held.over.set()
            await asyncio.wait([renewal])
            await self._quietly(self.store.remove(key, held.revision))
            raise
        held.over.set()
        await asyncio.wait([renewal])
        body = bytes(answer.body)
        if not 200 <= answer.status_code < 300 or len(body) > BODY_BYTES_KEPT_MAX:
            await self._quietly(self.store.remove(key, held.revision))
            return answer
        headers = tuple(pair for pair in answer.headers.items() if pair[0] not in _NOT_REPLAYED)
        kept = replace(claim, status=answer.status_code, headers=headers, body=base64.b64encode(body).decode())
        await self._quietly(self.store.write(key, kept, held.revision))
        return answer

    async def _renew(self, held: "_Held") -> None:
        """Say again and again that somebody is at it: a claim that is not renewed belongs to a process that died."""
        while not await held.is_over_within(self.claim_seconds / 4):
            renewed = replace(held.claim, at=self.clock())
            try:
                held.revision = await self.store.write(held.key, renewed, held.revision)
            except (StaleEntryError, TransientError) as error:
                log.warning("claim_not_renewed", reason=str(error) or type(error).__name__)

    async def _quietly(self, work: Awaitable[object]) -> None:
        """What the request did stands, whether or not its answer could be kept."""
        try:
            await work
        except (StaleEntryError, TransientError) as error:
            log.warning("answer_not_kept", reason=str(error) or type(error).__name__)


@dataclass(slots=True)
class _Held:
    """A claim of ours and the revision at which it stands now."""

    key: str
    claim: Entry
    revision: int
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def is_over_within(self, seconds: float) -> bool:
        """Wait so long, or until the act is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.over.wait()
        return self.over.is_set()


def _replayed(entry: Entry) -> Response:
    headers = {**dict(entry.headers), "Idempotency-Replayed": "true"}
    return Response(base64.b64decode(entry.body), entry.status, headers=headers)


def answer(body: BaseModel, status: int = 201, **headers: str) -> Response:
    """A JSON answer of a model; header names with underscores: `answer(result, 201, ETag=..., Location=...)`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body.model_dump_json(), status, headers=named, media_type="application/json")
