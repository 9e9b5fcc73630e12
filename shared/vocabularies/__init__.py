"""Every code list of the platform with its labels in English and Latvian, and what file formats are accepted.

`GET /v1/vocabularies` answers `everything()`; pages and rules ask for one list.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict

VERSION = "2024-04-28"

Language = Literal["en", "lv"]


class Label(BaseModel):
    """A label in both languages of the platform."""

    model_config = ConfigDict(frozen=True)

    en: str
    lv: str


class Term(BaseModel):
    """One code of a list; `rule` is the requirement behind it, where there is one."""

    model_config = ConfigDict(frozen=True)

    code: str
    label: Label
    rule: str | None = None


class Vocabularies(BaseModel):
    """All lists by name, each in the order in which people see it. `version` is that of the categories."""

    model_config = ConfigDict(frozen=True)

    version: str
    vocabularies: Mapping[str, tuple[Term, ...]]


@cache
def everything() -> Vocabularies:
    data = tomllib.loads(Path(__file__).with_name("vocabularies.toml").read_text(encoding="utf-8"))
    lists = {name: tuple(_term(code, texts) for code, texts in terms.items()) for name, terms in data.items()}
    return Vocabularies(version=VERSION, vocabularies=MappingProxyType(lists))


def _term(code: str, texts: list[str]) -> Term:
    english, latvian, *rule = texts
    return Term(code=code, label=Label(en=english, lv=latvian), rule=rule[0] if rule else None)


def terms(vocabulary: str) -> Mapping[str, Term]:
    """The terms of a list by code. KeyError for a list that does not exist."""
    return _by_code(vocabulary)


@cache
def _by_code(vocabulary: str) -> Mapping[str, Term]:
    return MappingProxyType({term.code: term for term in everything().vocabularies[vocabulary]})


def label(vocabulary: str, code: str, language: Language = "en") -> str:
    """The label of a code; a code that is not in the list (an older one) is shown as it is."""
    term = terms(vocabulary).get(code)
    return getattr(term.label, language) if term else code
