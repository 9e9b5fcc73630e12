"""Tokens as the local issuer signs them, and tokens as nobody should sign them."""

import json
import secrets
import time
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

AUDIENCE = "results-platform"


class Issuer:
    """Signs with the key that the platform made on its first start."""

    def __init__(self, url: str, key_path: Path) -> None:
        self.url = url
        self.key = ECKey.import_key(json.loads(key_path.read_text()))

    def __call__(self, **claims: Any) -> str:
        return self.signed(self.key, **claims)

    def signed(self, key: ECKey, **claims: Any) -> str:
        """A token signed with any key under the name of the issuer's."""
        now = int(time.time())
        usual = {"iss": self.url, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 3_600}
        header = {"alg": "ES256", "kid": self.key.kid, "typ": "JWT"}
        return jwt.encode(header, usual | {"jti": secrets.token_urlsafe(8)} | claims, key)
