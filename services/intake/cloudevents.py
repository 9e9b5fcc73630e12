"""CloudEvents 1.0 as they come from outside: required attributes, and JSON that cannot exhaust us."""

import json
from typing import Any

from services.intake.use_cases.upstream import UpstreamEvent
from shared.errors import ProblemError

REQUIRED = ("specversion", "id", "source", "type")
ATTRIBUTE_CHARACTERS_MAX = 1_000


def event_of(found: Any) -> UpstreamEvent:
    """Return an event from its structured form. Raises 422 `invalid-event` that names the attribute."""
    if not isinstance(found, dict):
        raise ProblemError(422, "invalid-event")
    for name in REQUIRED:
        value = found.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= ATTRIBUTE_CHARACTERS_MAX or not value.isprintable():
            raise ProblemError(422, "invalid-event", attribute=name)
    if found["specversion"] != "1.0":
        raise ProblemError(422, "invalid-event", attribute="specversion")
    return UpstreamEvent(id=found["id"], source=found["source"], type=found["type"], data=found.get("data"))


def as_told(value: Any) -> str | None:
    """Return an id as it may be told back; None when it is no text, or holds half of a surrogate pair."""
    if not isinstance(value, str) or any("\ud800" <= character <= "\udfff" for character in value):
        return None
    return value[:ATTRIBUTE_CHARACTERS_MAX]


def read_json(body: bytes) -> Any:
    """Read JSON; 400 `malformed-json`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ProblemError(400, "malformed-json") from error
