"""What a caller may ask of a list, the same for the API and the pages."""

from types import MappingProxyType
from typing import Annotated

from fastapi import Query

from services.publisher.readmodel.listing import FACETS, Filter, Value
from shared.http.pagination import decode_cursor

VALUES_MAX = 30

Words = Annotated[
    str | None, Query(max_length=300, description="Words to search for; all of them, each as a beginning.")
]


def _facet(what: str) -> object:
    return Query(max_length=VALUES_MAX, description=f"{what} Several values mean any of them.")


Programme = Annotated[list[str] | None, _facet("Code of the programme.")]
Year = Annotated[list[str] | None, _facet("Year of the call.")]
Country = Annotated[list[str] | None, _facet("Country of an organisation that takes part, as ISO 3166 code.")]
Language = Annotated[list[str] | None, _facet("Language: of the result, or agreed for the project.")]
Category = Annotated[list[str] | None, _facet("Category of a published result.")]


def asked(
    q: Words = None,
    programme: Programme = None,
    year: Year = None,
    country: Country = None,
    language: Language = None,
    category: Category = None,
) -> Filter:
    """Return what the list is narrowed to; a dependency of every list."""
    given = (programme, year, country, language, category)
    facets = {
        name: tuple(dict.fromkeys(value[:50] for value in values if value))
        for name, values in zip(FACETS, given, strict=True)
        if values
    }
    return Filter(words=q, facets=MappingProxyType({name: values for name, values in facets.items() if values}))


def after(cursor: str | None) -> tuple[Value, ...] | None:
    """Return where the page begins. Raises 422 `invalid-cursor`."""
    return decode_cursor(cursor, 2)
