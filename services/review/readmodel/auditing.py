"""The audit: a row per event of the log, with who, what, on which digest, and why; and the questions about it."""

import csv
import io
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from services.review.answers import AuditEntry
from services.review.readmodel.moments import instant
from shared.contracts.model import WireModel
from shared.contracts.publication import PublicationState
from shared.contracts.result import ElsewhereReportState, ResultState, RoundState
from shared.contracts.review import ReportState, ReviewResultState, ReviewRoundState
from shared.contracts.verdict import VerdictState
from shared.messaging.events import Recorded

AUDIT_COLUMNS = (
    "sequence", "at", "project_id", "actor", "action", "object", "round", "decision", "sha256", "reason", "event_id",
    "causation_id", "correlation_id",
)  # fmt: skip
AUDIT_TABLE = """
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, project_id TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
    object TEXT NOT NULL, round INTEGER, decision TEXT, sha256 TEXT, reason TEXT, event_id TEXT NOT NULL,
    causation_id TEXT, correlation_id TEXT
);
CREATE INDEX audit_by_project ON audit (project_id, sequence);
CREATE INDEX audit_by_actor ON audit (actor, sequence);
CREATE INDEX audit_by_time ON audit (at, sequence);
"""
EXPORT_COLUMNS = (
    "sequence", "at", "project_id", "na", "actor", "action", "object", "round", "decision", "sha256", "reason",
    "event_id", "causation_id", "correlation_id",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuestion:
    """Which entries. `agencies` None means all of them; the bounds of time are moments as the rows hold them."""

    agencies: frozenset[str] | None
    project_id: str | None = None
    actor: str | None = None
    since: str | None = None
    until: str | None = None


def audit_row(recorded: Recorded) -> tuple[object, ...]:
    """Return the values of one row, in the order of AUDIT_COLUMNS."""
    address = recorded.address
    told = _told(recorded)
    return (
        recorded.sequence,
        instant(recorded.time),
        address.project_id,
        recorded.actor,
        f"{address.owner}.{address.thing}.{recorded.happened}",
        address.thing_id or address.thing,
        told.round,
        told.decision,
        told.sha256,
        told.reason,
        recorded.id,
        recorded.headers.get("ce-causationid"),
        recorded.headers.get("ce-correlationid"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the state after an event says about it."""

    round: int | None = None
    decision: str | None = None
    sha256: str | None = None
    reason: str | None = None


def _told(recorded: Recorded) -> _Told:
    try:
        state = recorded.state()
    except (KeyError, ValidationError):
        # An audit holds every event, those of a kind that this version does not know included.
        return _Told()
    if isinstance(state, ReviewResultState):
        return _told_of_result(state, recorded.happened)
    return _told_of(state)


def _told_of(state: WireModel) -> _Told:
    match state:
        case ReviewRoundState():
            return _Told(round=state.round, decision=state.status, reason=state.comment)
        case ReportState():
            return _Told(decision=state.status, reason=_joined(state.override_reason, state.comment))
        case RoundState():
            return _Told(round=state.round, decision=state.status)
        case ElsewhereReportState():
            return _Told(decision=state.status, reason=state.source)
        case ResultState():
            return _Told(sha256=state.file.sha256, reason=state.withhold_reason)
        case VerdictState():
            return _Told(decision=state.outcome, sha256=state.sha256)
        case PublicationState():
            return _Told(decision=state.status, sha256=state.sha256, reason=state.reason)
        case _:
            return _Told()


def _told_of_result(state: ReviewResultState, happened: str) -> _Told:
    if happened == "taken_down" and state.takedown:
        return _Told(decision=happened, sha256=state.takedown.sha256, reason=state.takedown.reason)
    if happened == "waived" and state.waivers:
        waiver = state.waivers[-1]
        return _Told(decision=waiver.finding_id, sha256=waiver.sha256, reason=waiver.reason)
    if made := state.decision:
        reason = _joined(", ".join(made.reasons), made.comment, made.internal_note)
        return _Told(round=made.round, decision=made.decision, sha256=made.sha256, reason=reason)
    return _Told()


def _joined(*texts: str | None) -> str | None:
    return "\n".join(text for text in texts if text) or None


def newest(rows: sqlite3.Connection, question: AuditQuestion, before: int | None, limit: int) -> list[AuditEntry]:
    """Return entries from the newest on, before a sequence."""
    where, values = _where(question)
    if before is not None:
        where.append("audit.sequence < ?")
        values.append(before)
    return _entries(rows, where, [*values, limit], "DESC")


def oldest(rows: sqlite3.Connection, question: AuditQuestion, after: int, limit: int) -> list[AuditEntry]:
    """Return entries from the oldest on, after a sequence."""
    where, values = _where(question)
    return _entries(rows, [*where, "audit.sequence > ?"], [*values, after, limit], "ASC")


def _entries(rows: sqlite3.Connection, where: Sequence[str], values: Sequence[object], order: str) -> list[AuditEntry]:
    found = rows.execute(
        f"""SELECT audit.*, project.na AS na FROM audit LEFT JOIN project USING (project_id)
        WHERE {" AND ".join(where)} ORDER BY audit.sequence {order} LIMIT ?""",  # noqa: S608 - texts of ours alone
        values,
    )
    return [AuditEntry.model_validate(dict(row)) for row in found]


def _where(question: AuditQuestion) -> tuple[list[str], list[object]]:
    where, values = ["1"], list[object]()
    if question.agencies is not None:
        where.append(f"project.na IN ({', '.join('?' * len(question.agencies))})")
        values += sorted(question.agencies)
    for column, operator, value in (
        ("project_id", "=", question.project_id),
        ("actor", "=", question.actor),
        ("at", ">=", question.since),
        ("at", "<", question.until),
    ):
        if value is not None:
            where.append(f"audit.{column} {operator} ?")
            values.append(value)
    return where, values


def csv_lines(entries: Sequence[AuditEntry]) -> Iterator[str]:
    """Yield a line of CSV per entry. What a spreadsheet would run as a formula is made a text."""
    for entry in entries:
        told = entry.model_dump(mode="json")
        yield csv_line([_cell(told[column]) for column in EXPORT_COLUMNS])


def csv_line(cells: Sequence[object]) -> str:
    """Return one line of CSV."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value
