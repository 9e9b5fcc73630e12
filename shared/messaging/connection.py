"""One connection to NATS, with the server's refusals joined to the publishes that they belong to."""

import asyncio
import re
from collections import deque
from dataclasses import dataclass, field

import nats
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from pydantic import SecretStr

from shared.errors import PermanentError
from shared.health import NotReadyError
from shared.messaging import transport
from shared.messaging.welcome import Welcome
from shared.settings import NatsSettings

RECONNECT_SECONDS = 0.25
# A server that stands still is left after 3 to 4.5 seconds: two pings unanswered when the third is due.
PING_SECONDS = 1.5
PINGS_UNANSWERED_MAX = 2

_DENIED = re.compile(r"permissions violation for publish to \"?([^\s\"]+)", re.IGNORECASE)
_REFUSED = re.compile(r"authorization violation|authentication expired|authentication revoked", re.IGNORECASE)
_logger = structlog.get_logger(__name__)

transport.install()


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Where NATS is and who connects: by a password, or by the seed of an nkey whose public half the server knows.

    `user` names the private inbox prefix, with an nkey too.
    """

    url: str
    user: str
    password: SecretStr | None = None
    nkey_seed: SecretStr | None = None

    @classmethod
    def of(cls, settings: NatsSettings) -> "Credentials":
        """The credentials that a service's settings name."""
        return cls(
            url=settings.nats_url,
            user=settings.nats_user,
            password=settings.nats_password,
            nkey_seed=settings.nkey_seed,
        )

    @property
    def login(self) -> dict[str, str]:
        """What signs in, as nats-py's `connect` takes it."""
        if self.nkey_seed is not None:
            return {"nkeys_seed_str": self.nkey_seed.get_secret_value().strip()}
        assert self.password is not None, "there is a password or an nkey"
        return {"user": self.user, "password": self.password.get_secret_value()}


class ForbiddenError(PermanentError):
    """The server does not let this user publish there; it says so only on the error callback."""

    code = "publish-forbidden"


@dataclass(slots=True)
class Connection:
    """A connected client and its JetStream context. `welcome` says whether the server lets us in."""

    client: Client
    js: JetStreamContext
    welcome: Welcome
    denied: deque[str] = field(default_factory=lambda: deque(maxlen=100))

    def was_denied(self, subject: str) -> bool:
        """Tell whether the server refused a publish to this subject, which the caller saw as a time-out."""
        return subject.lower() in self.denied

    def require_link(self) -> None:
        """Raise NotReadyError while there is no connection, with why the server lets us not in when that is it."""
        self.welcome.require()
        if not self.client.is_connected:
            fault = self.welcome.fault
            raise NotReadyError(f"not connected: {fault}" if fault else "not connected")

    async def close(self) -> None:
        """Send what is buffered and close; never waits longer than five seconds."""
        try:
            await asyncio.wait_for(self.client.drain(), 5)
        except (TimeoutError, nats.errors.Error):
            await self.client.close()


async def connect(credentials: Credentials, *, name: str, attempts_seconds: float = 60.0) -> Connection:
    """Connect and stay connected: reconnects for ever, so that only readiness tells that NATS is away.

    Raises RefusedError when the server is there and did not let us in within `attempts_seconds`, else TimeoutError with
    what the last attempt met.
    """
    denied: deque[str] = deque(maxlen=100)
    welcome = Welcome(user=credentials.user, way="nkey" if credentials.nkey_seed else "password")

    async def on_error(error: Exception) -> None:
        if _REFUSED.search(str(error)):
            welcome.refuse()
            return
        if found := _DENIED.search(str(error)):
            denied.append(found[1].lower())
        elif not client.is_connected:
            welcome.fault = str(error)
        _logger.warning("nats_error", error=str(error))

    async def on_reconnected() -> None:
        welcome.admit()

    client = Client()
    try:
        async with asyncio.timeout(attempts_seconds):
            await client.connect(
                credentials.url.split(","),
                **credentials.login,  # type: ignore[arg-type]  # texts, for parameters that are texts
                name=name,
                inbox_prefix=f"_INBOX.{credentials.user}".encode(),
                error_cb=on_error,
                reconnected_cb=on_reconnected,
                max_reconnect_attempts=-1,
                reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]  # typed int, used as a sleep takes it
                connect_timeout=2,
                ping_interval=PING_SECONDS,  # type: ignore[arg-type]  # the same
                max_outstanding_pings=PINGS_UNANSWERED_MAX,
            )
    except TimeoutError:
        welcome.require()
        raise TimeoutError(welcome.fault or "no answer") from None
    welcome.admit()
    return Connection(client, client.jetstream(timeout=5), welcome, denied)
