"""Tokens of the local platform, signed with a key that was made on its first start."""

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from local.credentials import write_private
from shared.http.roles import Role

ALGORITHM = "ES256"
AUDIENCE = "results-platform"
LIFETIME_SECONDS = 8 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Who a token is for and what it lets them do."""

    sub: str
    roles: Sequence[Role]
    na: Sequence[str] = ()
    projects: Sequence[str] = ()
    name: str | None = None

    def as_json(self) -> dict[str, Any]:
        named = {"name": self.name} if self.name else {}
        return named | {
            "sub": self.sub,
            "roles": list(self.roles),
            "na": list(self.na),
            "projects": list(self.projects),
        }


class Signer:
    """Signs for one issuer. The key lives in `home`, readable by its owner alone."""

    def __init__(self, issuer: str, home: Path) -> None:
        self.issuer = issuer
        self._key = _key_of(home)

    def sign(self, claims: Claims, *, lifetime_seconds: int = LIFETIME_SECONDS, audience: str = AUDIENCE) -> str:
        now = int(time.time())
        times = {"iat": now, "nbf": now, "exp": now + lifetime_seconds, "jti": secrets.token_urlsafe(12)}
        header = {"alg": ALGORITHM, "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, claims.as_json() | times | {"iss": self.issuer, "aud": audience}, self._key)

    def public_keys(self) -> dict[str, Any]:
        """The key set that services check signatures with; the private half is not in it."""
        return dict(KeySet([self._key]).as_dict(private=False))


def _key_of(home: Path) -> ECKey:
    path = home / "issuer-key.json"
    if not path.exists():
        made = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        write_private(path, json.dumps(made.as_dict(private=True)))
    return ECKey.import_key(json.loads(path.read_text()))
