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

RECONNECT_SECONDS = 0.25

_DENIED = re.compile(r"permissions violation for publish to \"?([^\s\"]+)", re.IGNORECASE)
_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Where NATS is and who connects. `user` names the private inbox prefix too."""

    url: str
    user: str
    password: SecretStr


class ForbiddenError(PermanentError):
    """The server does not let this user publish there; it says so only on the error callback."""

    code = "publish-forbidden"


@dataclass(slots=True)
class Connection:
    """A connected client and its JetStream context."""

    client: Client
    js: JetStreamContext
    inbox: str
    denied: deque[str] = field(default_factory=lambda: deque(maxlen=100))

    def was_denied(self, subject: str) -> bool:
        """Tell whether the server refused a publish to this subject, which the caller saw as a time-out."""
        return subject.lower() in self.denied

    async def close(self) -> None:
        """Send what is buffered and close; never waits longer than five seconds."""
        try:
            await asyncio.wait_for(self.client.drain(), 5)
        except (TimeoutError, nats.errors.Error):
            await self.client.close()


async def connect(credentials: Credentials, *, name: str, attempts_seconds: float = 60.0) -> Connection:
    """Connect and stay connected: reconnects for ever, so that only readiness tells that NATS is away."""
    denied: deque[str] = deque(maxlen=100)

    async def on_error(error: Exception) -> None:
        if found := _DENIED.search(str(error)):
            denied.append(found[1].lower())
        _logger.warning("nats_error", error=str(error))

    inbox = f"_INBOX.{credentials.user}"
    client = Client()
    async with asyncio.timeout(attempts_seconds):
        await client.connect(
            credentials.url.split(","),
            user=credentials.user,
            password=credentials.password.get_secret_value(),
            name=name,
            inbox_prefix=inbox.encode(),
            error_cb=on_error,
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]  # typed int, used as asyncio.sleep takes it
            connect_timeout=2,
            ping_interval=10,
            max_outstanding_pings=3,
        )
    return Connection(client, client.jetstream(timeout=5), inbox, denied)
