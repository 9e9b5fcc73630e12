"""The public codes with their texts in English and Latvian, from `problems.toml`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from shared.errors import FieldError

Language = Literal["en", "lv"]

_OPTIONAL = re.compile(r"\[\[(.*?)\]\]")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_QUALITY = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One code: texts by language, the rule behind it, the field that it speaks of when it speaks of one."""

    title: Mapping[Language, str]
    detail: Mapping[Language, str]
    rule: str | None = None
    field: str | None = None


@cache
def catalogue() -> Mapping[str, Entry]:
    data = tomllib.loads(Path(__file__).with_name("problems.toml").read_text(encoding="utf-8"))
    return MappingProxyType({code: _entry(row) for code, row in data.items()})


def _entry(row: Mapping[str, str]) -> Entry:
    return Entry(
        title={"en": row["title_en"], "lv": row["title_lv"]},
        detail={"en": row["detail_en"], "lv": row["detail_lv"]},
        rule=row.get("rule"),
        field=row.get("field"),
    )


def texts(code: str, language: Language = "en", **params: object) -> tuple[str, str]:
    """Title and detail of a code. Parts in [[ ]] whose values are not given are left out.

    A value that is a text in itself is given in both languages: `nearest={"en": "ppt or pdf", "lv": "ppt vai pdf"}`.
    """
    entry = catalogue().get(code) or catalogue()["invalid-value"]
    told = {name: value[language] if isinstance(value, Mapping) else value for name, value in params.items()}
    return entry.title[language], _filled(entry.detail[language], told)


def fault_text(error: FieldError, language: Language = "en") -> str:
    """What one fault of one field is, in a sentence."""
    # What pydantic says of a value is English: it is told in no other language.
    spoken = error.code != "invalid-value" or language == "en"
    given = error.detail[language] if isinstance(error.detail, Mapping) else error.detail
    return given or texts(error.code, language, **(error.params if spoken else {}))[1]


def _filled(template: str, params: Mapping[str, object]) -> str:
    def optional(match: re.Match[str]) -> str:
        wanted = _PLACEHOLDER.findall(match[1])
        return match[1] if all(params.get(name) is not None for name in wanted) else ""

    text = _OPTIONAL.sub(optional, template)

    def value(match: re.Match[str]) -> str:
        """A reason that is a sentence brings its full stop; the text around has one already."""
        put = str(params.get(match[1], ""))
        return put.removesuffix(".") if text[match.end() : match.end() + 1] == "." else put

    return _PLACEHOLDER.sub(value, text)


def preferred_language(accept_language: str | None) -> Language:
    """Latvian when the caller ranks it above English, else English."""
    ranks: dict[str, float] = {}
    for item in (accept_language or "").lower().split(","):
        tag, _, weight = item.strip().partition(";")
        quality = _QUALITY.search(weight.strip())
        ranks.setdefault(tag.split("-")[0].strip(), float(quality[1]) if quality else 1.0)
    return "lv" if ranks.get("lv", 0.0) > ranks.get("en", 0.0) else "en"
