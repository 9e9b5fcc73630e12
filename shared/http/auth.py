"""Tokens of an OpenID Connect issuer: discovery, keys that rotate, and the caller that a token stands for.

The service starts while the issuer is away; readiness names it, and calls that need a token answer 503 until the
keys were read once. Later the last known keys go on being used while the issuer is away.
"""

import asyncio
import hashlib
import time
from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from shared.errors import ProblemError, TransientError
from shared.health import NotReadyError
from shared.http.roles import Caller, with_included
from shared.http.token_faults import MALFORMED, UNUSABLE_SUB, refusal_of, refused
from shared.telemetry import bind

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
LEEWAY_SECONDS = 30
KEYS_FRESH_SECONDS = 600.0
KEYS_USABLE_SECONDS = 86_400.0
REFRESH_PAUSE_SECONDS = 5.0
FETCH_SECONDS = 3.0
TOKEN_CHARACTERS_MAX = 16_384
SUB_CHARACTERS_MAX = 255
VERIFIED_MAX = 2_000
VERIFIED_SECONDS_MAX = 60.0
_UNUSABLE = (JoseError, ValueError, TypeError, AttributeError, KeyError, RecursionError)
"""What a token raises while it is read: the library trusts the types of what stands in the header."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Authenticator:
    """Checks tokens of one issuer for one audience. Keep one per process; it caches the issuer's keys."""

    issuer: str
    audience: str
    transport: httpx.AsyncBaseTransport | None = None
    refresh_pause_seconds: float = REFRESH_PAUSE_SECONDS
    _keys: KeySet | None = None
    _read_at: float = 0.0
    _tried_at: float | None = None
    _trouble: str = "not read yet"
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _background: asyncio.Task[None] | None = None
    _verified: "dict[bytes, _Verified]" = field(default_factory=dict)

    async def authenticate(self, token: str | None) -> Caller:
        """The caller of a token. Raises 401 `unauthenticated`; TransientError while no keys could be read."""
        if not token:
            raise ProblemError(401, "unauthenticated")
        if len(token) > TOKEN_CHARACTERS_MAX or not token.isascii():
            raise refused(MALFORMED)
        keys = await self._current_keys()
        digest = hashlib.sha256(token.encode()).digest()
        if (known := self._verified.get(digest)) and known.is_valid(keys):
            return known.caller
        try:
            claims = self._claims(token, keys)
        except InvalidKeyIdError:
            claims = self._claims_or_refusal(token, await self._rotated_keys(keys))
        except _UNUSABLE as error:
            raise refusal_of(error) from error
        found = _caller(claims)
        self._remember(digest, _Verified(found, self._keys, min(claims["exp"], time.time() + VERIFIED_SECONDS_MAX)))
        return found

    def _remember(self, digest: bytes, verified: "_Verified") -> None:
        """Checking a signature costs a tenth of a small request: the same token is checked once a minute."""
        self._verified[digest] = verified
        while len(self._verified) > VERIFIED_MAX:
            self._verified.pop(next(iter(self._verified)))

    async def check(self) -> str | None:
        """Readiness: the issuer's keys are known."""
        try:
            await self._current_keys()
        except TransientError as error:
            raise NotReadyError(str(error)) from error
        return None

    def _claims_or_refusal(self, token: str, keys: KeySet) -> dict[str, Any]:
        try:
            return self._claims(token, keys)
        except _UNUSABLE as error:
            raise refusal_of(error) from error

    def _claims(self, token: str, keys: KeySet) -> dict[str, Any]:
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "values": [self.issuer, f"{self.issuer}/"]},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            sub={"essential": True},
        ).validate(claims)
        return claims

    async def _current_keys(self) -> KeySet:
        age = time.monotonic() - self._read_at
        if self._keys is None or age > KEYS_USABLE_SECONDS:
            await self._refresh()
        elif age > KEYS_FRESH_SECONDS and (self._background is None or self._background.done()):
            self._background = asyncio.create_task(self._refresh())
        if self._keys is None:
            raise TransientError(f"token issuer {self.issuer}: {self._trouble}")
        return self._keys

    async def _rotated_keys(self, known: KeySet) -> KeySet:
        """The keys after a token named an unknown one. A flood of forged key ids costs one fetch every few seconds."""
        await self._refresh()
        return self._keys or known

    async def _refresh(self) -> None:
        asked_at = time.monotonic()
        async with self._lock:
            tried_at = self._tried_at
            if tried_at is not None and (tried_at > asked_at or asked_at - tried_at < self.refresh_pause_seconds):
                return
            self._tried_at = time.monotonic()
            try:
                self._keys = await self._fetch()
            except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
                self._trouble = str(error) or type(error).__name__
                log.warning("issuer_keys_not_read", issuer=self.issuer, reason=self._trouble)
                return
            self._read_at = time.monotonic()

    async def _fetch(self) -> KeySet:
        async with httpx.AsyncClient(timeout=FETCH_SECONDS, transport=self.transport) as client:
            document = (await client.get(f"{self.issuer}/.well-known/openid-configuration")).raise_for_status().json()
            if str(document["issuer"]).rstrip("/") != self.issuer:
                raise ValueError("its discovery document names another issuer")
            listed = (await client.get(document["jwks_uri"])).raise_for_status().json()["keys"]
        usable = [key for key in listed if key.get("kty") != "oct" and key.get("use", "sig") == "sig"]
        return KeySet.import_key_set({"keys": usable})


@dataclass(frozen=True, slots=True)
class _Verified:
    """A caller whose token was checked with these keys; no longer than the token lasts, nor after the keys changed."""

    caller: Caller
    keys: KeySet | None
    until: float

    def is_valid(self, keys: KeySet) -> bool:
        return self.keys is keys and time.time() < self.until


def _caller(claims: dict[str, Any]) -> Caller:
    sub, name = claims["sub"], claims.get("name")
    if not isinstance(sub, str) or not sub.isprintable() or not 0 < len(sub) <= SUB_CHARACTERS_MAX:
        raise refused(UNUSABLE_SUB)
    return Caller(
        sub=sub,
        name=name if isinstance(name, str) else None,
        roles=with_included(_texts(claims.get("roles"))),
        na=frozenset(_texts(claims.get("na"))),
        projects=frozenset(_texts(claims.get("projects"))),
    )


def _texts(claim: object) -> list[str]:
    return [item for item in claim if isinstance(item, str)] if isinstance(claim, list) else []


_BEARER = HTTPBearer(auto_error=False, bearerFormat="JWT", description="Token of the platform's OpenID Connect issuer.")


async def caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
) -> Caller:
    """FastAPI dependency: who calls. The app's `Authenticator` is in `app.state.authenticator` (see create_app)."""
    authenticator: Authenticator = request.app.state.authenticator
    found = await authenticator.authenticate(credentials.credentials if credentials else None)
    bind(actor=found.sub)
    return found


CallerDep = Annotated[Caller, Depends(caller)]
