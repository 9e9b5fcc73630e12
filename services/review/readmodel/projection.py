"""The log into rows: what the queue, the list of reports and the audit read. Nothing here is decided on."""

import json
import sqlite3
from collections.abc import Callable

from services.review.readmodel.auditing import AUDIT_COLUMNS, AUDIT_TABLE, audit_row
from services.review.readmodel.moments import instant
from shared.contracts.project import ProjectState
from shared.contracts.result import ElsewhereReportState, ResultState, RoundState
from shared.contracts.review import ReportState, ReviewResultState, ReviewRoundState, Waiver
from shared.contracts.status import RoundView, open_findings
from shared.contracts.verdict import Severity, VerdictState
from shared.messaging.events import Recorded
from shared.readmodel import Schema

TABLES = (
    """
CREATE TABLE project (
    project_id TEXT PRIMARY KEY, title TEXT NOT NULL DEFAULT '', title_key TEXT NOT NULL DEFAULT '', acronym TEXT,
    na TEXT NOT NULL DEFAULT '', end_date TEXT NOT NULL DEFAULT '', report_deadline TEXT,
    results_required INTEGER NOT NULL DEFAULT 1, search TEXT NOT NULL DEFAULT '',
    submission TEXT, review TEXT,
    round INTEGER, status TEXT, officer TEXT, submitted_at TEXT, decided_at TEXT,
    report TEXT NOT NULL DEFAULT 'undecided', report_comment TEXT, report_override TEXT, report_by TEXT, report_at TEXT,
    elsewhere TEXT
);
CREATE INDEX project_by_status ON project (status, submitted_at);
CREATE TABLE manifest (
    project_id TEXT NOT NULL, result_id TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (project_id, result_id)
) WITHOUT ROWID;
CREATE TABLE result (
    result_id TEXT PRIMARY KEY, project_id TEXT NOT NULL, sha256 TEXT, revision INTEGER, is_live INTEGER,
    verdict TEXT, waivers TEXT NOT NULL DEFAULT '[]', decision TEXT, decided_sequence INTEGER,
    blocking INTEGER NOT NULL DEFAULT 0, warning INTEGER NOT NULL DEFAULT 0, info INTEGER NOT NULL DEFAULT 0,
    waived INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX result_by_project ON result (project_id, is_live);
CREATE TABLE finding (
    result_id TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (result_id, mark)
) WITHOUT ROWID;
"""
    + AUDIT_TABLE
)


def project(rows: sqlite3.Connection, recorded: Recorded) -> None:
    """Write the rows of one event."""
    values = audit_row(recorded)
    marks = ", ".join("?" * len(AUDIT_COLUMNS))
    rows.execute(f"INSERT OR REPLACE INTO audit ({', '.join(AUDIT_COLUMNS)}) VALUES ({marks})", values)  # noqa: S608 - constants
    if follow := _FOLLOWED.get((recorded.address.owner, recorded.address.thing)):
        rows.execute("INSERT OR IGNORE INTO project (project_id) VALUES (?)", (recorded.address.project_id,))
        follow(rows, recorded)


def search_key(*texts: str | None) -> str:
    """Return what is searched in; SQLite folds only ASCII."""
    return "\n".join(text for text in texts if text).casefold()


def _on_project(rows: sqlite3.Connection, recorded: Recorded) -> None:
    described = recorded.state_as(ProjectState).description
    rows.execute(
        """UPDATE project SET title = ?, title_key = ?, acronym = ?, na = ?, end_date = ?, report_deadline = ?,
        results_required = ?, search = ? WHERE project_id = ?""",
        (
            described.title,
            described.title.casefold(),
            described.acronym,
            described.na,
            described.end_date.isoformat(),
            described.report_deadline.isoformat() if described.report_deadline else None,
            described.results_required,
            search_key(recorded.address.project_id, described.title, described.acronym),
            recorded.address.project_id,
        ),
    )


def _on_submission(rows: sqlite3.Connection, recorded: Recorded) -> None:
    project_id, state = recorded.address.project_id, recorded.state_as(RoundState)
    rows.execute("UPDATE project SET submission = ? WHERE project_id = ?", (state.model_dump_json(), project_id))
    rows.execute("DELETE FROM manifest WHERE project_id = ?", (project_id,))
    rows.executemany(
        "INSERT INTO manifest VALUES (?, ?, ?)",
        [(project_id, entry.result_id, entry.sequence) for entry in state.manifest],
    )
    _renew_round(rows, project_id)


def _on_review(rows: sqlite3.Connection, recorded: Recorded) -> None:
    project_id, state = recorded.address.project_id, recorded.state_as(ReviewRoundState)
    rows.execute("UPDATE project SET review = ? WHERE project_id = ?", (state.model_dump_json(), project_id))
    _renew_round(rows, project_id)


