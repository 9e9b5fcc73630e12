"""Results: descriptions that wait, publications, tombstones. A takedown hides before the publisher has answered it."""

import json
from sqlite3 import Connection

import structlog

from services.publisher.domain import Reason
from shared.contracts.publication import PublicationState
from shared.contracts.result import ResultState
from shared.contracts.review import ReviewResultState
from shared.messaging.events import Recorded

TAKEN_DOWN = "taken-down"
WITHDRAWN = "result-withdrawn"

_logger = structlog.get_logger(__name__)


def describe(db: Connection, recorded: Recorded, state: ResultState) -> None:
    """Keep what was described, by its sequence: an approval may name it."""
    db.execute(
        "INSERT OR REPLACE INTO descriptions VALUES (?, ?, ?)",
        (recorded.sequence, state.id, state.model_dump_json(exclude_none=True)),
    )


def take_down(db: Connection, recorded: Recorded, state: ReviewResultState) -> None:
    """Hide at once what a takedown speaks of, and remember it for a publication that was slower."""
    if (takedown := state.takedown) is None:
        return
    db.execute(
        "INSERT OR REPLACE INTO takedowns VALUES (?, ?, ?, ?, ?)",
        (state.result_id, takedown.revision, takedown.sha256, takedown.reason, takedown.at.isoformat()),
    )
    row = db.execute("SELECT revision, sha256 FROM results WHERE result_id = ?", (state.result_id,)).fetchone()
    if row and (row["revision"] <= takedown.revision or row["sha256"] == takedown.sha256):
        _remove(db, state.result_id)
        _bury(db, recorded, state.result_id, TAKEN_DOWN, takedown.reason)


def publish(db: Connection, recorded: Recorded, state: PublicationState) -> None:
    """Show what is published; what is not any more leaves a tombstone, what never was leaves nothing."""
    _remove(db, state.result_id)
    takedown = _takedown(db, state)
    if state.status == "published" and takedown is None:
        _show(db, recorded, state)
        return
    if state.first_published_at is None:
        return
    if takedown is not None:
        _bury(db, recorded, state.result_id, TAKEN_DOWN, takedown)
    else:
        reason = state.reason if state.status == "withdrawn" else "withheld"
        _bury(db, recorded, state.result_id, WITHDRAWN, reason)


def _takedown(db: Connection, state: PublicationState) -> str | None:
    row = db.execute(
        "SELECT reason FROM takedowns WHERE result_id = ? AND (revision >= ? OR sha256 = ?)",
        (state.result_id, state.revision, state.sha256),
    ).fetchone()
    return row["reason"] if row else None


def _show(db: Connection, recorded: Recorded, state: PublicationState) -> None:
    row = db.execute("SELECT state FROM descriptions WHERE sequence = ?", (state.sequence,)).fetchone()
    if row is None or state.basis is None or state.object_key is None:
        _logger.error("publication_without_description", result_id=state.result_id, sequence=state.sequence)
        return
    described = ResultState.model_validate_json(row["state"])
    project_id = recorded.address.project_id
    found = {
        "result_id": state.result_id,
        "project_id": project_id,
        "kind": described.kind,
        "title": described.title,
        "description": described.description,
        "category": described.category,
        "languages": json.dumps(described.languages),
        "url": described.url,
        "revision": state.revision,
        "name": described.file.name,
        "size": described.file.size,
        "sha256": state.sha256,
        "object_key": state.object_key,
        "basis": state.basis.model_dump_json(),
        "published_at": state.at.isoformat(),
        "first_published_at": (state.first_published_at or state.at).isoformat(),
        "sequence": recorded.sequence,
    }
    columns, values = ", ".join(found), ", ".join(f":{name}" for name in found)
    number = db.execute(f"INSERT INTO results ({columns}) VALUES ({values})", found).lastrowid  # noqa: S608 - ours
    db.execute(
        "INSERT INTO result_search (rowid, title, description, name) VALUES (?, ?, ?, ?)",
        (number, described.title, described.description, described.file.name),
    )
    facets = [("category", described.category), *(("language", one) for one in described.languages)]
    db.executemany(
        "INSERT OR IGNORE INTO facets VALUES (?, ?, ?, ?)",
        [(project_id, state.result_id, facet, value) for facet, value in facets],
    )
    db.execute("DELETE FROM tombstones WHERE result_id = ?", (state.result_id,))
    # A later round names this description or a newer one, never an older.
    db.execute("DELETE FROM descriptions WHERE result_id = ? AND sequence < ?", (state.result_id, state.sequence))


def _remove(db: Connection, result_id: str) -> None:
    row = db.execute("SELECT number, project_id FROM results WHERE result_id = ?", (result_id,)).fetchone()
    if row is None:
        return
    db.execute("DELETE FROM result_search WHERE rowid = ?", (row["number"],))
    db.execute("DELETE FROM results WHERE number = ?", (row["number"],))
    db.execute("DELETE FROM facets WHERE project_id = ? AND result_id = ?", (row["project_id"], result_id))


def _bury(db: Connection, recorded: Recorded, result_id: str, code: str, reason: str | None) -> None:
    db.execute(
        "INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, ?, ?)",
        (result_id, recorded.address.project_id, code, reason or Reason.NOT_APPROVED, recorded.time.isoformat()),
    )
