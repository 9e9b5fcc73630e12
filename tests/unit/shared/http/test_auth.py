"""Tokens: only the issuer's asymmetric signatures count, keys rotate, and an absent issuer is named, not fatal."""

import asyncio
import base64
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, OKPKey, RSAKey
from prometheus_client import CollectorRegistry

from shared.errors import ProblemError, TransientError
from shared.health import NotReadyError, Readiness
from shared.http import auth
from shared.http.app import create_app
from shared.http.auth import Authenticator, CallerDep
from shared.http.problems import rendered
from shared.http.roles import Role

ISSUER = "http://issuer.test"
AUDIENCE = "results-platform"


@dataclass
class Issuer:
    """A real ASGI issuer with real keys; it can go away and rotate."""

    keys: list[Key] = field(default_factory=lambda: [ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"})])
    is_away: bool = False
    named: str = ISSUER
    fetches: int = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    def __post_init__(self) -> None:
        self.app = FastAPI()

        @self.app.get("/.well-known/openid-configuration")
        async def discovery() -> dict[str, str]:
            if self.is_away:
                raise httpx.ConnectError("connection refused")
            return {"issuer": self.named, "jwks_uri": f"{ISSUER}/keys"}

        @self.app.get("/keys")
        async def keys() -> dict[str, Any]:
            self.fetches += 1
            return dict(KeySet(self.keys).as_dict(private=False))

    def token(self, key: Key | None = None, algorithm: str = "ES256", **changes: Any) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "exp": now + 60, "nbf": now, "roles": ["officer"]}
        key = key or self.keys[-1]
        merged = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        header = {"alg": algorithm, **({"kid": key.kid} if key.kid else {})}
        return jwt.encode(header, merged, key, algorithms=[algorithm])

    def authenticator(self, **options: Any) -> Authenticator:
        return Authenticator(ISSUER, AUDIENCE, transport=httpx.ASGITransport(self), **options)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


async def test_a_valid_token_gives_its_caller(issuer: Issuer) -> None:
    token = issuer.token(name="Anna", roles=["lead", "unheard-of"], na=["LV01"], projects=["p-1", 7])

    caller = await issuer.authenticator().authenticate(token)

    assert (caller.sub, caller.name) == ("anna", "Anna")
    assert caller.roles == {Role.LEAD, Role.OFFICER}
    assert caller.na == {"LV01"}
    assert caller.projects == {"p-1"}


@pytest.mark.parametrize(
    "make",
    [
        lambda: RSAKey.generate_key(2048, {"kid": "rsa"}),
        lambda: OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    ],
)
async def test_rsa_and_ed25519_issuers_are_understood(make: Callable[[], Key]) -> None:
    issuer = Issuer(keys=[make()])
    algorithm = "RS256" if isinstance(issuer.keys[0], RSAKey) else "Ed25519"

    assert (await issuer.authenticator().authenticate(issuer.token(algorithm=algorithm))).sub == "anna"


def hmac_signed(token: str, secret: bytes) -> str:
    """The classic confusion: the public key, which everybody has, used as the secret of a symmetric signature."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"k1"}').rstrip(b"=")
    signed = header + b"." + token.split(".")[1].encode()
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
    return (signed + b"." + signature).decode()


NOW = int(time.time())


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://other.test"},
        {"iss": None},
        {"aud": "another-platform"},
        {"aud": None},
        {"exp": NOW - 3600},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": NOW + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "an\nna"},
        {"sub": "a" * 300},
    ],
)
async def test_a_token_with_a_wrong_claim_is_refused(issuer: Issuer, changes: dict[str, Any]) -> None:
    with pytest.raises(ProblemError) as raised:
        await issuer.authenticator().authenticate(issuer.token(**changes))

    assert (raised.value.status, raised.value.code) == (401, "unauthenticated")


async def test_a_token_for_several_audiences_counts(issuer: Issuer) -> None:
    assert (await issuer.authenticator().authenticate(issuer.token(aud=["other", AUDIENCE]))).sub == "anna"


async def test_symmetric_and_unsigned_tokens_are_refused(issuer: Issuer) -> None:
    public_pem = issuer.keys[0].as_pem(private=False)  # type: ignore[union-attr]  # an EC key has one
    forged = [
        hmac_signed(issuer.token(), public_pem),
        issuer.token(key=OctKey.generate_key(256, {"kid": "k1"}), algorithm="HS256"),
        issuer.token(key=ECKey.generate_key("P-256", {"kid": "k1"})),
        "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ.eyJzdWIiOiJhbm5hIn0.",
        "not.a.token",
        "a" * 20_000,
        "ā.ā.ā",
        "..",
    ]
    authenticator = issuer.authenticator()

    for token in forged:
        with pytest.raises(ProblemError) as raised:
            await authenticator.authenticate(token)
        assert raised.value.status == 401


async def test_keys_rotate_without_a_restart(issuer: Issuer) -> None:
    authenticator = issuer.authenticator(refresh_pause_seconds=0.0)
    await authenticator.authenticate(issuer.token())

    issuer.keys.append(ECKey.generate_key("P-256", {"kid": "k2", "use": "sig"}))
    await authenticator.authenticate(issuer.token())

    assert issuer.fetches == 2


async def test_a_token_that_was_taken_before_is_refused_once_its_key_is_withdrawn(issuer: Issuer) -> None:
    authenticator = issuer.authenticator(refresh_pause_seconds=0.0)
    old = issuer.token()
    assert [(await authenticator.authenticate(old)).sub for _ in range(2)] == ["anna", "anna"]

    issuer.keys = [ECKey.generate_key("P-256", {"kid": "k2", "use": "sig"})]
    assert (await authenticator.authenticate(issuer.token())).sub == "anna"

    with pytest.raises(ProblemError, match="unauthenticated"):
        await authenticator.authenticate(old)


async def test_a_token_that_was_taken_before_is_refused_once_it_has_expired(issuer: Issuer) -> None:
    authenticator = issuer.authenticator()
    token = issuer.token(exp=int(time.time()) + 1 - auth.LEEWAY_SECONDS)
    assert (await authenticator.authenticate(token)).sub == "anna"

    await asyncio.sleep(2.1)

    with pytest.raises(ProblemError, match="unauthenticated"):
        await authenticator.authenticate(token)


async def test_forged_key_ids_do_not_make_us_ask_the_issuer_each_time(issuer: Issuer) -> None:
    authenticator = issuer.authenticator()
    stranger = ECKey.generate_key("P-256", {"kid": "forged"})

    for _ in range(20):
        with pytest.raises(ProblemError):
            await authenticator.authenticate(issuer.token(key=stranger))

    assert issuer.fetches == 1


async def test_an_absent_issuer_is_named_and_forgiven_when_it_is_back(issuer: Issuer) -> None:
    issuer.is_away = True
    authenticator = issuer.authenticator(refresh_pause_seconds=0.0)

    with pytest.raises(TransientError):
        await authenticator.authenticate(issuer.token())
    with pytest.raises(NotReadyError, match=r"token issuer http://issuer\.test: connection refused"):
        await authenticator.check()

    issuer.is_away = False
    assert (await authenticator.authenticate(issuer.token())).sub == "anna"
    assert await authenticator.check() is None


async def test_known_keys_serve_while_the_issuer_is_away(issuer: Issuer) -> None:
    authenticator = issuer.authenticator(refresh_pause_seconds=0.0)
    await authenticator.authenticate(issuer.token())
    issuer.is_away = True
    authenticator._read_at -= auth.KEYS_FRESH_SECONDS + 1

    assert (await authenticator.authenticate(issuer.token())).sub == "anna"


async def test_an_issuer_that_names_itself_otherwise_is_not_believed(issuer: Issuer) -> None:
    issuer.named = "http://evil.test"

    with pytest.raises(TransientError, match="names another issuer"):
        await issuer.authenticator().authenticate(issuer.token())


async def test_the_dependency_answers_401_with_a_challenge(issuer: Issuer) -> None:
    app = create_app("test", readiness=Readiness(), authenticator=issuer.authenticator(), registry=CollectorRegistry())

    @app.get("/v1/me")
    async def me(caller: CallerDep) -> dict[str, str]:
        return {"sub": caller.sub}

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        without = await client.get("/v1/me")
        bad = await client.get("/v1/me", headers={"Authorization": f"Bearer {issuer.token(exp=1)}"})
        good = await client.get("/v1/me", headers={"Authorization": f"Bearer {issuer.token()}"})

    assert (without.status_code, without.json()["code"]) == (401, "unauthenticated")
    assert without.headers["www-authenticate"].startswith("Bearer")
    assert "expired" in bad.json()["detail"]
    assert good.json() == {"sub": "anna"}


@pytest.mark.parametrize(
    ("changes", "english", "latvian"),
    [
        ({"exp": 1}, "it has expired", "tās termiņš ir beidzies"),
        ({"nbf": NOW + 3600}, "it is not valid yet", "tā vēl nav spēkā"),
        ({"aud": "another"}, "its aud is not accepted here", "tās aud šeit nav derīgs"),
        ({"exp": None}, "it lacks exp", "tajā trūkst exp"),
        ({"sub": "an\nna"}, "its sub is empty", "tās sub ir tukšs"),
    ],
)
async def test_why_a_token_is_refused_is_told_in_the_callers_language(
    issuer: Issuer, changes: dict[str, Any], english: str, latvian: str
) -> None:
    with pytest.raises(ProblemError) as raised:
        await issuer.authenticator().authenticate(issuer.token(**changes))

    assert f"This token: {english}" in rendered(raised.value, "en")["detail"]
    assert f"Šī pilnvara: {latvian}" in rendered(raised.value, "lv")["detail"]


async def test_a_forged_signature_and_a_text_that_is_no_token_are_told_apart(issuer: Issuer) -> None:
    authenticator = issuer.authenticator()
    stranger = ECKey.generate_key("P-256", {"kid": "k1"})
    told = []
    for token in (issuer.token(stranger), "a.b.c"):
        with pytest.raises(ProblemError) as raised:
            await authenticator.authenticate(token)
        told.append(rendered(raised.value, "lv")["detail"].partition("Šī pilnvara: ")[2])

    assert told == ["tās paraksts nav pareizs.", "to nevar nolasīt."]
