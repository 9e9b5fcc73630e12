"""Whether NATS lets us in: a password that changed or an nkey that was revoked must not look like a network away."""

import time
from dataclasses import dataclass
from typing import Literal

import structlog

from shared.health import NotReadyError

TOLD_AGAIN_SECONDS = 30.0

_logger = structlog.get_logger(__name__)


class RefusedError(NotReadyError, TimeoutError):
    """The server is there and does not know this user, or not by this password or key.

    For those who only wait for a connection it is the same as no answer in time.
    """


@dataclass(slots=True, kw_only=True)
class Welcome:
    """What the server said last when `user` came with its password or nkey. It is asked again all the time.

    `fault`: what the last attempt met that did not get so far: nobody there, a certificate that has expired.
    """

    user: str
    way: Literal["password", "nkey"]
    is_refused: bool = False
    fault: str | None = None
    _told_at: float | None = None

    @property
    def reason(self) -> str:
        """What is wrong and who can mend it, without the secret."""
        return (
            f"NATS does not let in {self.user}: its {self.way} is unknown there or was revoked; "
            f"give this service a {self.way} that NATS' configuration holds"
        )

    def refuse(self) -> None:
        """Take note, and say it in the log at most twice a minute: the client tries again four times a second."""
        self.is_refused = True
        now = time.monotonic()
        if self._told_at is None or now - self._told_at >= TOLD_AGAIN_SECONDS:
            self._told_at = now
            _logger.error("nats_refused", user=self.user, by=self.way, reason=self.reason)

    def admit(self) -> None:
        """Take note that the server let us in."""
        if self.is_refused:
            _logger.info("nats_admitted", user=self.user, by=self.way)
        self.is_refused, self.fault, self._told_at = False, None, None

    def require(self) -> None:
        """Raise RefusedError while the server refuses us."""
        if self.is_refused:
            raise RefusedError(self.reason)
