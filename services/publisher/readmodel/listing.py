"""Lists: full text search, filters by facet, counts of every facet under the other filters, pages by cursor."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from sqlite3 import Connection, Row
from types import MappingProxyType
from typing import Literal, NamedTuple

FACETS = ("programme", "year", "country", "language", "category")
WORDS_MAX = 12
FACET_VALUES_MAX = 100

Kind = Literal["projects", "results"]
Value = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a list is narrowed to: words, and of each facet any of the values."""

    words: str | None = None
    facets: MappingProxyType[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def match(self) -> str | None:
        """The words as FTS5 reads them: all of them, each as the beginning of a word; its own syntax is not spoken."""
        words = re.findall(r"\w+", self.words or "")[:WORDS_MAX]
        return " ".join(f'"{word}"*' for word in words) or None

    @property
    def cannot_match(self) -> bool:
        """Whether something was asked for that holds no word."""
        return bool((self.words or "").strip()) and self.match is None


class Found(NamedTuple):
    """One page: the rows, where the next page begins, how many there are in all, and the counts."""

    rows: list[Row]
    following: tuple[Value, ...] | None
    total: int
    facets: dict[str, list[tuple[str, int]]]


class _List(NamedTuple):
    """How a kind of list is read. `weights` are of the columns of its search table."""

    identity: str
    newest: str
    search: str
    weights: str
    own_facets: frozenset[str]


_LISTS: dict[Kind, _List] = {
    "projects": _List(
        "project_id",
        "start_date",
        "project_search",
        "10, 10, 2, 3",
        frozenset({"programme", "year", "country", "language"}),
    ),
    "results": _List(
        "result_id", "first_published_at", "result_search", "10, 3, 1", frozenset({"language", "category"})
    ),
}


class _Where:
    """Conditions with their parameters, in the order of the statement."""

    def __init__(self, conditions: Iterable[tuple[str, tuple[Value, ...]]]) -> None:
        found = list(conditions)
        self.sql = " AND ".join(sql for sql, _ in found) or "1"
        self.params = [one for _, params in found for one in params]


def find(db: Connection, kind: Kind, wanted: Filter, *, limit: int, after: tuple[Value, ...] | None) -> Found:
    """Return one page, best match first when words are sought, else newest first."""
    if wanted.cannot_match:
        return Found([], None, 0, {})
    rows = _rows(db, kind, wanted, limit + 1, after)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = (rows[-1]["sort_key"], rows[-1][_LISTS[kind].identity])
    return Found(rows, following, _total(db, kind, wanted), {one: _counts(db, kind, wanted, one) for one in FACETS})


def _rows(db: Connection, kind: Kind, wanted: Filter, limit: int, after: tuple[Value, ...] | None) -> list[Row]:
    listed, where = _LISTS[kind], _Where(_conditions(kind, wanted))
    if wanted.match:
        key, order, beyond = f"bm25({listed.search}, {listed.weights})", "ASC", ">"
    else:
        key, order, beyond = f"t.{listed.newest}", "DESC", "<"
    join = f"JOIN {listed.search} ON {listed.search}.rowid = t.number" if wanted.match else ""
    page = f"WHERE (sort_key, {listed.identity}) {beyond} (?, ?)" if after else ""
    return db.execute(
        f"SELECT * FROM (SELECT t.*, {key} AS sort_key FROM {kind} t {join} WHERE {where.sql}) {page} "  # noqa: S608 - names of ours
        f"ORDER BY sort_key {order}, {listed.identity} {order} LIMIT ?",
        [*where.params, *(after or ()), limit],
    ).fetchall()


def _total(db: Connection, kind: Kind, wanted: Filter) -> int:
    where = _Where(_conditions(kind, wanted))
    (count,) = db.execute(
        f"SELECT count(*) FROM {kind} t {_join(kind, wanted)} WHERE {where.sql}",  # noqa: S608 - names of ours
        where.params,
    ).fetchone()
    return int(count)


def _counts(db: Connection, kind: Kind, wanted: Filter, facet: str) -> list[tuple[str, int]]:
    where = _Where(_conditions(kind, wanted, but=facet))
    rows = db.execute(
        f"SELECT f.value, count(DISTINCT t.number) AS found FROM {kind} t {_join(kind, wanted)} "  # noqa: S608 - names of ours
        f"JOIN facets f ON f.project_id = t.project_id AND {_link(kind, facet)} "
        f"WHERE f.facet = ? AND {where.sql} GROUP BY f.value ORDER BY found DESC, f.value LIMIT {FACET_VALUES_MAX}",
        [facet, *where.params],
    )
    return [(row["value"], row["found"]) for row in rows]


def _join(kind: Kind, wanted: Filter) -> str:
    search = _LISTS[kind].search
    return f"JOIN {search} ON {search}.rowid = t.number" if wanted.match else ""


def _conditions(kind: Kind, wanted: Filter, *, but: str = "") -> Iterable[tuple[str, tuple[Value, ...]]]:
    if wanted.match:
        yield f"{_LISTS[kind].search} MATCH ?", (wanted.match,)
    for facet, values in wanted.facets.items():
        if facet != but and values:
            marks = ", ".join("?" * len(values))
            yield (
                f"EXISTS (SELECT 1 FROM facets f WHERE f.project_id = t.project_id AND {_link(kind, facet)} "  # noqa: S608 - names of ours
                f"AND f.facet = ? AND f.value IN ({marks}))",
                (facet, *values),
            )


def _link(kind: Kind, facet: str) -> str:
    """Whose facet it is: the item's own, its project's, or that of any result of the project."""
    if kind == "results":
        return "f.result_id = t.result_id" if facet in _LISTS[kind].own_facets else "f.result_id = ''"
    return "f.result_id = ''" if facet in _LISTS[kind].own_facets else "f.result_id <> ''"
