"""Submissions and decisions that are newer than the archive: put back where the rules of `verify` accept them.

A receipt holds the whole event and its sequence. It may rest on what was lost with the rest of that minute (a content,
a verdict): then it does not fit any more, and a person is told what it was and why.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from local.ops import streams
from local.ops.log_archive import recorded
from local.ops.log_writer import FILLER_SUBJECT, LogWriter
from local.ops.platform import Platform
from local.ops.segments import Message
from local.verify import Verifier
from shared.errors import PermanentError
from shared.messaging.log import STREAM, Log
from shared.storage.ports import ObjectMissingError
from shared.storage.zones import RECEIPTS


async def newer_than(platform: Platform, position: int) -> list[str]:
    """Return the keys of receipts after a sequence, in order."""
    found = [one.key async for one in platform.buckets.list(RECEIPTS)]
    return sorted((key for key in found if sequence_of(key) > position), key=sequence_of)


def sequence_of(key: str) -> int:
    """Return the sequence in a receipt's key; 0 where it is a note of something else."""
    number = key.rpartition("/")[2].partition("-")[0]
    return int(number) if number.isdigit() else 0


async def are_all_after(platform: Platform, position: int) -> bool:
    """Whether everything in the log after a sequence was put there from receipts: by a restore that is run again."""
    up_to = await streams.last_sequence(platform.connection, STREAM)
    async for batch in streams.messages(platform.connection, STREAM, position, up_to):
        for message in batch:
            if message.subject != FILLER_SUBJECT and not await _has_receipt(platform, message):
                return False
    return True


async def _has_receipt(platform: Platform, message: Message) -> bool:
    event = recorded(message)
    try:
        await platform.buckets.stat(
            RECEIPTS, f"{event.address.project_id}/{event.address.thing}/{event.sequence}-{event.id}.json"
        )
    except ObjectMissingError:
        return False
    return True


@dataclass(slots=True)
class PutBack:
    """Puts receipts back in their order, each at its own sequence. `refused`: keys with the reason."""

    platform: Platform
    writer: LogWriter
    done: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _verifiers: dict[str, Verifier] = field(default_factory=dict)

    async def run(self, keys: list[str], up_to: int) -> None:
        """Try each; `up_to` is the last sequence of the archive, on which they have to rest."""
        for key in keys:
            if reason := await self._trouble(key, up_to):
                self.refused.append(f"{key}: {reason}")
            else:
                self.done.append(key)
        await self.writer.finish()

    async def _trouble(self, key: str, up_to: int) -> str | None:
        message = message_of(json.loads(b"".join([chunk async for chunk in self.platform.buckets.read(RECEIPTS, key)])))
        event = recorded(message)
        verifier = await self._verifier(event.address.project_id, up_to)
        if not verifier.knows(event.address.project_id):
            return "its project is not in the record"
        try:
            found = verifier.judge(event)
        except (ValidationError, KeyError, PermanentError) as error:
            return f"it cannot be read: {error}"
        if found:
            return "; ".join(one.what for one in found)
        verifier.keep(event)
        await self.writer.put(message)
        return None

    async def _verifier(self, project_id: str, up_to: int) -> Verifier:
        if project_id not in self._verifiers:
            verifier = self._verifiers[project_id] = Verifier()
            async for event in Log(self.platform.connection).history(f"*.{project_id}.>", up_to=up_to):
                verifier.keep(event)
        return self._verifiers[project_id]


def message_of(receipt: dict[str, Any]) -> Message:
    """Return the event that a receipt tells of, as it goes into the log."""
    headers = {name: text for name, text in receipt["headers"].items() if name.startswith("ce-")}
    return Message(
        sequence=receipt["sequence"],
        subject=receipt["subject"],
        time=headers["ce-time"],
        headers=headers,
        data=json.dumps(receipt["data"], ensure_ascii=False, separators=(",", ":")).encode(),
    )
