"""What the hints need to know of a text: told where the text is read, so that no word of it has to travel."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services.validator.quality import language, publicity
from services.validator.quality.sample import Sample

LETTERS_MIN = 400
PUBLISHED = frozenset({"pdf", "docx", "doc", "rtf", "ppt", "pps"})
PROSE = PUBLISHED | {"txt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Of the beginning and the end of a text: its languages (none: cannot be told) and what publicity asks for."""

    is_whole: bool = True
    languages: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    has_disclaimer: bool = False

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Facts":
        """Rebuild what crossed as plain data."""
        return cls(
            is_whole=bool(data["is_whole"]),
            languages=tuple(data["languages"]),
            statements=tuple(data["statements"]),
            has_disclaimer=bool(data["has_disclaimer"]),
        )


def told(sample: Sample, extension: str) -> dict[str, Any] | None:
    """Return the facts as plain data; None for files that hold no prose, and when they cannot be told.

    Whatever goes wrong here must not stop the check that reads the text.
    """
    if extension not in PROSE:
        return None
    try:
        return asdict(facts(sample))
    except Exception:  # noqa: BLE001 - a hint is never worth a verdict
        return None


def facts(sample: Sample) -> Facts:
    """Look at a text."""
    letters = publicity.compact(sample.text)
    enough = len(re.sub(r"[0-9]+", "", letters)) >= LETTERS_MIN
    return Facts(
        is_whole=sample.is_whole,
        languages=tuple(sorted(language.languages_by_part(sample.text))) if enough else (),
        statements=tuple(sorted(publicity.statements(letters))),
        has_disclaimer=publicity.has_disclaimer(letters),
    )
