"""What could be better in a result, as a hint: language, wording, emblem, funding statement, disclaimer, accessibility.

Nothing here can stop a result. Runs in a child, on the text that the search for personal data read before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One thing to improve; `params` fill the text that the policy has for `code`."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)
