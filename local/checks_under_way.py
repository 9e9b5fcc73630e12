"""Which checks are under way, as the validator tells it in the bucket `progress`: for `results watch`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import nats.errors
from pydantic import ValidationError
from rich.live import Live
from rich.markup import escape
from rich.text import Text

from local.terminal import console, print_line, print_line_of_json
from shared.contracts.progress import BUCKET, CheckProgress
from shared.contracts.subjects import SEPARATOR
from shared.messaging.connection import Connection

if TYPE_CHECKING:
    from nats.aio.msg import Msg

SUBJECTS = f"$KV.{BUCKET}.>"
FORGOTTEN = timedelta(seconds=60)
_PREFIX = SUBJECTS.removesuffix(">")


def result_of(subject: str) -> str:
    """Return the id of the result that a message of the bucket is about."""
    return SEPARATOR.join(subject.removeprefix(_PREFIX).split(".", 1))


@dataclass(slots=True)
class UnderWay:
    """What was told last of each result, of one project or of all. Pure."""

    project: str | None = None
    _told: dict[str, CheckProgress] = field(default_factory=dict)

    def take(self, subject: str, data: bytes) -> tuple[str, CheckProgress] | None:
        """Take in a message; return result and progress when they are news. Empty data takes them back."""
        result_id = result_of(subject)
        if self.project is not None and result_id.partition(SEPARATOR)[0] != self.project:
            return None
        try:
            told = CheckProgress.model_validate_json(data)
        except ValidationError:
            self._told.pop(result_id, None)
            return None
        before, self._told[result_id] = self._told.get(result_id), told
        is_news = before is None or before.model_copy(update={"at": told.at}) != told
        return (result_id, told) if is_news else None

    def line(self, now: datetime) -> str:
        """Return all in one line, the oldest first; what was not told again for a minute is forgotten."""
        for result_id in [name for name, told in self._told.items() if now - told.at > FORGOTTEN]:
            del self._told[result_id]
        return "; ".join(_in_words(result_id, told) for result_id, told in self._told.items())


def _in_words(result_id: str, told: CheckProgress) -> str:
    read = f", {told.percent} % read" if told.percent is not None else ""
    return f"{result_id}: {told.check}, check {told.number} of {told.of}{read}"


@asynccontextmanager
async def shown(connection: Connection, under_way: UnderWay, *, as_json: bool) -> AsyncIterator[None]:
    """Show what is told while the block runs: as the last line of a terminal, else one line for each news."""
    is_live = console.is_terminal and not as_json

    async def on_message(message: "Msg") -> None:
        news = under_way.take(message.subject, message.data)
        if news and as_json:
            print_line_of_json({"result_id": news[0], "progress": news[1].model_dump(mode="json")})
        elif news and not is_live:
            print_line(f"[yellow]checking[/] {escape(_in_words(*news))}")

    with _live(under_way) if is_live else nullcontext():
        subscription = await connection.client.subscribe(SUBJECTS, cb=on_message)
        try:
            yield
        finally:
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()


def _live(under_way: UnderWay) -> Live:
    """Keep the last line up to date, four times a second; what is printed meanwhile goes above it."""

    def line() -> Text:
        words = under_way.line(datetime.now(UTC))
        return Text(f"checking {words}" if words else "", style="yellow", no_wrap=True, overflow="ellipsis", end="")

    return Live(get_renderable=line, console=console, transient=True, refresh_per_second=4)
