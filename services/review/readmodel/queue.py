"""The questions that officers ask about many projects: what waits for me, and which reports are to be decided."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from services.review.answers import DecisionCounts, FindingCounts, QueueItem, ReportAnswer
from services.review.dossier import Deadline
from services.review.readmodel.moments import instant

QueueSort = Literal["waiting", "due", "title"]
After = tuple[str, str] | None
_SORT_COLUMNS: dict[str, str] = {"waiting": "submitted_at", "due": "submitted_at", "title": "title_key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Which projects a caller may see: all of its agencies, and single ones."""

    agencies: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueQuestion:
    """Filters of the queue; empty ones let everything through. `officer` is a `sub`, "" stands for nobody."""

    sight: Sight
    statuses: tuple[str, ...] = ("under_review",)
    officer: str | None = None
    agencies: tuple[str, ...] = ()
    finding: str | None = None
    overdue: bool | None = None
    text: str | None = None
    sort: QueueSort = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuestion:
    """Filters of the list of reports. `today` decides which projects have ended."""

    sight: Sight
    statuses: tuple[str, ...]
    to_decide: bool
    agencies: tuple[str, ...] = ()
    text: str | None = None
    today: date


@dataclass(slots=True)
class _Where:
    """A condition under construction: texts of ours, values of the caller's."""

    texts: list[str]
    values: list[object]

    def add(self, text: str, *values: object) -> None:
        self.texts.append(text)
        self.values += values

    def add_in(self, column: str, allowed: Sequence[str]) -> None:
        self.add(f"{column} IN ({', '.join('?' * len(allowed))})", *allowed)

    def __str__(self) -> str:
        return " AND ".join(self.texts)


def queue(
    rows: sqlite3.Connection, question: QueueQuestion, *, now: datetime, deadline: Deadline, after: After, limit: int
) -> list[tuple[str, QueueItem]]:
    """Return up to `limit` submissions with their sort values, after the one that `after` names."""
    where = _queue_where(question, now, deadline)
    column = _SORT_COLUMNS[question.sort]
    if after is not None:
        where.add(f"({column}, project_id) > (?, ?)", *after)
    found = rows.execute(
        f"SELECT * FROM project WHERE {where} ORDER BY {column}, project_id LIMIT ?",  # noqa: S608 - texts of ours alone
        (*where.values, limit),
    ).fetchall()
    counts = _counts(rows, [row["project_id"] for row in found])
    return [(row[column], _queue_item(row, counts[row["project_id"]], now, deadline)) for row in found]


def _queue_where(question: QueueQuestion, now: datetime, deadline: Deadline) -> _Where:
    where = _seen(question.sight, question.agencies, question.text)
    where.add("submitted_at IS NOT NULL")
    if question.statuses:
        where.add_in("status", question.statuses)
    if question.officer is not None:
        where.add("officer IS NULL" if question.officer == "" else "officer = ?", *filter(None, [question.officer]))
    if question.finding is not None:
        where.add(
            """EXISTS (SELECT 1 FROM manifest JOIN finding USING (result_id)
            WHERE manifest.project_id = project.project_id AND finding.mark = ?)""",
            question.finding,
        )
    if question.overdue is not None:
        late = "status = 'under_review' AND submitted_at < ?"
        where.add(late if question.overdue else f"NOT ({late})", instant(_oldest_in_time(now, deadline)))
    return where


def _seen(sight: Sight, agencies: Sequence[str], text: str | None) -> _Where:
    where = _Where([], [])
    by_agency, by_project = sorted(sight.agencies), sorted(sight.projects)
    where.add(
        f"(na IN ({', '.join('?' * len(by_agency))}) OR project_id IN ({', '.join('?' * len(by_project))}))",
        *by_agency,
        *by_project,
    )
    if agencies:
        where.add_in("na", agencies)
    if text:
        where.add("instr(search, ?) > 0", text.casefold())
    return where


def _oldest_in_time(now: datetime, deadline: Deadline) -> datetime:
    """The first moment of the day whose submissions are due today."""
    day = now.astimezone(deadline.zone).date() - timedelta(days=deadline.days)
    return datetime.combine(day, time(), deadline.zone)


