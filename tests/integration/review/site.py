"""Review in this process on the real NATS and S3, with an issuer of the test's own; the other owners write by hand."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import SecretStr

from local.servers import Credentials, NatsServer, SeaweedServer
from services.review.app import build
from services.review.settings import Settings
from shared.contracts.result import ManifestEntry
from shared.contracts.subjects import address
from shared.health import Readiness
from shared.http.auth import Authenticator
from shared.messaging.events import Guard, NewEvent
from shared.messaging.log import Log
from shared.settings import S3Settings
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import CLEAN
from tests.integration.messaging.users import log_of
from tests.unit.review.events import Content, checked, content, entry, registered, stored, submitted

ISSUER = "http://issuer.test"


@dataclass
class Issuer:
    """Signs tokens, and answers the two addresses that a service asks."""

    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"}))

    def token(self, sub: str, roles: tuple[str, ...], na: tuple[str, ...], projects: tuple[str, ...]) -> str:
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": "results-platform", "sub": sub, "nbf": now, "exp": now + 600}
        claims |= {"roles": list(roles), "na": list(na), "projects": list(projects)}
        return jwt.encode({"alg": "ES256", "kid": "k1"}, claims, self.key)

    def authenticator(self) -> Authenticator:
        return Authenticator(ISSUER, "results-platform", transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/keys":
            return httpx.Response(200, json=dict(KeySet([self.key]).as_dict(private=False)))
        return httpx.Response(200, json={"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"})


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    client: httpx.AsyncClient
    token: str

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.call("GET", path, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        return await self.call("POST", path, json=body, **options)

    async def put(self, path: str, body: object, **options: Any) -> httpx.Response:
        return await self.call("PUT", path, json=body, **options)


@dataclass(frozen=True)
class Site:
    """The service, and a hand for each of the other owners."""

    client: httpx.AsyncClient
    readiness: Readiness
    issuer: Issuer
    hands: dict[str, Log]
    validator_store: S3ObjectStore
    state: Path

    def person(
        self, *roles: str, sub: str = "ilze", na: tuple[str, ...] = ("LV01",), projects: tuple[str, ...] = ()
    ) -> Person:
        return Person(self.client, self.issuer.token(sub, roles, na, projects))

    async def add(self, event: NewEvent) -> int:
        """Append what another owner says."""
        log = self.hands[address(event.subject).owner]
        last = await log.last_message(event.subject)
        return (await log.append(event, Guard(event.subject, last.sequence if last else 0))).sequence

    async def put_clean(self, one: Content) -> None:
        await self.validator_store.put_bytes(CLEAN, one.key, one.text)


@dataclass
class Project:
    """One project of a test, as the other owners have it."""

    site: Site
    id: str
    sequences: dict[str, int] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/v1/reviews/{self.id}"

    def result_path(self, one: Content) -> str:
        return f"{self.path}/results/{one.id}"

    async def register(self, **fields: Any) -> None:
        await self.site.add(registered(self.id, **fields))

    async def valid_result(self, name: str = "a", **fields: Any) -> Content:
        one = content(self.id, name, **fields)
        await self.store(one)
        await self.site.add(checked(one))
        return one

    async def store(self, one: Content, what: Any = "received") -> None:
        self.sequences[one.id] = await self.site.add(stored(one, what))

    async def submit(self, *results: Content, number: int = 1, **options: Any) -> tuple[ManifestEntry, ...]:
        manifest = tuple(entry(one, self.sequences[one.id]) for one in results)
        await self.site.add(submitted(self.id, number, manifest, **options))
        return manifest


@asynccontextmanager
async def site_on(
    nats_server: NatsServer, store_server: SeaweedServer, credentials: Credentials, state: Path, **settings: Any
) -> AsyncIterator[Site]:
    """Start the service in this process, and stop it."""
    issuer, readiness = Issuer(), Readiness(fresh_seconds=0.05)
    app = build(_settings(nats_server, store_server, credentials, state, settings), readiness, issuer.authenticator())
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(app)
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://review.test"))
        owners = ("intake", "validator", "publisher")
        hands = {one: await stack.enter_async_context(log_of(one, nats_server, credentials)) for one in owners}
        store = S3ObjectStore(_store_settings("validator", store_server, credentials))
        stack.callback(store.close)
        await _caught_up(readiness)
        yield Site(client, readiness, issuer, hands, store, state)


async def _caught_up(readiness: Readiness) -> None:
    """Wait until the read model has read what every test before this one has put into the log."""
    async with asyncio.timeout(60):
        while not any(one.name == "readmodel" and one.ok for one in (await readiness.report()).lines):  # noqa: ASYNC110 - readiness is asked, it tells nobody
            await asyncio.sleep(0.05)


def _settings(
    nats_server: NatsServer, store_server: SeaweedServer, credentials: Credentials, state: Path, other: dict[str, Any]
) -> Settings:
    store = _store_settings("review", store_server, credentials)
    values = {
        "nats_url": nats_server.url,
        "nats_user": "review",
        "nats_password": SecretStr(credentials.nats["review"]),
        "oidc_issuer": ISSUER,
        "http_port": 1,
        "state_dir": state,
        **store.model_dump(),
    }
    return Settings(**(values | other))


def _store_settings(user: str, store_server: SeaweedServer, credentials: Credentials) -> S3Settings:
    access_key, secret_key = credentials.store[user]
    return S3Settings(s3_endpoint=store_server.endpoint, s3_access_key=access_key, s3_secret_key=SecretStr(secret_key))
