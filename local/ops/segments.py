"""Sealed, chained files of messages: each is named after its digest and names the digest of the one before it.

A file is gzipped JSON, one line each: first what it covers, then its messages as they stood in the stream. Nothing can
be changed, left out or put in between without the chain showing it.
"""

import gzip
import hashlib
import json
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from local.ops.vault import Vault, put_bytes, read_bytes
from shared.errors import PermanentError
from shared.messaging.events import Recorded

NO_DIGEST = "0" * 64
_NAME = re.compile(r"(.*/)?(\d{12})-(\d{12})-([0-9a-f]{64})\.jsonl\.gz")
_OF_THE_SERVER = frozenset(
    {"Nats-Stream", "Nats-Subject", "Nats-Sequence", "Nats-Time-Stamp", "Nats-Num-Pending", "Nats-Last-Sequence"}
)


class BrokenArchiveError(PermanentError):
    """The archive is not what was once written."""

    code = "archive-broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a stream. `time` is the server's own text, to the nanosecond."""

    sequence: int
    subject: str
    time: str
    headers: dict[str, str]
    data: bytes

    @classmethod
    def of(cls, recorded: Recorded) -> "Message":
        """Take over what a direct get answered, without what the server added to the answer."""
        return cls(
            sequence=recorded.sequence,
            subject=recorded.subject,
            time=recorded.headers.get("Nats-Time-Stamp") or recorded.time.isoformat(),
            headers={name: text for name, text in recorded.headers.items() if name not in _OF_THE_SERVER},
            data=recorded.data,
        )

    def as_json(self) -> dict[str, Any]:
        """`data` as a text where it is one, else base16."""
        about = {"sequence": self.sequence, "subject": self.subject, "time": self.time, "headers": self.headers}
        try:
            return about | {"data": self.data.decode()}
        except UnicodeDecodeError:
            return about | {"hex": self.data.hex()}

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> "Message":
        data = bytes.fromhex(line["hex"]) if "hex" in line else line["data"].encode()
        return cls(
            sequence=line["sequence"], subject=line["subject"], time=line["time"], headers=line["headers"], data=data
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One file: the messages of `stream` after sequence `after`, up to and including `last`; gaps are deletions."""

    stream: str
    after: int
    last: int
    previous: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True, order=True)
class SegmentName:
    """What the name of a file tells."""

    after: int
    last: int
    digest: str
    folder: str

    @classmethod
    def parse(cls, name: str) -> "SegmentName":
        found = _NAME.fullmatch(name)
        if found is None:
            raise BrokenArchiveError(f"{name} is no file of the archive")
        return cls(int(found[2]), int(found[3]), found[4], found[1] or "")

    def __str__(self) -> str:
        return f"{self.folder}{self.after:012d}-{self.last:012d}-{self.digest}.jsonl.gz"


async def write(vault: Vault, folder: str, segment: Segment) -> SegmentName:
    """Seal a segment and store it."""
    head = {
        "stream": segment.stream,
        "after": segment.after,
        "last": segment.last,
        "previous": segment.previous,
        "messages": len(segment.messages),
    }
    lines = [head, *(message.as_json() for message in segment.messages)]
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    data = gzip.compress(text.encode(), mtime=0)
    name = SegmentName(segment.after, segment.last, hashlib.sha256(data).hexdigest(), folder)
    await put_bytes(vault, str(name), data)
    return name


async def names(vault: Vault, folder: str) -> list[SegmentName]:
    """Return the files of a folder of the archive, in order."""
    return sorted([SegmentName.parse(name) async for name in vault.names(folder)])


async def read(vault: Vault, name: SegmentName) -> Segment:
    """Open a sealed file. BrokenArchiveError when it is not what its name says."""
    data = await read_bytes(vault, str(name))
    if hashlib.sha256(data).hexdigest() != name.digest:
        raise BrokenArchiveError(f"{name} has been changed: its digest is another one")
    head, *lines = [json.loads(line) for line in gzip.decompress(data).decode().splitlines() if line]
    messages = tuple(Message.from_json(line) for line in lines)
    segment = Segment(
        stream=head["stream"], after=head["after"], last=head["last"], previous=head["previous"], messages=messages
    )
    if (segment.after, segment.last, head["messages"]) != (name.after, name.last, len(messages)):
        raise BrokenArchiveError(f"{name} does not hold what its first line says")
    return segment


async def chain(vault: Vault, found: Sequence[SegmentName]) -> AsyncIterator[Segment]:
    """Yield the segments one after the other. BrokenArchiveError where one does not follow from the one before it."""
    digest, last = NO_DIGEST, 0
    for name in found:
        segment = await read(vault, name)
        if (segment.previous, segment.after) != (digest, last):
            raise BrokenArchiveError(f"{name} does not follow the file before it: one is missing or stands twice")
        digest, last = name.digest, segment.last
        yield segment


def in_parts(messages: Sequence[Message], bytes_max: int) -> Iterator[list[Message]]:
    """Split messages so that no file becomes large."""
    part: list[Message] = []
    size = 0
    for message in messages:
        part.append(message)
        size += len(message.data) + 500
        if size >= bytes_max:
            yield part
            part, size = [], 0
    if part:
        yield part
