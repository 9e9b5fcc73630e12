"""The check before submission: every point that blocks it and every one that is worth a look, with the fix."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from services.intake.domain.act import registered
from services.intake.domain.logos import logo
from services.intake.domain.rounds import live_results, obstacle
from services.intake.domain.websites import website
from shared.contracts.project import ContactState
from shared.contracts.result import ResultState
from shared.contracts.status import ResultView, can_be_submitted, result_status
from shared.contracts.verdict import Finding, Message, Severity
from shared.errors import ProblemError
from shared.http.catalogue import catalogue, texts
from shared.view import ProjectView
from shared.vocabularies import label
from shared.vocabularies.languages import names_a_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One point: what is the case, what to do about it, and which rule stands behind it."""

    code: str
    message: Message
    fix: Message
    rule: str | None = None
    result_id: str | None = None
    findings: tuple[Finding, ...] = ()


@cache
def _texts() -> Mapping[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("preflight.toml").read_text(encoding="utf-8"))


def _point(code: str, *, result_id: str | None = None, findings: tuple[Finding, ...] = (), **params: str) -> Point:
    """`params` fill the texts; a value `x_lv` stands for `x` in Latvian."""
    text = _texts()[code]
    latvian = params | {name.removesuffix("_lv"): value for name, value in params.items() if name.endswith("_lv")}
    return Point(
        code=code,
        message=Message(en=text["en"].format(**params), lv=text["lv"].format(**latvian)),
        fix=Message(en=text["fix_en"].format(**params), lv=text["fix_lv"].format(**latvian)),
        rule=text.get("rule"),
        result_id=result_id,
        findings=findings,
    )


def blocking(view: ProjectView, today: date) -> list[Point]:
    """Return everything that stands in the way, not only the first."""
    found = []
    refusal = obstacle(view, today)
    if refusal and refusal.code != "results-not-valid":
        found.append(refused(refusal))
    if refusal and refusal.code == "project-not-ended" and not live_results(view):
        found.append(refused(ProblemError(409, "nothing-to-submit")))
    if not view.round.is_locked:
        found += [_unfit(one, view) for one in live_results(view) if not can_be_submitted(one)]
    return found


def refused(refusal: ProblemError) -> Point:
    """Return the point that stands for a refusal, in the words of its problem."""
    (title_en, detail_en), (title_lv, detail_lv) = (
        texts(refusal.code, language, **refusal.params) for language in ("en", "lv")
    )
    entry = catalogue().get(refusal.code)
    return Point(
        code=refusal.code,
        message=Message(en=title_en, lv=title_lv),
        fix=Message(en=detail_en, lv=detail_lv),
        rule=refusal.rule or (entry.rule if entry else None),
    )


def _unfit(result: ResultView, view: ProjectView) -> Point:
    findings = _findings(result, Severity.BLOCKING)
    return _point(
        f"result-{result_status(result, view.round)}",
        result_id=result.state.id,
        findings=findings,
        title=result.state.title,
        reasons=" ".join(one.message.en for one in findings),
        reasons_lv=" ".join(one.message.lv for one in findings),
    )


def advisory(view: ProjectView) -> list[Point]:
    """Return what is worth a look before the lock."""
    return [*_people_and_places(view), *_languages(view), *_work_packages(view), *_results(view)]


def _people_and_places(view: ProjectView) -> Iterator[Point]:
    contacts = (one.state_as(ContactState) for one in view.log.things("intake", "contact").values())
    if not any(one.publish_name or one.publish_email or one.publish_phone for one in contacts):
        yield _point("no-public-contact")
    if website(view.log).url is None:
        yield _point("no-website")
    if logo(view.log).file is None:
        yield _point("no-logo")


def _languages(view: ProjectView) -> Iterator[Point]:
    results = [one.state for one in live_results(view)]
    agreed = registered(view).description.languages
    covered = {language for one in results if one.publish for language in one.languages}
    for language in agreed:
        if language not in covered:
            yield _point(
                "language-not-covered",
                language=label("language", language),
                language_lv=label("language", language, "lv"),
            )
    for one in results:
        if not one.languages:
            yield _point("language-not-stated", result_id=one.id, title=one.title)
        elif len(agreed) > 1 and not names_a_language(one.title):
            first = one.languages[0]
            yield _point("language-tag-missing", result_id=one.id, title=one.title, language=label("language", first))


def _work_packages(view: ProjectView) -> Iterator[Point]:
    covered = {one.state.work_package for one in live_results(view)}
    for package in registered(view).description.work_packages:
        if package.planned_results and package.number > 1 and package.number not in covered:
            yield _point("planned-result-missing", number=str(package.number), title=package.title)


def _results(view: ProjectView) -> Iterator[Point]:
    for one in live_results(view):
        if not one.state.publish:
            yield _point("will-not-be-published", result_id=one.state.id, title=one.state.title)
        yield from (_warning(one.state, finding) for finding in _findings(one, Severity.WARNING))


def _warning(state: ResultState, finding: Finding) -> Point:
    return _point(
        "finding-to-look-at",
        result_id=state.id,
        findings=(finding,),
        title=state.title,
        finding=finding.message.en,
        finding_lv=finding.message.lv,
    )


def _findings(result: ResultView, severity: Severity) -> tuple[Finding, ...]:
    verdict = result.current_verdict
    if verdict is None:
        return ()
    waived = {one.finding_id for one in result.waivers if one.sha256 == result.state.file.sha256}
    return tuple(
        one for check in verdict.checks for one in check.findings if one.severity == severity and one.id not in waived
    )
