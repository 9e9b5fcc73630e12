"""Conditions and ranges of a download (RFC 9110), pure."""

import re
from typing import NamedTuple

from shared.errors import ProblemError

_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})-(\d{0,18})\s*", re.IGNORECASE | re.ASCII)
_TAG = re.compile(r'(?:W/)?("[^"]*")')


class Part(NamedTuple):
    """`length` bytes from `start` of an object of `size` bytes."""

    start: int
    length: int
    size: int

    @property
    def content_range(self) -> str:
        """The header that says which part this is."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.size}"


def part(header: str | None, size: int) -> Part | None:
    """Return the part that a Range header asks for; None where the whole is the right answer.

    Several ranges at once, other units and what cannot be read are ignored, as RFC 9110 allows. Raises 416.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        start, end = max(size - int(match[2]), 0), size - 1
        is_outside = int(match[2]) == 0 or size == 0
    else:
        start, end = int(match[1]), min(int(match[2]) if match[2] else size - 1, size - 1)
        is_outside = start >= size
        if match[2] and int(match[2]) < start:
            return None
    if is_outside:
        raise ProblemError(416, "range-not-satisfiable", headers={"Content-Range": f"bytes */{size}"})
    return Part(start, end - start + 1, size)


def is_same(if_none_match: str | None, etag: str) -> bool:
    """Tell whether the caller holds these very bytes already."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag in _TAG.findall(if_none_match)


def range_applies(if_range: str | None, etag: str) -> bool:
    """Tell whether a range may be answered: a caller that holds other bytes gets the whole. Weak tags never match."""
    return if_range is None or if_range.strip() == etag
