"""The policy file: complete in both languages, refused with its place when wrong, and what verdicts it leads to."""

from pathlib import Path

import pytest

from services.validator import policy
from services.validator.domain import Examination, Observation, examination, observation
from services.validator.policy import CHECKS, PolicyError
from shared.contracts.verdict import CheckOutcome, CheckResult, VerdictOutcome

RULES = policy.load()


def result(check: str, *codes: str, error: bool = False) -> CheckResult:
    return RULES.result(
        examination(check, "test 1", [observation(check, code, match=code) for code in codes], error=error)
    )


def all_checks(**codes: tuple[str, ...]) -> list[CheckResult]:
    return [result(check, *codes.get(check.replace("-", "_"), ())) for check in CHECKS]


def test_every_code_has_a_text_and_a_way_out_in_both_languages() -> None:
    for entry in RULES.entries.values():
        message = entry.message({})
        assert message.en != message.lv
        assert message.en.count(".") >= 1, entry.code
        assert entry.rule is None or entry.rule.startswith("R")


def test_only_personal_data_and_unfinished_checks_share_nothing_with_what_blocks_for_ever() -> None:
    blocking = {entry.code for entry in RULES.entries.values() if entry.severity == "blocking"}

    assert {"malware-found", "content-mismatch", "encrypted", "national-id", "iban", "payment-card"} <= blocking
    assert not {"email-address", "phone-number", "scanner-away", "check-stopped"} & blocking


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('severity = "blocking"', 'severity = "fatal"'), "policy.toml:8: [findings.file-too-large]"),
        (('check = ["size"]', 'check = ["sise"]'), "unknown sise"),
        (('rule = "R30"', 'rules = "R30"'), "unknown rules"),
        (("[findings.file-too-large]", "[findings.other]"), "no table [findings.file-too-large]"),
        (("{size} bytes", "{size bytes"), "[findings.file-too-large]"),
        (('version = "', "version = "), "line 6"),
        (
            ('check = ["quality"]\nrule = "R35"\nseverity = "info"', 'check = ["quality"]\nseverity = "blocking"'),
            "never",
        ),
    ],
)
def test_a_fault_in_a_policy_file_is_refused_with_its_place(change: tuple[str, str], told: str, tmp_path: Path) -> None:
    text = policy.BUILT_IN.read_text(encoding="utf-8").replace(*change, 1)
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(PolicyError) as refused:
        policy.load(path)

    assert told in str(refused.value)


def test_a_changed_severity_changes_the_outcome(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    text = policy.BUILT_IN.read_text(encoding="utf-8")
    head, _, tail = text.partition("[findings.double-extension]")
    path.write_text(head + "[findings.double-extension]" + tail.replace('"blocking"', '"warning"', 1), encoding="utf-8")
    seen = examination("format", "test", [observation("format", "double-extension")])

    assert RULES.result(seen).outcome == CheckOutcome.FAILED
    assert policy.load(path).result(seen).outcome == CheckOutcome.WARNING


@pytest.mark.parametrize(
    ("checks", "outcome"),
    [
        (all_checks(), VerdictOutcome.PASSED),
        (all_checks(personal_data=("email-address",)), VerdictOutcome.PASSED),
        (all_checks(personal_data=("national-id",)), VerdictOutcome.FAILED),
        (all_checks(malware=("malware-found",)), VerdictOutcome.MALWARE),
        (all_checks(malware=("not-fully-scannable",)), VerdictOutcome.FAILED),
        (all_checks(malware=("suspicious",)), VerdictOutcome.FAILED),
        (all_checks(malware=("malware-found",), format=("damaged",)), VerdictOutcome.MALWARE),
        ([*all_checks()[:2], result("malware", "scanner-away", error=True), all_checks()[3]], VerdictOutcome.ERROR),
        ([*all_checks()[:2], result("malware", error=True), result("personal-data", "iban")], VerdictOutcome.FAILED),
        (all_checks()[:3], VerdictOutcome.ERROR),
        ([], VerdictOutcome.ERROR),
    ],
)
def test_malware_then_blocking_then_error_then_passed(checks: list[CheckResult], outcome: VerdictOutcome) -> None:
    assert policy.verdict(checks) == outcome


def test_only_what_passed_format_size_and_malware_may_be_kept() -> None:
    assert policy.may_be_kept(all_checks())
    assert policy.may_be_kept(all_checks(personal_data=("national-id",)))
    assert not policy.may_be_kept(all_checks(format=("damaged",)))
    assert not policy.may_be_kept(all_checks(malware=("malware-found",)))
    assert not policy.may_be_kept([*all_checks()[:2], result("malware", error=True), all_checks()[3]])
    assert not policy.may_be_kept(all_checks()[:2])


def test_what_does_not_fit_is_folded_into_one_blocking_finding_and_counted() -> None:
    seen = tuple(Observation(code="national-id", id=f"national-id-{number}") for number in range(500))
    mail = tuple(Observation(code="email-address", id=f"email-address-{number}") for number in range(500))

    listed = RULES.result(Examination(check="personal-data", engine="t", observations=mail + seen, total=1_000))

    assert (len(listed.findings), listed.findings_count) == (200, 1_000)
    assert listed.findings[-1].code == "more-personal-data"
    assert len(policy.blocking_ids([listed])) == 200
    again = RULES.result(Examination(check="personal-data", engine="t", observations=mail + seen, total=1_000))
    assert again == listed


def test_blocking_findings_come_first() -> None:
    listed = result("personal-data", "email-address", "national-id")

    assert [one.code for one in listed.findings] == ["national-id", "email-address"]


def test_hints_on_quality_are_not_asked_for_the_outcome() -> None:
    hint = result("quality", "emblem-missing")

    assert hint.outcome == "passed"
    assert policy.verdict([*all_checks(), hint]) == VerdictOutcome.PASSED
    assert policy.verdict([*all_checks(), result("quality", error=True)]) == VerdictOutcome.PASSED
    assert policy.verdict([*all_checks()[:3], hint]) == VerdictOutcome.ERROR
    assert policy.may_be_kept([*all_checks(), hint])
    assert policy.blocking_ids([hint]) == ()


def test_a_policy_file_from_before_the_hints_has_the_built_in_ones(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    text = policy.BUILT_IN.read_text(encoding="utf-8")
    path.write_text(text[: text.index("# Hints on quality")], encoding="utf-8")

    assert policy.load(path).entries == RULES.entries
