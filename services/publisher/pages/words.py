"""The texts of the pages and how dates, sizes and codes are written in each language. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from shared.http.catalogue import Language
from shared.vocabularies import label

LANGUAGES: tuple[Language, ...] = ("en", "lv")
NAMES: Mapping[Language, str] = {"en": "English", "lv": "Latviešu"}

_UNITS = ("B", "KB", "MB", "GB")


@cache
def _texts(file: str) -> Mapping[str, tuple[str, str]]:
    data = tomllib.loads(Path(__file__).with_name(file).read_text(encoding="utf-8"))
    return {key: (english, latvian) for key, (english, latvian) in data.items()}


@dataclass(frozen=True, slots=True)
class Words:
    """One language of the pages."""

    language: Language

    @property
    def _index(self) -> int:
        return LANGUAGES.index(self.language)

    def __call__(self, key: str, **filled: object) -> str:
        """Return a text; KeyError for one that nobody wrote."""
        return _texts("texts.toml")[key][self._index].format(**filled)

    def has(self, key: str) -> bool:
        """Tell whether there is such a text."""
        return key in _texts("texts.toml")

    def date(self, day: date) -> str:
        """Write a day as people do."""
        month = self("months").split(",")[day.month - 1]
        return self("date", day=day.day, month=month, year=day.year)

    def size(self, size: int) -> str:
        """Write a number of bytes shortly; 1 MB is 1,048,576 bytes."""
        amount, unit = float(size), 0
        while amount >= 1024 and unit < len(_UNITS) - 1:
            amount, unit = amount / 1024, unit + 1
        digits = f"{amount:.0f}" if unit == 0 or amount >= 100 else f"{amount:.1f}"
        return f"{digits.replace('.', self('decimal-mark'))} {_UNITS[unit]}"

    def country(self, code: str) -> str:
        """Return the name of a country; a code that is not in our list is shown as it is."""
        names = _texts("countries.toml").get(code)
        return names[self._index] if names else code

    def term(self, facet: str, code: str) -> str:
        """Return the label of a code of a facet."""
        if facet == "country":
            return self.country(code)
        if facet == "year":
            return code
        text = label(facet, code, self.language)
        return text[:1].upper() + text[1:] if facet == "language" else text

    def terms(self, facet: str, codes: Iterable[str]) -> str:
        """Return labels in a row; Latvian begins only the first with a capital letter."""
        labels = [self.term(facet, code) for code in codes]
        if facet == "language" and self.language == "lv":
            labels[1:] = [one[:1].lower() + one[1:] for one in labels[1:]]
        return ", ".join(labels)

    def reason(self, reason: str) -> str:
        """Return why something is gone: a code of ours, one of the agency's, or what the agency wrote."""
        own = f"reason-{reason}"
        return self(own) if self.has(own) else label("takedown_reason", reason, self.language)

    def statement(self, funding: str) -> str:
        """Return the statement that goes with the emblem (R44)."""
        return self("funded" if funding == "funded" else "co-funded")

    def disclaimer(self, funding: str, authority: str | None) -> str:
        """Return the disclaimer of article 17.3 with the granting authority filled in (R45)."""
        return self("disclaimer", statement=self.statement(funding), authority=authority or self("the-authority"))
