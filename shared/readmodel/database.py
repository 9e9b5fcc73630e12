"""The SQLite file of a read model: rows and position change in one transaction, another schema starts from zero."""

import hashlib
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import structlog

from shared.messaging.events import Recorded

T = TypeVar("T")
Project = Callable[[sqlite3.Connection, Recorded], None]
Query = Callable[[sqlite3.Connection], T]

_OWN_TABLE = """
CREATE TABLE IF NOT EXISTS read_model (
    one INTEGER PRIMARY KEY CHECK (one = 1), schema TEXT NOT NULL, position INTEGER NOT NULL, event_id TEXT NOT NULL
)
"""
_SUFFIXES = ("", "-wal", "-shm")
_OF_THE_FILE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)

log = structlog.get_logger(__name__)


class BrokenProjectionError(Exception):
    """One event could not be projected. What came before it is stored; nothing after it will be."""

    def __init__(self, recorded: Recorded, position: int) -> None:
        super().__init__(f"event {recorded.sequence} on {recorded.subject} ({recorded.type}) could not be projected")
        self.position = position


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a service wants to read. `tables` is SQL; `project` writes the rows of one event, in the order of the log.

    Raise `version` when `project` changes: a file of another version or other tables is rebuilt from the log.
    `project` must not commit, and sees every event of the log, also those that it has no use for.
    """

    version: int
    tables: str
    project: Project

    @property
    def fingerprint(self) -> str:
        return f"{self.version}-{hashlib.sha256(self.tables.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """How far the file has come: the sequence and the `ce-id` of the last event in it; 0 and nothing at first."""

    sequence: int = 0
    event_id: str = ""


@dataclass(slots=True)
class Database:
    """One file. `open`, `apply` and `remove` belong to one thread; `read` may come from several."""

    path: Path
    schema: Schema
    _writer: sqlite3.Connection | None = None
    _readers: threading.local = field(default_factory=threading.local)
    _generation: int = 0
    _inode: int = 0

    def open(self) -> Position:
        """Open or make the file; one that is damaged or of another schema is made anew."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            position = self._open()
        except sqlite3.DatabaseError as error:
            log.warning("read_model_damaged", path=str(self.path), reason=str(error))
            position = None
        if position is None:
            self.remove()
            position = self._open()
            assert position is not None
        return position

    def _open(self) -> Position | None:
        self._writer = self._connect()
        self._generation += 1
        self._inode = self.path.stat().st_ino
        with self._transaction() as writer:
            writer.execute(_OWN_TABLE)
            row = writer.execute("SELECT schema, position, event_id FROM read_model").fetchone()
            if row is None:
                for statement in _statements(self.schema.tables):
                    writer.execute(statement)
                writer.execute("INSERT INTO read_model VALUES (1, ?, 0, '')", (self.schema.fingerprint,))
                return Position()
        if row["schema"] != self.schema.fingerprint:
            log.info("read_model_of_another_schema", found=row["schema"], wanted=self.schema.fingerprint)
            return None
        return Position(sequence=row["position"], event_id=row["event_id"])

    def apply(self, batch: Sequence[Recorded]) -> Position:
        """Project a batch in one transaction. Raises BrokenProjectionError with all before the culprit stored."""
        try:
            return self._apply(batch)
        except _CulpritError as found:
            culprit, error = found.recorded, found.__cause__
        before = [one for one in batch if one.sequence < culprit.sequence]
        position = self._apply(before).sequence if before else self.position().sequence
        raise BrokenProjectionError(culprit, position) from error

    def _apply(self, batch: Sequence[Recorded]) -> Position:
        with self._transaction() as writer:
            for recorded in batch:
                if not recorded.is_ours:
                    log.error("foreign_message", subject=recorded.subject, sequence=recorded.sequence)
                    continue
                try:
                    self.schema.project(writer, recorded)
                except Exception as error:
                    if _is_of_the_file(error):
                        raise
                    raise _CulpritError(recorded) from error
            last = Position(sequence=batch[-1].sequence, event_id=batch[-1].id)
            writer.execute("UPDATE read_model SET position = ?, event_id = ?", (last.sequence, last.event_id))
        return last

    def position(self) -> Position:
        assert self._writer is not None
        row = self._writer.execute("SELECT position, event_id FROM read_model").fetchone()
        return Position(sequence=row["position"], event_id=row["event_id"])

    def read(self, query: Query[T]) -> T:
        """Run a query on one state of the file, on a connection of this thread."""
        reader = self._reader()
        reader.execute("BEGIN")
        try:
            return query(reader)
        finally:
            reader.execute("ROLLBACK")

    def is_deleted(self) -> bool:
        """Whether somebody took the file away under us, which asks for a rebuild."""
        try:
            return self.path.stat().st_ino != self._inode
        except FileNotFoundError:
            return True

    def remove(self) -> None:
        self.close()
        for suffix in _SUFFIXES:
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _reader(self) -> sqlite3.Connection:
        known: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if known is not None and self._readers.generation == self._generation:
            return known
        if known is not None:
            known.close()
        connection = self._connect()
        connection.execute("PRAGMA query_only = ON")
        self._readers.connection, self._readers.generation = connection, self._generation
        return connection

    def _connect(self) -> sqlite3.Connection:
        # Readers are closed by whichever thread sees the generation change or by the end of the process.
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=10, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        # A lost tail after a power cut is read from the log again: its position is lost with it.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        assert self._writer is not None
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            yield self._writer
        except BaseException:
            self._writer.execute("ROLLBACK")
            raise
        self._writer.execute("COMMIT")


def _is_of_the_file(error: Exception) -> bool:
    """Whether the disk or the file is to blame, not the projection: a wrong statement is an OperationalError too."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _OF_THE_FILE


class _CulpritError(Exception):
    def __init__(self, recorded: Recorded) -> None:
        super().__init__(recorded.sequence)
        self.recorded = recorded


def _statements(script: str) -> Iterator[str]:
    """`executescript` would commit our transaction, so the script is taken apart; triggers stay whole."""
    statement = ""
    for part in re.split("(?<=;)", script):
        statement += part
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
