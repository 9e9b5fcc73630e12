"""Versions of what can be read and changed: tags of two sequences, and the conditions that callers put on them."""

import re
from dataclasses import dataclass

from shared.errors import ProblemError

_TAG = re.compile(r'"([^"]*)"')  # no blanks in it: a header full of them must not take longer than it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """`own`: sequence of the owner's last event of this thing; `other`: the highest of what others added to it."""

    own: int
    other: int = 0

    @property
    def etag(self) -> str:
        return f'"{self.own}-{self.other}"'


def check_if_match(header: str | None, own: int | None) -> None:
    """Refuse a change of another version than the caller read; `own` is None when nothing exists yet.

    Raises 428 `if-match-required` without the header on what exists, 412 `changed-meanwhile` when the tag's first part
    differs. `*` stands for any version, none included.
    """
    if header is None:
        if own is not None:
            raise ProblemError(428, "if-match-required")
        return
    if header.strip() != "*" and str(own) not in {tag.partition("-")[0] for tag in _TAG.findall(header)}:
        raise ProblemError(412, "changed-meanwhile")


def is_not_modified(if_none_match: str | None, version: Version) -> bool:
    """Whether the caller holds this very version, so that 304 is the answer."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or version.etag.strip('"') in _TAG.findall(if_none_match)
