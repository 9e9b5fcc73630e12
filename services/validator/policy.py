"""The policy: what a finding is called, how much it weighs and what people are told, read from `policy.toml`.

A fault in the file is refused at start, with its line or the code and key that is wrong.
"""

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.validator.domain import Examination, Observation, observation
from shared.contracts.verdict import (
    FINDINGS_LISTED_MAX,
    CheckOutcome,
    CheckResult,
    Finding,
    Location,
    Message,
    Severity,
    VerdictOutcome,
)

BUILT_IN = Path(__file__).with_name("policy.toml")
CHECKS = ("size", "format", "malware", "personal-data")
HINTS = ("quality",)
_WEIGHT = {Severity.BLOCKING: 0, Severity.WARNING: 1, Severity.INFO: 2}
_TEXTS = ("en", "lv", "fix_en", "fix_lv")


class PolicyError(Exception):
    """The policy file cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One code of the policy. `en` and `lv` hold placeholders."""

    code: str
    checks: tuple[str, ...]
    severity: Severity
    rule: str | None
    en: str
    lv: str

    def message(self, params: Mapping[str, str]) -> Message:
        """Fill the texts; a placeholder that the check did not fill stays a dash."""
        values = _Values(params)
        return Message(en=self.en.format_map(values), lv=self.lv.format_map(values))


class _Values(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every code that a check may report."""

    version: str
    entries: Mapping[str, Entry]

    def result(self, examined: Examination) -> CheckResult:
        """Put what a check saw into words; at most 200 findings are listed, blocking ones first, the rest counted.

        Blocking findings that do not fit are folded into one, so that whatever blocks is listed and can be waived.
        """
        findings = sorted((self._finding(one) for one in examined.observations), key=lambda one: _WEIGHT[one.severity])
        blocking = sum(one.severity is Severity.BLOCKING for one in findings)
        if blocking > FINDINGS_LISTED_MAX:
            findings = [*findings[: FINDINGS_LISTED_MAX - 1], self._rest(examined, findings, blocking)]
        return CheckResult(
            check=examined.check,
            outcome=_outcome(findings, examined.error or examined.deferred),
            engine=examined.engine,
            findings=tuple(findings[:FINDINGS_LISTED_MAX]),
            findings_count=max(examined.total, len(examined.observations)),
        )

    def _finding(self, seen: Observation) -> Finding:
        entry = self.entries[seen.code]
        place = seen.place
        located = any(value is not None for value in (place.page, place.sheet, place.cell, place.line))
        return Finding(
            id=seen.id,
            code=seen.code,
            rule=entry.rule,
            severity=entry.severity,
            message=entry.message(seen.params),
            location=Location(page=place.page, sheet=place.sheet, cell=place.cell, line=place.line)
            if located
            else None,
            excerpt=seen.excerpt,
        )

    def _rest(self, examined: Examination, findings: list[Finding], blocking: int) -> Finding:
        folded = ",".join(sorted(one.id for one in findings[FINDINGS_LISTED_MAX - 1 : blocking]))
        count = str(blocking - FINDINGS_LISTED_MAX + 1)
        return self._finding(observation(examined.check, "more-personal-data", {"count": count}, match=folded))


def load(path: Path = BUILT_IN) -> Policy:
    """Read a policy file; hints on quality that it leaves out are those of the built-in one.

    Raises `PolicyError` with the line, or the code and key, of the first fault.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: {error}") from error
    lines = path.read_text(encoding="utf-8").splitlines()
    entries = {code: _entry(path, lines, code, raw) for code, raw in data.get("findings", {}).items()}
    built_in = load().entries if path != BUILT_IN else {}
    hints = {code: entry for code, entry in built_in.items() if entry.checks == HINTS}
    missing = sorted(built_in.keys() - entries.keys() - hints.keys())
    if missing:
        raise PolicyError(f"{path}: no table [findings.{missing[0]}]; every code needs one")
    return Policy(version=str(data.get("version", "unversioned")), entries=hints | entries)


def verdict(checks: Iterable[CheckResult]) -> VerdictOutcome:
    """Say what all checks together mean: malware, else a blocking finding, else an error, else passed.

    The hints on quality are not asked.
    """
    results = tuple(one for one in checks if one.check not in HINTS)
    outcomes = {one.outcome for one in results}
    if any(finding.code == "malware-found" for one in results for finding in one.findings):
        return VerdictOutcome.MALWARE
    if CheckOutcome.FAILED in outcomes:
        return VerdictOutcome.FAILED
    if CheckOutcome.ERROR in outcomes or {one.check for one in results} != set(CHECKS):
        return VerdictOutcome.ERROR
    return VerdictOutcome.PASSED


def blocking_ids(checks: Iterable[CheckResult]) -> tuple[str, ...]:
    """Return the ids of every blocking finding."""
    return tuple(finding.id for one in checks for finding in one.findings if finding.severity is Severity.BLOCKING)


def may_be_kept(checks: Iterable[CheckResult]) -> bool:
    """Say whether the bytes may enter the clean zone: format, size and malware let them through."""
    through = {one.check for one in checks if one.outcome in (CheckOutcome.PASSED, CheckOutcome.WARNING)}
    return {"format", "size", "malware"} <= through


def _outcome(findings: list[Finding], error: bool) -> CheckOutcome:
    severities = {one.severity for one in findings}
    if Severity.BLOCKING in severities:
        return CheckOutcome.FAILED
    if error:
        return CheckOutcome.ERROR
    return CheckOutcome.WARNING if Severity.WARNING in severities else CheckOutcome.PASSED


def _entry(path: Path, lines: list[str], code: str, raw: dict[str, Any]) -> Entry:
    where = f"{path}:{_line_of(lines, code)}: [findings.{code}]"
    try:
        checks, severity = tuple(raw["check"]), Severity(raw["severity"])
        texts = {name: str(raw[name]) for name in _TEXTS}
        for text in texts.values():
            list(string.Formatter().parse(text))
    except (KeyError, TypeError, ValueError) as error:
        raise PolicyError(f"{where}: missing or wrong: {error}") from error
    unknown = set(raw) - {"check", "severity", "rule", *_TEXTS} or set(checks) - {*CHECKS, *HINTS}
    if unknown:
        raise PolicyError(f"{where}: unknown {', '.join(sorted(unknown))}")
    if severity is Severity.BLOCKING and set(checks) & set(HINTS):
        raise PolicyError(f"{where}: severity must be warning or info: a hint on quality never blocks")
    return Entry(
        code=code,
        checks=checks,
        severity=severity,
        rule=raw.get("rule"),
        en=f"{texts['en']} {texts['fix_en']}",
        lv=f"{texts['lv']} {texts['fix_lv']}",
    )


def _line_of(lines: list[str], code: str) -> int:
    return next((number for number, line in enumerate(lines, 1) if line.strip() == f"[findings.{code}]"), 0)
