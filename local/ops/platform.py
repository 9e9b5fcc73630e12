"""Which platform a command means: the one that RESULTS_... describes, else the one of the local home."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec

from pydantic import Field, SecretStr

from local.terminal import CommandError
from shared.messaging.connection import Connection, Credentials, connect
from shared.messaging.welcome import RefusedError
from shared.settings import NatsSettings, S3Settings, Settings, load
from shared.storage.s3 import S3ObjectStore

CONNECT_SECONDS_MAX = 3.0
OPERATOR = "operator"


class ArchiveSettings(Settings):
    """Where archives lie and the keys of their store; those of the platform's own store where they are not set."""

    archive_to: str | None = Field(
        default=None, description="The archive that is written or read: a folder or s3://bucket/prefix."
    )
    archive_s3_endpoint: str | None = Field(default=None, description="Object store of archives, as host:port.")
    archive_s3_secure: bool = Field(default=True, description="Speak TLS with the object store of archives.")
    archive_s3_access_key: str | None = Field(default=None, description="Access key for archives.")
    archive_s3_secret_key: SecretStr | None = Field(default=None, description="Secret of that key.")


class OperationsSettings(NatsSettings, S3Settings, ArchiveSettings):
    """Everything that `archive follow`, `backup` and `restore` read where no local home is meant."""

    http_admin_port: int | None = Field(
        default=None, ge=1, le=65535, description="Port for /metrics of what goes on for ever."
    )
    replicas: int = Field(default=1, ge=1, le=5, description="Copies of each stream that `restore` makes.")
    restore_to_sequence: int | None = Field(
        default=None, ge=1, description="`restore` brings back only what was in the log up to here."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Addresses and keys. `store` is None where no key of the object store is known."""

    nats: Credentials
    store: S3Settings | None
    archive: S3Settings | None


def access() -> Access:
    """Read the environment, or the local home when RESULTS_NATS_URL is not set and there can be one."""
    if "RESULTS_NATS_URL" in os.environ or not _knows_homes():
        settings = load(NatsSettings)
        nats = Credentials.of(settings)
        store = load(S3Settings) if "RESULTS_S3_ACCESS_KEY" in os.environ else None
    else:
        nats, store = _of_home()
    return Access(nats=nats, store=store, archive=_archive() or store)


def archive_settings() -> S3Settings | None:
    """Read where archives lie and its keys; those of the local home's store where no others are set."""
    is_named = "RESULTS_S3_ACCESS_KEY" in os.environ or not _knows_homes()
    return _archive() or (load(S3Settings) if is_named else _of_home()[1])


def _knows_homes() -> bool:
    """The image for operations holds no local platform."""
    return find_spec("local.home") is not None


def _of_home() -> tuple[Credentials, S3Settings]:
    from local.credentials import Credentials as Kept
    from local.home import Home

    home = Home.current()
    kept = Kept.of_home(home.path)
    access_key, secret_key = kept.store[OPERATOR]
    store = S3Settings(
        s3_endpoint=home.urls["s3"].removeprefix("http://"),
        s3_secure=False,
        s3_access_key=access_key,
        s3_secret_key=SecretStr(secret_key),
    )
    return Credentials(url=home.urls["nats"], user=OPERATOR, password=SecretStr(kept.nats[OPERATOR])), store


def _archive() -> S3Settings | None:
    settings = load(ArchiveSettings)
    given = (settings.archive_s3_endpoint, settings.archive_s3_access_key, settings.archive_s3_secret_key)
    if not any(given):
        return None
    if not (settings.archive_s3_endpoint and settings.archive_s3_access_key and settings.archive_s3_secret_key):
        raise CommandError("set all of RESULTS_ARCHIVE_S3_ENDPOINT, _ACCESS_KEY and _SECRET_KEY, or none of them")
    return S3Settings(
        s3_endpoint=settings.archive_s3_endpoint,
        s3_secure=settings.archive_s3_secure,
        s3_access_key=settings.archive_s3_access_key,
        s3_secret_key=settings.archive_s3_secret_key,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform that answers. `store` is None where no key of the object store is known."""

    connection: Connection
    store: S3ObjectStore | None

    @property
    def buckets(self) -> S3ObjectStore:
        """The object store. CommandError where its keys are not known."""
        if self.store is None:
            raise CommandError("no keys of the object store: set RESULTS_S3_ENDPOINT, _ACCESS_KEY and _SECRET_KEY")
        return self.store


@asynccontextmanager
async def opened(found: Access, *, within_seconds: float = CONNECT_SECONDS_MAX) -> AsyncIterator[Platform]:
    """Connect. CommandError when nobody answers within that time."""
    try:
        connection = await connect(found.nats, name="results", attempts_seconds=within_seconds)
    except RefusedError as error:
        raise CommandError(str(error)) from error
    except (TimeoutError, OSError) as error:
        hint = str(error) if "RESULTS_NATS_URL" in os.environ else "start one with `make up`"
        raise CommandError(f"no platform answers at {found.nats.url}: {hint}") from error
    store = S3ObjectStore(found.store) if found.store else None
    try:
        yield Platform(connection=connection, store=store)
    finally:
        if store:
            store.close()
        await connection.close()
