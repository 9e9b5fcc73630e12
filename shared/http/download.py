"""Sending a file that no browser may render in our origin: attachment, sandbox, digest, and one byte range."""

import base64
import re
from dataclasses import dataclass
from urllib.parse import quote

from shared.errors import ProblemError

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._- ()")
_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The bytes to send: all of them, or a range. `start` counts from 0."""

    start: int
    length: int
    size: int

    @property
    def is_whole(self) -> bool:
        return self.length == self.size

    @property
    def content_range(self) -> str:
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.size}"


def wanted_part(range_header: str | None, if_range: str | None, *, size: int, etag: str) -> Part:
    """The part that a request wants. Several ranges, or another unit, get the whole file, as RFC 9110 allows.

    Raises 416 `range-not-satisfiable`.
    """
    whole = Part(start=0, length=size, size=size)
    found = _RANGE.fullmatch((range_header or "").replace(" ", ""))
    if found is None or (if_range is not None and if_range.strip() != etag):
        return whole
    first, last = found.groups()
    if not (first or last) or max(len(first), len(last)) > _DIGITS_MAX:
        return whole
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if first and last and int(last) < int(first):
        return whole
    if start >= size or (not first and int(last) == 0):
        raise ProblemError(416, "range-not-satisfiable", headers={"Content-Range": f"bytes */{size}"})
    return Part(start=start, length=end - start + 1, size=size)


def attachment(name: str) -> str:
    """A Content-Disposition that saves the file under its name (RFC 6266, RFC 8187), whatever the name holds."""
    plain = "".join(character if character in _PLAIN else "_" for character in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def download_headers(name: str, sha256: str, part: Part) -> dict[str, str]:
    """The headers of an answer with a file, whole or in part; `sha256` of the whole as 64 hex digits."""
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    headers = {
        "Content-Disposition": attachment(name),
        "Content-Length": str(part.length),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Accept-Ranges": "bytes",
        "ETag": f'"{sha256}"',
        "Repr-Digest": f"sha-256=:{digest}:",
    }
    return headers if part.is_whole else {**headers, "Content-Range": part.content_range}
