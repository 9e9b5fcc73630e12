"""What the validator found: one verdict per digest and revision, with every check and its findings."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from shared.contracts.model import WireModel

FINDINGS_LISTED_MAX = 200


class CheckOutcome(StrEnum):
    """What became of one check. Only `passed` and `warning` let a file through."""

    PASSED = "passed"
    FAILED = "failed"
    WARNING = "warning"
    ERROR = "error"


class Severity(StrEnum):
    """What a finding does: `blocking` stops the result, the others inform."""

    BLOCKING = "blocking"
    WARNING = "warning"
    INFO = "info"


class Message(WireModel):
    """A text for people, in both languages of the platform."""

    en: str
    lv: str


class Location(WireModel):
    """Where in the file. Pages and lines count from 1; `timecode` is `HH:MM:SS`."""

    page: int | None = None
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None
    timecode: str | None = None


class Finding(WireModel):
    """One thing that a check found. `id` stays the same when the same bytes are checked again."""

    id: str
    code: str
    rule: str | None = None
    severity: Severity
    message: Message
    location: Location | None = None
    excerpt: str | None = None


class CheckResult(WireModel):
    """One check of one file. `engine` names the software and the version of its data."""

    check: str
    outcome: CheckOutcome
    engine: str
    findings: tuple[Finding, ...] = ()
    findings_count: int = 0


class VerdictOutcome(StrEnum):
    """What all checks together say."""

    PASSED = "passed"
    FAILED = "failed"
    MALWARE = "malware"
    ERROR = "error"


class EarlierVerdict(WireModel):
    """The last verdict on a revision that is no longer the current one, kept while it may still be public."""

    revision: int
    sha256: str
    outcome: VerdictOutcome
    blocking: tuple[str, ...] = ()
    sequence: int = 0


class VerdictState(WireModel):
    """The state on `validator.<p>.result.<r>` and `validator.<p>.logo`.

    `blocking` are the ids of every blocking finding, all of them; `waivable` says that only the personal-data check
    stands in the way. `attempt` counts the tries that could not run. `earlier` are the last verdicts on the revisions
    before this one, newest last.
    """

    project_id: str
    result_id: str
    revision: int
    sha256: str
    size: int
    outcome: VerdictOutcome
    detected_type: str | None = None
    checks: tuple[CheckResult, ...] = ()
    blocking: tuple[str, ...] = ()
    waivable: bool = False
    in_clean: bool = False
    object_key: str
    attempt: int = 0
    signatures: str | None = None
    checked_at: datetime
    earlier: tuple[EarlierVerdict, ...] = Field(default=(), max_length=100)


Check = Literal["size", "format", "malware", "personal-data", "quality"]
