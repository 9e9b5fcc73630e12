"""Texts that people read: blank is what shows nothing, and no text turns round what stands beside it."""

import unicodedata

from pydantic import AfterValidator
from pydantic_core import PydanticKnownError

_SHOWN = frozenset("LNPS")
_SHOWN_AS_NOTHING = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_OVERRIDES = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def is_blank(text: str | None) -> bool:
    """Tell whether a text shows nothing: it is empty, or all of it is blanks, marks, and characters without a shape."""
    return not any(unicodedata.category(one)[0] in _SHOWN and one not in _SHOWN_AS_NOTHING for one in text or "")


def _straight(text: str) -> str:
    return text.translate(_OVERRIDES).strip()


def _visible(text: str) -> str:
    if is_blank(text):
        raise PydanticKnownError("string_too_short", {"min_length": 1})
    return text


Straight = AfterValidator(_straight)
"""Takes embeddings, overrides and isolates of direction out of a text; letters and marks stay."""

Visible = AfterValidator(_visible)
"""Refuses a blank text, as if it were empty."""
