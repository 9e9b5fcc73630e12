"""Have the validator check again what is public or approved, a few at a time, so that new work goes first."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from services.validator.public import public_sequences, registered_projects
from shared.messaging.connection import Connection
from shared.messaging.deadletters import RESCAN_HEADER, DeadLetter
from shared.messaging.events import Recorded
from shared.messaging.log import Log

REPLAY_DURABLE = "validator-replay"
WAITING_MAX = 8
LOOK_SECONDS = 0.2


@dataclass(slots=True)
class Rescan:
    """Asks for one content after the other. `asked` and `waiting` tell how far it is."""

    connection: Connection
    asked: int = 0
    waiting: int = 0

    async def contents(self, project: str | None) -> AsyncIterator[Recorded]:
        """Yield intake's event of every content that is public, approved, or a logo: each content once."""
        log, seen = Log(self.connection), set[int]()
        for project_id in [project] if project else [name async for name, _ in registered_projects(log)]:
            for sequence in public_sequences(await log.load(project_id)):
                if sequence not in seen:
                    seen.add(sequence)
                    yield await log.at(sequence)

    async def ask(self, event: Recorded) -> None:
        """Ask for one content when few are waiting."""
        await self._until_left(WAITING_MAX - 1)
        now = datetime.now(UTC)
        letter = DeadLetter(
            service="validator",
            consumer="validator-check",
            stream="EVENTS",
            sequence=event.sequence,
            subject=event.subject,
            headers=event.headers | {RESCAN_HEADER: now.isoformat()},
            data=base64.b64encode(event.data).decode(),
            code="rescan",
            reason="asked for by an operator",
            attempts=0,
            at=event.time,
        )
        await self.connection.js.publish(
            "deadletter.replay.validator", letter.model_dump_json().encode(), stream="DEADLETTERS", timeout=5
        )
        self.asked += 1

    async def left(self) -> int:
        """How many requests are not done yet."""
        info = await self.connection.js.consumer_info("DEADLETTERS", REPLAY_DURABLE)
        self.waiting = (info.num_pending or 0) + (info.num_ack_pending or 0)
        return self.waiting

    async def finish(self) -> None:
        """Wait until all of it is done."""
        await self._until_left(0)

    async def _until_left(self, most: int) -> None:
        while True:
            if await self.left() <= most:
                return
            await asyncio.sleep(LOOK_SECONDS)


async def news(connection: Connection, after: int) -> list[Recorded]:
    """Return the verdicts that came since."""
    return [one async for one in Log(connection).history("validator.>", after=after)]
