"""Addresses of the pages: what is asked for stays asked for when one thing changes. Pure."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, urlencode

from services.publisher.readmodel.listing import FACETS, Filter
from shared.http.catalogue import Language

View = Literal["projects", "results"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """`given` is the language that the address named; without one the browser's choice stays in force."""

    given: Language | None = None
    path: str = "/"
    view: View = "projects"
    wanted: Filter = field(default_factory=Filter)
    cursor: str | None = None

    def to(self, path: str) -> str:
        """Return another page in the language that was chosen."""
        return f"{path}?lang={self.given}" if self.given else path

    def in_language(self, language: Language | None) -> str:
        """Return this very page in a language; without one, in that of the visitor's browser."""
        return _address(self.path, self._asked(cursor=self.cursor), language)

    def of_view(self, view: View) -> str:
        """Return the list of projects or of results, for the same words."""
        words = self.wanted.words
        return _address("/", [("view", view)] * (view != "projects") + [("q", words)] * bool(words), self.given)

    def toggled(self, facet: str, value: str) -> str:
        """Return the list with one more value, or one fewer."""
        values = self.wanted.facets.get(facet, ())
        changed = tuple(one for one in values if one != value) if value in values else (*values, value)
        return _address("/", self._asked(facet=facet, values=changed), self.given)

    def without_filters(self) -> str:
        """Return the list with its words alone."""
        return self.of_view(self.view)

    def page(self, cursor: str | None) -> str:
        """Return another page of the list."""
        return _address("/", self._asked(cursor=cursor), self.given)

    def is_chosen(self, facet: str, value: str) -> bool:
        """Tell whether the list is narrowed to this value."""
        return value in self.wanted.facets.get(facet, ())

    def chosen(self) -> list[tuple[str, str]]:
        """Return everything that the list is narrowed to."""
        return [(facet, value) for facet in FACETS for value in self.wanted.facets.get(facet, ())]

    @property
    def is_narrowed(self) -> bool:
        """Tell whether this is one of the countless lists that a search engine need not keep."""
        return bool(self.wanted.words or self.chosen())

    def _asked(
        self, *, cursor: str | None = None, facet: str = "", values: tuple[str, ...] = ()
    ) -> list[tuple[str, str]]:
        asked: list[tuple[str, str]] = []
        if self.view != "projects":
            asked.append(("view", self.view))
        if self.wanted.words:
            asked.append(("q", self.wanted.words))
        for name in FACETS:
            asked += [(name, one) for one in (values if name == facet else self.wanted.facets.get(name, ()))]
        return asked + ([("cursor", cursor)] if cursor else [])


def _address(path: str, asked: list[tuple[str, str | None]] | list[tuple[str, str]], language: Language | None) -> str:
    """An address of ours: a path that a visitor made up must not become the name of another host."""
    path = quote(f"/{path.lstrip('/')}", safe="/~")
    query = urlencode([*asked, *([("lang", language)] if language else [])])
    return f"{path}?{query}" if query else path
