"""The check before submission: everything that blocks, everything worth a look, in both languages."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain import contacts, logos, preflight, websites
from shared.contracts.project import ContactState
from shared.contracts.verdict import CheckOutcome, CheckResult, Finding, Message, Severity, VerdictOutcome
from shared.vocabularies.languages import names_a_language
from tests.unit.intake.world import TODAY, World, act, content


@pytest.fixture
def world() -> World:
    found = World()
    found.register()
    return found


def codes(points: list[preflight.Point]) -> list[str]:
    return [one.code for one in points]


def finding(severity: Severity, code: str = "national-id") -> CheckResult:
    found = Finding(id="f1", code=code, severity=severity, message=Message(en="A personal code", lv="Personas kods"))
    return CheckResult(check="personal-data", outcome=CheckOutcome.FAILED, engine="x", findings=(found,))


def test_an_early_project_is_told_everything_at_once() -> None:
    world = World()
    world.register(end_date=TODAY + timedelta(days=9))
    assert codes(preflight.blocking(world.view, TODAY)) == ["project-not-ended", "nothing-to-submit"]

    result_id = world.add()

    assert codes(preflight.blocking(world.view, TODAY)) == ["project-not-ended", "result-validating"]
    assert preflight.blocking(world.view, TODAY)[0].rule == "R27"
    assert preflight.blocking(world.view, TODAY)[1].result_id == result_id


def test_a_result_that_did_not_pass_comes_with_its_findings(world: World) -> None:
    world.check(world.add(), VerdictOutcome.FAILED, checks=(finding(Severity.BLOCKING),), blocking=("f1",))

    (point,) = preflight.blocking(world.view, TODAY)

    assert point.code == "result-invalid"
    assert "A personal code" in point.message.en
    assert "Personas kods" in point.message.lv
    assert ".." not in point.message.en + point.message.lv
    assert [one.code for one in point.findings] == ["national-id"]


@pytest.mark.parametrize(
    ("outcome", "code"), [(VerdictOutcome.MALWARE, "result-quarantined"), (VerdictOutcome.ERROR, "result-check_failed")]
)
def test_malware_and_an_unfinished_check_are_told_apart(world: World, outcome: VerdictOutcome, code: str) -> None:
    world.check(world.add(), outcome)

    assert codes(preflight.blocking(world.view, TODAY)) == [code]


def test_a_ready_project_is_blocked_by_nothing(world: World) -> None:
    world.valid()

    assert preflight.blocking(world.view, TODAY) == []


def test_a_project_under_review_is_blocked_by_that_alone(world: World) -> None:
    world.valid()
    world.submit()

    assert codes(preflight.blocking(world.view, TODAY)) == ["already-under-review"]


def test_a_returned_result_is_blocked_until_it_changes(world: World) -> None:
    result_id = world.valid()
    world.submit()
    world.review("claimed")
    world.decide(result_id, "request_changes", comment="x")
    world.review("returned")

    assert codes(preflight.blocking(world.view, TODAY)) == ["result-changes_requested"]


def test_what_is_missing_is_advised_with_its_rule(world: World) -> None:
    found = {one.code: one.rule for one in preflight.advisory(world.view)}

    assert found == {
        "no-public-contact": "R24",
        "no-website": "R25",
        "no-logo": "R25",
        "language-not-covered": "R41",
    }


def test_what_is_there_is_not_advised(world: World) -> None:
    world.register(languages=["en"])
    world.append(websites.set_website(world.log, act(), "https://example.org/"))
    world.append(logos.set_logo(world.log, act(), 1, content(name="logo.png")))
    world.append(contacts.show_contact(world.log, act(), ContactState(contact_id="c1", publish_name=True)))
    world.valid(title="Handbook")

    assert preflight.advisory(world.view) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "Handbook"}, "language-tag-missing"),
        ({"languages": ()}, "language-not-stated"),
        ({"publish": False, "withhold_reason": "Private."}, "will-not-be-published"),
    ],
)
def test_a_result_is_advised_on_its_title_languages_and_publication(
    world: World, changes: dict[str, Any], code: str
) -> None:
    world.valid(**changes)

    assert code in codes(preflight.advisory(world.view))


def test_a_planned_result_that_is_missing_is_advised(world: World) -> None:
    packages = [
        {"number": 1, "title": "Management", "planned_results": "Reports"},
        {"number": 2, "title": "Course", "planned_results": "A course"},
        {"number": 3, "title": "Travel"},
    ]
    world.register(work_packages=packages)
    assert codes(preflight.advisory(world.view)).count("planned-result-missing") == 1

    world.valid(work_package=2)

    assert "planned-result-missing" not in codes(preflight.advisory(world.view))


def test_a_warning_of_a_check_is_advised(world: World) -> None:
    world.check(world.add(), checks=(finding(Severity.WARNING),))

    point = next(one for one in preflight.advisory(world.view) if one.code == "finding-to-look-at")

    assert "A personal code" in point.message.en


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Handbook (English)", True),
        ("Rokasgrāmata latviešu valodā", True),
        ("Handbook LV", True),
        ("Handbook", False),
        ("A study of de facto standards", False),
    ],
)
def test_a_title_names_a_language_by_name_or_code(title: str, names: bool) -> None:
    assert names_a_language(title) is names


def test_braces_in_a_title_are_only_text(world: World) -> None:
    world.add(title="{title} {0} %s")

    assert "{title} {0} %s" in preflight.blocking(world.view, TODAY)[0].message.en
