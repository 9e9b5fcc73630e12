"""Single things: a project with what belongs to it, a result, what became of one that is gone, and the sweep's list."""

import json
from dataclasses import dataclass
from sqlite3 import Connection, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRows:
    """A project and all that is public of it. `contacts` are keys with the fields that may be shown."""

    project: Row
    website: str | None
    logo: Row | None
    contacts: tuple[tuple[str, tuple[str, ...]], ...]
    results: list[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A tombstone: `code` is `taken-down` or `result-withdrawn`."""

    code: str
    reason: str


def project(db: Connection, project_id: str) -> ProjectRows | None:
    """Return what is public of a project; None when nobody registered it."""
    row = db.execute("SELECT * FROM projects WHERE project_id = ?", (project_id,)).fetchone()
    if row is None:
        return None
    still_there = set(json.loads(row["contact_ids"]))
    contacts = db.execute("SELECT * FROM contacts WHERE project_id = ? ORDER BY contact_id", (project_id,)).fetchall()
    return ProjectRows(
        project=row,
        website=website(db, project_id),
        logo=logo(db, project_id),
        contacts=tuple(
            (one["public_key"], tuple(json.loads(one["fields"])))
            for one in contacts
            if one["contact_id"] in still_there
        ),
        results=db.execute(
            "SELECT * FROM results WHERE project_id = ? ORDER BY title COLLATE NOCASE, result_id", (project_id,)
        ).fetchall(),
    )


def website(db: Connection, project_id: str) -> str | None:
    """Return the address of the project's website."""
    row = db.execute("SELECT url FROM websites WHERE project_id = ?", (project_id,)).fetchone()
    return row["url"] if row else None


def logo(db: Connection, project_id: str) -> Row | None:
    """Return where the project's logo lies."""
    row: Row | None = db.execute("SELECT * FROM logos WHERE project_id = ?", (project_id,)).fetchone()
    return row


def results_count(db: Connection, project_id: str) -> int:
    """Return how many results of the project are public."""
    (count,) = db.execute("SELECT count(*) FROM results WHERE project_id = ?", (project_id,)).fetchone()
    return int(count)


def result(db: Connection, result_id: str) -> tuple[Row, Row] | Gone | None:
    """Return a published result and its project, what became of one that was public, or None."""
    row = db.execute("SELECT * FROM results WHERE result_id = ?", (result_id,)).fetchone()
    if row is not None:
        owner = db.execute("SELECT * FROM projects WHERE project_id = ?", (row["project_id"],)).fetchone()
        return (row, owner) if owner else None
    stone = db.execute("SELECT * FROM tombstones WHERE result_id = ?", (result_id,)).fetchone()
    return Gone(code=stone["code"], reason=stone["reason"]) if stone else None


def is_public(db: Connection, result_id: str, sha256: str) -> bool:
    """Tell whether these bytes of a result are public now."""
    found = db.execute("SELECT 1 FROM results WHERE result_id = ? AND sha256 = ?", (result_id, sha256)).fetchone()
    return found is not None


def project_titles(db: Connection, project_ids: set[str]) -> dict[str, str]:
    """Return titles by project id."""
    marks = ", ".join("?" * len(project_ids))
    rows = db.execute(f"SELECT project_id, title FROM projects WHERE project_id IN ({marks})", [*project_ids])  # noqa: S608 - marks only
    return {row["project_id"]: row["title"] for row in rows}


def unnamed_objects(db: Connection, before: float) -> list[tuple[str, str]]:
    """Return (key, owner) of what may lie in the public zone although the log has not named it since `before`."""
    rows = db.execute("SELECT object_key, owner FROM objects WHERE named = 0 AND since < ? ORDER BY since", (before,))
    return [(row["object_key"], row["owner"]) for row in rows]