def _queue_item(row: sqlite3.Row, counts: sqlite3.Row, now: datetime, deadline: Deadline) -> QueueItem:
    submitted_at = datetime.fromisoformat(row["submitted_at"])
    until = datetime.fromisoformat(row["decided_at"]) if row["decided_at"] else now
    due = deadline.due(submitted_at)
    return QueueItem(
        project_id=row["project_id"],
        title=row["title"],
        acronym=row["acronym"],
        na=row["na"],
        round=row["round"],
        status=row["status"],
        officer=row["officer"],
        submitted_at=submitted_at,
        waiting_days=deadline.waiting_days(submitted_at, until),
        due_date=due,
        overdue=row["status"] == "under_review" and now.astimezone(deadline.zone).date() > due,
        results=counts["results"],
        decisions=DecisionCounts(
            approved=counts["approved"],
            changes_requested=counts["returned"],
            undecided=counts["results"] - counts["approved"] - counts["returned"],
        ),
        findings=FindingCounts.model_validate({name: counts[name] for name in FindingCounts.model_fields}),
    )


def _counts(rows: sqlite3.Connection, project_ids: Sequence[str]) -> dict[str, sqlite3.Row]:
    """Count per project what its last submission holds; decisions count when they stand on what was submitted."""
    found = rows.execute(
        f"""SELECT project.project_id AS project_id, COUNT(manifest.result_id) AS results,
            COALESCE(SUM(decision = 'approve' AND decided_sequence = sequence), 0) AS approved,
            COALESCE(SUM(decision = 'request_changes' AND decided_sequence = sequence), 0) AS returned,
            COALESCE(SUM(blocking), 0) AS blocking, COALESCE(SUM(warning), 0) AS warning,
            COALESCE(SUM(info), 0) AS info, COALESCE(SUM(waived), 0) AS waived
        FROM project LEFT JOIN manifest USING (project_id) LEFT JOIN result USING (result_id)
        WHERE project.project_id IN ({", ".join("?" * len(project_ids))}) GROUP BY project.project_id""",  # noqa: S608 - marks alone
        project_ids,
    )
    return {row["project_id"]: row for row in found}


def reports(
    rows: sqlite3.Connection, question: ReportQuestion, *, after: After, limit: int
) -> list[tuple[str, ReportAnswer]]:
    """Return up to `limit` final reports, the nearest deadline first; the sort value is the deadline."""
    where = _seen(question.sight, question.agencies, question.text)
    where.add_in("report", question.statuses)
    if question.to_decide:
        where.add("(end_date < ? OR submitted_at IS NOT NULL)", question.today.isoformat())
        where.add("COALESCE(elsewhere, '') <> 'approved_elsewhere'")
    deadline = "COALESCE(report_deadline, '9999-12-31')"
    if after is not None:
        where.add(f"({deadline}, project_id) > (?, ?)", *after)
    found = rows.execute(
        f"""SELECT *, {deadline} AS sorted_by, EXISTS (
            SELECT 1 FROM result WHERE result.project_id = project.project_id AND is_live
        ) AS has_results FROM project WHERE {where} ORDER BY sorted_by, project_id LIMIT ?""",  # noqa: S608 - texts of ours alone
        (*where.values, limit),
    )
    return [(row["sorted_by"], _report(row)) for row in found]


def _report(row: sqlite3.Row) -> ReportAnswer:
    owes_none = not row["results_required"] and row["round"] is None and not row["has_results"]
    return ReportAnswer(
        project_id=row["project_id"],
        title=row["title"],
        acronym=row["acronym"],
        na=row["na"],
        status=row["report"],
        elsewhere=row["elsewhere"],
        results_approved=row["status"] == "approved" or owes_none,
        round=row["round"],
        round_status=row["status"],
        report_deadline=row["report_deadline"],
        end_date=row["end_date"],
        comment=row["report_comment"],
        override_reason=row["report_override"],
        decided_by=row["report_by"],
        decided_at=row["report_at"],
    )
