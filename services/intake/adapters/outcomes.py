"""What became of each upstream event, kept 30 days in the stream `OUTCOMES`, by sender, source and id."""

import hashlib
import re
from dataclasses import dataclass

from nats.js import JetStreamContext
from nats.js.errors import APIError, NotFoundError

from services.intake.domain.outcomes import Identity, Outcome
from shared.errors import TransientError
from shared.messaging.patience import ANSWER_SECONDS_MAX, answered, soonest, within

STREAM = "OUTCOMES"
NATS_SENDER_PREFIX = "upstream-"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def token(text: str) -> str:
    """Return the text as it stands in a subject: itself, or its SHA-256 in hex."""
    return text if _TOKEN.fullmatch(text) else hashlib.sha256(text.encode()).hexdigest()


def subject_of(identity: Identity) -> str:
    """Return where the outcome goes.

    A sender on NATS is known by its source, so it hears `upstream-outcome.<source>.<id>`. Over HTTP the source is what
    the sender says, so its `sub` is hashed in: nobody can overwrite the outcome of another.
    """
    if identity.sub == f"{NATS_SENDER_PREFIX}{identity.source}":
        return f"upstream-outcome.{token(identity.source)}.{token(identity.id)}"
    owner = hashlib.sha256(f"{identity.sub}\x1f{identity.source}".encode()).hexdigest()
    return f"upstream-outcome.{owner}.{token(identity.id)}"


@dataclass(frozen=True, slots=True)
class StreamOutcomes:
    """The stream `OUTCOMES`; reads come from its leader."""

    js: JetStreamContext

    async def read(self, identity: Identity) -> Outcome | None:
        """Return the last outcome of an event; None when none is kept."""
        try:
            found = await answered(
                lambda: soonest(lambda seconds: within(self.js.get_last_msg(STREAM, subject_of(identity)), seconds)),
                "the stream of outcomes",
            )
        except NotFoundError:
            return None
        except APIError as error:
            raise TransientError(f"the outcomes refused a read: {error}") from error
        return Outcome.model_validate_json(found.data or b"{}")

    async def write(self, identity: Identity, outcome: Outcome) -> None:
        """Keep an outcome and tell a sender on NATS, who may hear it twice."""
        subject, data = subject_of(identity), outcome.model_dump_json(exclude_none=True).encode()
        try:
            await answered(
                lambda: self.js.publish(subject, data, stream=STREAM, timeout=ANSWER_SECONDS_MAX),
                "the stream of outcomes",
            )
        except APIError as error:
            raise TransientError(f"the outcome could not be kept: {error}") from error
