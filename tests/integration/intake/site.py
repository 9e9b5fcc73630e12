"""Intake in process on the real servers, with tokens of a real issuer, and eyes for what it leaves there."""

import json
import secrets
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from local.issuer import documents, handler_for
from local.servers import Credentials as ServerCredentials
from local.servers import NatsServer, SeaweedServer
from local.tokens import Claims, Signer
from services.intake.app import build
from services.intake.settings import IntakeSettings
from shared.health import Readiness
from shared.http.roles import Role
from shared.settings import S3Settings
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import INCOMING
from tests.unit.intake.world import TODAY


@contextmanager
def issuing(home: Path) -> Iterator[Signer]:
    """A real issuer on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for({}))
    signer = Signer(f"http://127.0.0.1:{server.server_address[1]}", home)
    server.RequestHandlerClass = handler_for(documents(signer.issuer, signer))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield signer
    server.shutdown()
    server.server_close()


@dataclass(kw_only=True)
class Site:
    """The servers, and how to be somebody."""

    nats: NatsServer
    store: SeaweedServer
    credentials: ServerCredentials
    signer: Signer
    home: Path

    def settings(self, **changes: Any) -> IntakeSettings:
        sweeper = self.credentials.store["sweeper"]
        told = {
            name.removeprefix("RESULTS_").lower(): text
            for name, text in (self.nats.environment("intake") | self.store.environment("intake")).items()
        }
        return IntakeSettings.model_validate(
            told
            | {
                "oidc_issuer": self.signer.issuer,
                "http_port": 1,
                "state_dir": self.home / secrets.token_hex(4),
                "report_sources": ("sap",),
                "upstream_agencies": {"demo": ["LV01"]},
                "sweeper_access_key": sweeper[0],
                "sweeper_secret_key": sweeper[1],
            }
            | changes
        )

    def token(self, *roles: Role, sub: str, project_id: str = "", na: str = "") -> str:
        return self.signer.sign(Claims(sub=sub, roles=roles, na=[na] if na else [], projects=[project_id]))

    @asynccontextmanager
    async def running(self, **changes: Any) -> AsyncIterator[FastAPI]:
        """One replica of the service."""
        app = build(self.settings(**changes), Readiness())
        async with app.router.lifespan_context(app):
            yield app

    @contextmanager
    def eyes(self, user: str = "sweeper") -> Iterator[S3ObjectStore]:
        """The object store as another user sees it."""
        told = {name.removeprefix("RESULTS_").lower(): text for name, text in self.store.environment(user).items()}
        store = S3ObjectStore(S3Settings.model_validate(told))
        try:
            yield store
        finally:
            store.close()

    async def objects(self, prefix: str) -> list[str]:
        """The keys in `incoming` under a prefix."""
        with self.eyes() as store:
            return [one.key async for one in store.list(INCOMING, prefix)]


@dataclass(kw_only=True)
class Desk:
    """One project and the people around it, at one replica."""

    site: Site
    app: FastAPI
    project_id: str = field(default_factory=lambda: f"I-{secrets.token_hex(6)}")

    def __post_init__(self) -> None:
        own = self.project_id
        self.tokens = {
            "upstream": self.site.token(Role.UPSTREAM, sub="bm", na="LV01"),
            "coordinator": self.site.token(Role.COORDINATOR, sub="karlis", project_id=own),
            "beneficiary": self.site.token(Role.BENEFICIARY, sub="beata", project_id=own),
            "expert": self.site.token(Role.EXPERT, sub="elina", project_id=own),
        }
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://intake.example")

    def at(self, app: FastAPI) -> "Desk":
        """The same project at another replica."""
        return Desk(site=self.site, app=app, project_id=self.project_id)

    @property
    def path(self) -> str:
        return f"/v1/projects/{self.project_id}"

    async def call(self, method: str, path: str, *, by: str = "coordinator", **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[by]}", **options.pop("headers", {})}
        return await self.http.request(method, path, headers=headers, **options)

    def body(self, **changes: Any) -> dict[str, Any]:
        return {
            "title": "Digital skills",
            "start_date": str(TODAY - timedelta(days=700)),
            "end_date": str(TODAY - timedelta(days=30)),
            "languages": ["en"],
            "na": "LV01",
            "organisations": [{"id": "o1", "name": "Skola", "role": "coordinator"}],
            "contacts": [{"id": "c1", "name": "Anna Kalniņa", "email": "anna@example.org", "access": "edit"}],
            "na_contact": {"name": "Ilze", "phone": "+371 67000000"},
        } | changes

    async def register(self, **changes: Any) -> dict[str, Any]:
        response = await self.call(
            "PUT", self.path, by="upstream", json=self.body(**changes), headers={"If-Match": "*"}
        )
        return told(response, 200, 201)

    def metadata(self, **changes: Any) -> dict[str, Any]:
        return {
            "title": "Handbook (English)",
            "description": "How to.",
            "category": "handbook",
            "languages": ["en"],
            "data_protection": {"confirmed": True},
        } | changes

    async def try_post(
        self,
        content: bytes = b"Text.\n",
        *,
        name: str = "guide.txt",
        by: str = "coordinator",
        key: str = "",
        **changes: Any,
    ) -> httpx.Response:
        files = [
            ("metadata", (None, json.dumps(self.metadata(**changes)), "application/json")),
            ("file", (name, content, "text/plain")),
        ]
        headers = {"Idempotency-Key": key} if key else {}
        return await self.call("POST", f"{self.path}/results", by=by, files=files, headers=headers)

    async def post(self, content: bytes = b"Text.\n", **options: Any) -> dict[str, Any]:
        return told(await self.try_post(content, **options), 200, 201)

    async def results(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = told(await self.call("GET", f"{self.path}/results"))["items"]
        return found


def told(response: httpx.Response, *statuses: int) -> dict[str, Any]:
    """The body of an answer that must be a success."""
    assert response.status_code in (statuses or (200,)), f"{response.status_code} {response.text}"
    found: dict[str, Any] = response.json() if response.content else {}
    return found


def refused(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem of an answer that must be this refusal."""
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["code"]) == (status, code), response.text
    return problem
