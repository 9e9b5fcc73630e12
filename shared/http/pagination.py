"""Lists in pages: `?limit=` and an opaque `?cursor=`, answered as {"items", "next"} with a Link header."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import ProblemError

LIMIT_DEFAULT = 50
LIMIT_MAX = 200

Item = TypeVar("Item")
CursorValue = str | int | float | None

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many items at most.")]
Cursor = Annotated[str | None, Query(max_length=2_000, description="`next` of the page before, unchanged.")]


class Page(BaseModel, Generic[Item]):
    """One page; `next` is null on the last."""

    items: list[Item]
    next: str | None = None


def encode_cursor(*values: CursorValue) -> str:
    """Where the next page starts: the sort values of the last item. Opaque to clients, not secret."""
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, length: int) -> tuple[CursorValue, ...] | None:
    """The values of `encode_cursor`; None on the first page. Raises 422 `invalid-cursor` for any other text."""
    if cursor is None:
        return None
    try:
        values = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        values = None
    if not _is_cursor(values, length):
        raise ProblemError(422, "invalid-cursor")
    return tuple(values)


def _is_cursor(values: object, length: int) -> bool:
    return isinstance(values, list) and len(values) == length and all(map(_is_cursor_value, values))


def _is_cursor_value(value: object) -> bool:
    """Nothing that a database cannot take: no number beyond 64 bits, no half of a surrogate pair."""
    match value:
        case bool():
            return False
        case int():
            return value.bit_length() < 64
        case str():
            return not any("\ud800" <= character <= "\udfff" for character in value)
        case _:
            return value is None or isinstance(value, float)


def page(request: Request, response: Response, items: Sequence[Item], following: str | None) -> Page[Item]:
    """The page as an answer: sets `Link: rel="next"` when there is more."""
    if following is not None:
        address = request.url.include_query_params(cursor=following)
        response.headers["Link"] = f'<{address.path}?{address.query}>; rel="next"'
    return Page(items=list(items), next=following)
