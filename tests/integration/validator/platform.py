"""A validator between real servers, and somebody in intake's place who posts files to it."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import SecretStr

from local.servers import ClamdServer, NatsServer, SeaweedServer
from local.servers import Credentials as ServerCredentials
from services.validator.app import running
from services.validator.settings import ValidatorSettings
from shared.contracts.model import WireModel
from shared.contracts.project import (
    ContactAccess,
    ContactState,
    LogoFile,
    LogoState,
    Organisation,
    ProjectDescription,
    ProjectState,
    PublicContact,
)
from shared.contracts.result import DataProtection, ResultFile, ResultState
from shared.contracts.subjects import logo_key, object_key, result_subject, subject
from shared.contracts.verdict import VerdictState
from shared.health import Readiness
from shared.messaging.connection import Credentials, connect
from shared.messaging.events import NewEvent, ProjectLog, Recorded, event_id
from shared.messaging.log import Log
from shared.settings import S3Settings
from shared.storage.ports import ObjectMissingError
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import CLEAN, INCOMING


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    nats: NatsServer
    store: SeaweedServer
    clamd: ClamdServer
    credentials: ServerCredentials

    def login(self, user: str) -> Credentials:
        return Credentials(url=self.nats.url, user=user, password=SecretStr(self.credentials.nats[user]))

    def s3(self, user: str) -> S3Settings:
        access_key, secret_key = self.credentials.store[user]
        return S3Settings(
            s3_endpoint=self.store.endpoint, s3_access_key=access_key, s3_secret_key=SecretStr(secret_key)
        )

    def settings(self, state_dir: Path, *, clamd_address: str = "") -> ValidatorSettings:
        access_key, secret_key = self.credentials.store["validator"]
        return ValidatorSettings(
            http_port=1,
            nats_url=self.nats.url,
            nats_user="validator",
            nats_password=SecretStr(self.credentials.nats["validator"]),
            s3_endpoint=self.store.endpoint,
            s3_access_key=access_key,
            s3_secret_key=SecretStr(secret_key),
            state_dir=state_dir,
            clamd_address=clamd_address or str(self.clamd.socket_path),
        )


@dataclass(slots=True, kw_only=True)
class Intake:
    """Puts objects and appends events as intake does."""

    log: Log
    store: S3ObjectStore
    clean: S3ObjectStore
    project_id: str = field(default_factory=lambda: f"P-{secrets.token_hex(6)}")

    async def post(
        self, name: str, data: bytes, *, result_id: str = "", sha256: str = "", stored: bytes | None = None
    ) -> str:
        """Post a new result, or a new revision of one; `stored` puts other bytes than the event announces."""
        result_id = result_id or f"{self.project_id}~{secrets.token_hex(13)}"
        project = await self.log.load(self.project_id)
        before = project.state("intake", "result", ResultState, result_id)
        revision = before.revision + 1 if before else 1
        digest = sha256 or hashlib.sha256(data).hexdigest()
        key = object_key(result_id, revision, digest)
        if stored != b"":
            await self.store.put_bytes(INCOMING, key, data if stored is None else stored)
        file = ResultFile(name=name, size=len(data), sha256=digest, object_key=key)
        await self.append(
            project, _state(self.project_id, result_id, revision, file), "revised" if before else "received"
        )
        return result_id

    async def set_logo(self, name: str, data: bytes) -> None:
        digest = hashlib.sha256(data).hexdigest()
        key = logo_key(self.project_id, 1, digest)
        await self.store.put_bytes(INCOMING, key, data)
        state = LogoState(revision=1, file=LogoFile(name=name, size=len(data), sha256=digest, object_key=key))
        where = subject("intake", self.project_id, "logo")
        event = NewEvent(
            subject=where, type="intake.logo.set.v1", state=state, id=event_id(where, "test", "set"), actor="tester"
        )
        await self.log.append(event, (await self.log.load(self.project_id)).guard("intake"))

    async def register(self, summary: str, **people: PublicContact) -> None:
        """Register the project with contacts, each public as far as it has values."""
        school = Organisation(id="o1", name="School", country="LV", role="coordinator")
        described = ProjectDescription(
            title="A project", summary=summary, start_date=date(2026, 1, 1), end_date=date(2026, 12, 31), na="LV01",
            languages=("en",), organisations=(school,),
        )  # fmt: skip
        contacts = tuple(ContactAccess(id=one, organisation_id="o1", access="view") for one in people)
        state = ProjectState(
            id=self.project_id, description=described, contacts=contacts, registered_at=datetime.now(UTC)
        )
        await self._append("project", "registered", state)
        for contact_id, person in people.items():
            key = f"{self.project_id}.{contact_id}.{secrets.token_hex(8)}"
            await (await self.log.connection.js.key_value("contacts-public")).put(key, person.to_json())
            shown = {f"publish_{name}": bool(value) for name, value in person}
            await self._append(
                "contact", "changed", ContactState(contact_id=contact_id, public_key=key, **shown), contact_id
            )

    async def _append(self, thing: str, happened: str, state: WireModel, thing_id: str = "") -> None:
        where = subject("intake", self.project_id, thing, thing_id)
        event = NewEvent(
            subject=where, type=f"intake.{thing}.{happened}.v1", state=state, id=event_id(where, "test", happened),
            actor="tester",
        )  # fmt: skip
        await self.log.append(event, (await self.log.load(self.project_id)).guard("intake"))

    async def delete(self, result_id: str) -> None:
        project = await self.log.load(self.project_id)
        state = project.state("intake", "result", ResultState, result_id)
        assert state is not None
        await self.append(project, state.model_copy(update={"deleted": True}), "deleted")

    async def append(self, project: ProjectLog, state: ResultState, happened: str) -> None:
        name = result_subject("intake", state.id)
        event = NewEvent(
            subject=name,
            type=f"intake.result.{happened}.v1",
            state=state,
            id=event_id(name, secrets.token_hex(8), happened),
            actor="tester",
        )
        await self.log.append(event, project.guard("intake"))

    async def verdict(
        self, result_id: str, *, revision: int = 1, seconds: float = 20, complete: bool = False
    ) -> VerdictState:
        """Wait for the verdict on a revision; with `complete` until every check came to its end."""
        async with asyncio.timeout(seconds):
            while True:
                recorded = await self.log.last_message(self._verdict_subject(result_id))
                if recorded:
                    state = recorded.state_as(VerdictState)
                    if state.revision >= revision and not (complete and state.outcome == "error"):
                        return state
                await asyncio.sleep(0.005)

    def _verdict_subject(self, result_id: str) -> str:
        """Where the verdict on a result goes; without an id, that on the logo."""
        if result_id:
            return result_subject("validator", result_id)
        return subject("validator", self.project_id, "logo")

    async def verdicts(self, result_id: str) -> list[Recorded]:
        return [one async for one in self.log.history(result_subject("validator", result_id))]

    async def kept(self, key: str) -> bytes | None:
        """The object in the clean zone, None when there is none."""
        try:
            return b"".join([chunk async for chunk in self.clean.read(CLEAN, key)])
        except ObjectMissingError:
            return None


def _state(project_id: str, result_id: str, revision: int, file: ResultFile) -> ResultState:
    now = datetime.now(UTC)
    return ResultState(
        id=result_id, project_id=project_id, kind="file", title="A handbook", description="About something",
        category="handbook", data_protection=DataProtection(confirmed=True, by="tester"), revision=revision, file=file,
        submitter="tester", created_at=now, changed_at=now, content_at=now,
    )  # fmt: skip


@asynccontextmanager
async def intake_of(servers: Servers) -> AsyncIterator[Intake]:
    connection = await connect(servers.login("intake"), name="test intake")
    store, clean = S3ObjectStore(servers.s3("intake")), S3ObjectStore(servers.s3("publisher"))
    try:
        yield Intake(log=Log(connection), store=store, clean=clean)
    finally:
        store.close()
        clean.close()
        await connection.close()


@asynccontextmanager
async def validator_of(servers: Servers, state_dir: Path, *, clamd_address: str = "") -> AsyncIterator[Readiness]:
    readiness = Readiness()
    async with running(servers.settings(state_dir, clamd_address=clamd_address), readiness):
        yield readiness


def outcome_of(verdict: VerdictState, check: str) -> str:
    return next(one.outcome for one in verdict.checks if one.check == check).value


def codes_of(verdict: VerdictState) -> set[str]:
    """The findings of the checks that decide; hints on quality are not among them."""
    return {finding.code for check in verdict.checks if check.check != "quality" for finding in check.findings}
