"""The three kinds of failure, by type: what can never work, what may work later, and what a caller is told.

Anything else that is raised is our own bug. `shared.messaging.settlement` and `shared.http.problems` are the
only places that catch these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class PermanentError(Exception):
    """Can never succeed, however often it is tried. `code` is public and never reused."""

    code = "permanent-error"

    def __init__(self, detail: str, *, code: str | None = None) -> None:
        super().__init__(detail)
        if code is not None:
            self.code = code


class TransientError(Exception):
    """A dependency is away or slow; the same work may succeed later.

    `delay_seconds_max` bounds the wait before the next try (a scanner that restarts is back in seconds).
    """

    def __init__(self, detail: str, *, delay_seconds_max: float = 60.0) -> None:
        super().__init__(detail)
        self.delay_seconds_max = delay_seconds_max


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One fault of one field. `pointer` is a JSON pointer into the body, as RFC 9457 has it.

    Without a `detail` the text of `code` is told in the caller's language, `params` in its placeholders. A detail in
    both languages has one text for each: `{"en": ..., "lv": ...}`.
    """

    pointer: str
    code: str
    detail: str | Mapping[str, str] = ""
    params: Mapping[str, Any] = field(default_factory=dict)


class ProblemError(PermanentError):
    """A refusal that a caller reads: an HTTP status, a stable code and what to do about it.

    `code` finds the texts in English and Latvian in `shared.http.problems`; `params` fill their placeholders.
    """

    def __init__(
        self,
        status: int,
        code: str,
        *,
        rule: str | None = None,
        errors: tuple[FieldError, ...] = (),
        headers: dict[str, str] | None = None,
        **params: object,
    ) -> None:
        super().__init__(code, code=code)
        self.status = status
        self.rule = rule
        self.errors = errors
        self.headers = headers or {}
        self.params = params
