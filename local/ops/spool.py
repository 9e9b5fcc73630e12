"""The record on disk for as long as it is looked through, so that one project at a time is in memory."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.messaging.events import Recorded

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY, project TEXT, id TEXT, subject TEXT, time TEXT, headers TEXT, data BLOB
);
CREATE TABLE keys (key TEXT PRIMARY KEY) WITHOUT ROWID;
"""


class Spool:
    """Takes events in the order of the log and gives them back project by project; keeps keys of objects too."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        database.executescript(_TABLES)

    def take(self, events: Iterable[Recorded]) -> int:
        """Keep events; answers how many."""
        rows = [
            (
                one.sequence,
                one.address.project_id,
                one.id,
                one.subject,
                one.time.isoformat(),
                json.dumps(one.headers),
                one.data,
            )
            for one in events
        ]
        self._database.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        return len(rows)

    def projects(self) -> list[str]:
        """Every project in order; after the last event was taken."""
        self._database.execute("CREATE INDEX IF NOT EXISTS by_project ON events (project, sequence)")
        return [name for (name,) in self._database.execute("SELECT DISTINCT project FROM events ORDER BY project")]

    def events(self, project_id: str) -> Iterator[Recorded]:
        """Yield the events of one project as the log gave them."""
        asked = "SELECT subject, sequence, time, headers, data FROM events WHERE project = ? ORDER BY sequence"
        for subject, sequence, time, headers, data in self._database.execute(asked, (project_id,)):
            yield Recorded(subject, sequence, datetime.fromisoformat(time), json.loads(headers), data)

    def ids_of_two_projects(self) -> list[tuple[int, str]]:
        """Sequence and subject of events whose id stands in another project's history before them."""
        # SQLite takes the other columns from the row that has the maximum.
        asked = "SELECT max(sequence), subject FROM events WHERE id <> '' GROUP BY id"
        return list(self._database.execute(f"{asked} HAVING count(DISTINCT project) > 1"))

    def name(self, keys: Iterable[str]) -> None:
        """Keep keys that something names."""
        self._database.executemany("INSERT OR IGNORE INTO keys VALUES (?)", ((key,) for key in keys))

    def is_named(self, key: str) -> bool:
        """Whether something names a key."""
        return self._database.execute("SELECT 1 FROM keys WHERE key = ?", (key,)).fetchone() is not None


@contextmanager
def spool() -> Iterator[Spool]:
    """A spool in the folder for temporary files; it needs the room that the record takes, and is gone afterwards."""
    with TemporaryDirectory(prefix="results-record-") as folder:
        database = sqlite3.connect(Path(folder) / "record.sqlite")
        try:
            yield Spool(database)
        finally:
            database.close()