def _renew_round(rows: sqlite3.Connection, project_id: str) -> None:
    """Derive the round's columns from what both owners last said, as everywhere else."""
    row = rows.execute("SELECT submission, review FROM project WHERE project_id = ?", (project_id,)).fetchone()
    submission = RoundState.model_validate_json(row["submission"]) if row["submission"] else None
    review = ReviewRoundState.model_validate_json(row["review"]) if row["review"] else None
    round_ = RoundView(submission=submission, review=review)
    here = review if review and review.round == round_.number else None
    decided = here is not None and here.status in ("approved", "returned", "reopened")
    rows.execute(
        "UPDATE project SET round = ?, status = ?, officer = ?, submitted_at = ?, decided_at = ? WHERE project_id = ?",
        (
            round_.number or None,
            round_.status,
            here.officer if here else None,
            instant(submission.submitted_at) if submission else None,
            instant(here.at) if here and decided else None,
            project_id,
        ),
    )


def _on_report(rows: sqlite3.Connection, recorded: Recorded) -> None:
    state = recorded.state_as(ReportState)
    rows.execute(
        """UPDATE project SET report = ?, report_comment = ?, report_override = ?, report_by = ?, report_at = ?
        WHERE project_id = ?""",
        (
            state.status,
            state.comment,
            state.override_reason,
            state.by,
            instant(state.at),
            recorded.address.project_id,
        ),
    )


def _on_elsewhere(rows: sqlite3.Connection, recorded: Recorded) -> None:
    rows.execute(
        "UPDATE project SET elsewhere = ? WHERE project_id = ?",
        (recorded.state_as(ElsewhereReportState).status, recorded.address.project_id),
    )


def _on_result(rows: sqlite3.Connection, recorded: Recorded) -> None:
    state = recorded.state_as(ResultState)
    _ensure_result(rows, recorded)
    rows.execute(
        "UPDATE result SET sha256 = ?, revision = ?, is_live = ? WHERE result_id = ?",
        (state.file.sha256, state.revision, not state.deleted, state.id),
    )
    _recount(rows, state.id)


def _on_verdict(rows: sqlite3.Connection, recorded: Recorded) -> None:
    state = recorded.state_as(VerdictState)
    _ensure_result(rows, recorded)
    compact = {
        "sha256": state.sha256,
        "revision": state.revision,
        "blocking": state.blocking,
        "findings": [(one.id, one.code, one.severity) for check in state.checks for one in check.findings],
    }
    rows.execute("UPDATE result SET verdict = ? WHERE result_id = ?", (json.dumps(compact), recorded.address.thing_id))
    _recount(rows, recorded.address.thing_id)


def _on_decision(rows: sqlite3.Connection, recorded: Recorded) -> None:
    state = recorded.state_as(ReviewResultState)
    _ensure_result(rows, recorded)
    waivers = json.dumps([one.model_dump(mode="json") for one in state.waivers])
    made = state.decision
    rows.execute(
        "UPDATE result SET decision = ?, decided_sequence = ?, waivers = ? WHERE result_id = ?",
        (made.decision if made else None, made.sequence if made else None, waivers, state.result_id),
    )
    _recount(rows, state.result_id)


def _ensure_result(rows: sqlite3.Connection, recorded: Recorded) -> None:
    address = recorded.address
    rows.execute(
        "INSERT OR IGNORE INTO result (result_id, project_id) VALUES (?, ?)", (address.thing_id, address.project_id)
    )


def _recount(rows: sqlite3.Connection, result_id: str) -> None:
    """Count the findings on the content that stands there now; a verdict on another content counts nothing."""
    row = rows.execute(
        "SELECT sha256, revision, verdict, waivers FROM result WHERE result_id = ?", (result_id,)
    ).fetchone()
    verdict = json.loads(row["verdict"]) if row["verdict"] else None
    if verdict is None or (verdict["sha256"], verdict["revision"]) != (row["sha256"], row["revision"]):
        verdict = {"sha256": row["sha256"], "blocking": [], "findings": []}
    waivers = tuple(Waiver.model_validate(one) for one in json.loads(row["waivers"]))
    waived = {one.finding_id for one in waivers if one.sha256 == verdict["sha256"]}
    open_ = [one for one in verdict["findings"] if one[0] not in waived]
    blocking = open_findings(tuple(verdict["blocking"]), verdict["sha256"], waivers)
    known = {*verdict["blocking"], *(one[0] for one in verdict["findings"])}
    counts = [sum(one[2] == severity for one in open_) for severity in (Severity.WARNING, Severity.INFO)]
    rows.execute(
        "UPDATE result SET blocking = ?, warning = ?, info = ?, waived = ? WHERE result_id = ?",
        (len(blocking), *counts, len(known & waived), result_id),
    )
    marks = {mark for one in open_ for mark in (one[1], one[2])} | ({Severity.BLOCKING.value} if blocking else set())
    rows.execute("DELETE FROM finding WHERE result_id = ?", (result_id,))
    rows.executemany("INSERT INTO finding VALUES (?, ?)", [(result_id, mark) for mark in sorted(marks)])


_FOLLOWED: dict[tuple[str, str], Callable[[sqlite3.Connection, Recorded], None]] = {
    ("intake", "project"): _on_project,
    ("intake", "round"): _on_submission,
    ("intake", "result"): _on_result,
    ("intake", "report"): _on_elsewhere,
    ("validator", "result"): _on_verdict,
    ("review", "round"): _on_review,
    ("review", "result"): _on_decision,
    ("review", "report"): _on_report,
}
SCHEMA = Schema(version=1, tables=TABLES, project=project)
