"""Events of the other owners, as review reads them. One builder for tests in memory and on the real server."""

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Literal

from shared.contracts.model import WireModel
from shared.contracts.project import ProjectDescription, ProjectState
from shared.contracts.publication import PublicationState
from shared.contracts.result import DataProtection, ManifestEntry, ResultFile, ResultState, RoundState
from shared.contracts.subjects import object_key, subject
from shared.contracts.verdict import CheckOutcome, CheckResult, Finding, Message, Severity, VerdictOutcome, VerdictState
from shared.messaging.events import NewEvent, event_id

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Content:
    """One result as intake keeps it. `version` says how often it was described or revised."""

    id: str
    title: str = "Handbook"
    revision: int = 1
    languages: tuple[str, ...] = ("en",)
    work_package: int | None = None
    text: bytes = field(default=b"some bytes")

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text + str(self.revision).encode()).hexdigest()

    @property
    def key(self) -> str:
        return object_key(self.id, self.revision, self.sha256)

    def revised(self) -> "Content":
        return replace(self, revision=self.revision + 1)

    def described(self, title: str) -> "Content":
        return replace(self, title=title)


def content(project_id: str, name: str = "a", **fields: object) -> Content:
    """A result whose id is readable: 26 times the letter."""
    return replace(Content(id=f"{project_id}~{name * 26}"), **fields)  # type: ignore[arg-type]  # tests name real fields


def _event(owner: str, project_id: str, thing: str, what: str, state: WireModel, thing_id: str = "") -> NewEvent:
    name = subject(owner, project_id, thing, thing_id)
    return NewEvent(
        subject=name,
        type=f"{owner}.{thing}.{what}.v1",
        state=state,
        id=event_id(name, secrets.token_hex(8), what),
        actor="tester",
    )


def registered(project_id: str, *, title: str = "Bridges", na: str = "LV01", **fields: object) -> NewEvent:
    described = {
        "title": title,
        "acronym": "BRG",
        "start_date": date(2024, 1, 1),
        "end_date": date(2025, 12, 31),
        "languages": ("en", "lv"),
        "na": na,
        "organisations": [{"id": "o1", "name": "School", "role": "coordinator"}],
        "work_packages": [
            {"number": 1, "title": "Management"},
            {"number": 2, "title": "Content", "planned_results": "A handbook"},
        ],
    }
    state = ProjectState(
        id=project_id, description=ProjectDescription.model_validate(described | fields), registered_at=NOON
    )
    return _event("intake", project_id, "project", "registered", state)


def stored(
    one: Content, what: Literal["received", "revised", "described", "deleted"] = "received", *, deleted: bool = False
) -> NewEvent:
    project_id = one.id.split("~")[0]
    state = ResultState(
        id=one.id,
        project_id=project_id,
        kind="file",
        title=one.title,
        description="What it is",
        category="handbook",
        languages=one.languages,
        work_package=one.work_package,
        data_protection=DataProtection(confirmed=True, by="Anna"),
        revision=one.revision,
        file=ResultFile(name="handbook.pdf", size=len(one.text), sha256=one.sha256, object_key=one.key),
        submitter="anna",
        created_at=NOON,
        changed_at=NOON,
        content_at=NOON,
        deleted=deleted,
    )
    return _event("intake", project_id, "result", what, state, one.id)


def finding(id_: str, severity: Severity = Severity.BLOCKING, code: str = "personal-code") -> Finding:
    return Finding(id=id_, code=code, rule="R37", severity=severity, message=Message(en="Found", lv="Atrasts"))


def checked(
    one: Content,
    outcome: VerdictOutcome = VerdictOutcome.PASSED,
    *,
    personal: tuple[Finding, ...] = (),
    format_: tuple[Finding, ...] = (),
) -> NewEvent:
    """A verdict; blocking findings in `format_` can never be waived, those in `personal` can."""
    project_id = one.id.split("~")[0]
    checks = tuple(
        CheckResult(
            check=name,
            outcome=CheckOutcome.FAILED if _blocks(findings) else CheckOutcome.PASSED,
            engine=f"{name} 1",
            findings=findings,
            findings_count=len(findings),
        )
        for name, findings in (("format", format_), ("personal-data", personal))
    )
    state = VerdictState(
        project_id=project_id,
        result_id=one.id,
        revision=one.revision,
        sha256=one.sha256,
        size=len(one.text),
        outcome=outcome,
        checks=checks,
        blocking=(*_blocks(format_), *_blocks(personal)),
        waivable=bool(_blocks(personal)) and not _blocks(format_),
        in_clean=outcome in (VerdictOutcome.PASSED, VerdictOutcome.FAILED) and not _blocks(format_),
        object_key=one.key,
        checked_at=NOON,
    )
    return _event("validator", project_id, "result", "checked", state, one.id)


def _blocks(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(one.id for one in findings if one.severity is Severity.BLOCKING)


def submitted(
    project_id: str, number: int, manifest: tuple[ManifestEntry, ...], at: datetime = NOON, *, withdrawn: bool = False
) -> NewEvent:
    state = RoundState(
        round=number,
        status="withdrawn" if withdrawn else "submitted",
        manifest=manifest,
        submitted_by="anna",
        submitted_at=at,
    )
    return _event("intake", project_id, "round", state.status, state)


def entry(one: Content, sequence: int) -> ManifestEntry:
    return ManifestEntry(result_id=one.id, revision=one.revision, sha256=one.sha256, sequence=sequence)


def published(one: Content, sequence: int) -> NewEvent:
    project_id = one.id.split("~")[0]
    state = PublicationState(
        result_id=one.id,
        status="published",
        revision=one.revision,
        sha256=one.sha256,
        sequence=sequence,
        first_published_at=NOON,
        at=NOON,
    )
    return _event("publisher", project_id, "result", "published", state, one.id)
