"""Hints on quality between real servers: they come with the verdict, and follow the words when those change."""

import asyncio
from pathlib import Path

from local.demo import files
from shared.contracts.result import ResultState
from shared.contracts.verdict import VerdictState
from shared.health import Readiness
from tests.integration.validator.platform import Intake

ENGLISH = "A handbook that helps teachers to plan lessons with digital tools in rural schools."


def hints(verdict: VerdictState) -> set[str]:
    return {finding.code for check in verdict.checks if check.check == "quality" for finding in check.findings}


async def described(intake: Intake, result_id: str, title: str, description: str = ENGLISH) -> None:
    project = await intake.log.load(intake.project_id)
    state = project.state("intake", "result", ResultState, result_id)
    assert state
    await intake.append(project, state.model_copy(update={"title": title, "description": description}), "described")


async def verdicts(intake: Intake, result_id: str, number: int) -> list[VerdictState]:
    async with asyncio.timeout(20):
        while len(found := await intake.verdicts(result_id)) < number:  # noqa: ASYNC110 - another process appends
            await asyncio.sleep(0.01)
    return [one.state_as(VerdictState) for one in found]


async def test_hints_come_with_the_verdict_and_stop_nothing(
    validator: Readiness, intake: Intake, tmp_path: Path
) -> None:
    result = await intake.post("guide.docx", files.docx(tmp_path / "a.docx", ["A guide."]).path.read_bytes())

    verdict = await intake.verdict(result)

    assert (verdict.outcome, verdict.blocking, verdict.in_clean) == ("passed", (), True)
    assert hints(verdict) == {
        "emblem-missing", "funding-statement-missing", "disclaimer-missing", "description-unclear"
    }  # fmt: skip


async def test_the_same_bytes_as_another_result_are_told(validator: Readiness, intake: Intake) -> None:
    first = await intake.post("a.txt", b"Only words.")
    await intake.verdict(first)

    second = await intake.verdict(await intake.post("b.txt", b"Only words."))

    assert "duplicate" in hints(second)
    assert second.outcome == "passed"
    assert "duplicate" not in hints(await intake.verdict(first))


async def test_new_words_bring_new_hints_on_the_same_bytes(
    validator: Readiness, intake: Intake, tmp_path: Path
) -> None:
    result = await intake.post("guide.docx", files.docx(tmp_path / "a.docx", ["A guide."]).path.read_bytes())
    await intake.verdict(result)

    await described(intake, result, "Rokasgrāmata skolotājiem")
    first, second = await verdicts(intake, result, 2)
    await described(intake, result, "Handbook for teachers")
    *_, third = await verdicts(intake, result, 3)

    assert hints(second) == {
        "emblem-missing", "funding-statement-missing", "disclaimer-missing", "title-not-english"
    }  # fmt: skip
    assert hints(third) == {"emblem-missing", "funding-statement-missing", "disclaimer-missing"}
    changing = {"checks", "checked_at"}
    assert (
        first.model_dump(exclude=changing) == second.model_dump(exclude=changing) == third.model_dump(exclude=changing)
    )
    assert first.checks[:4] == third.checks[:4]


async def test_words_that_change_no_hint_make_no_new_verdict(validator: Readiness, intake: Intake) -> None:
    result = await intake.post("a.txt", b"Only words.")
    await intake.verdict(result)

    await described(intake, result, "Handbook for teachers")
    await verdicts(intake, result, 2)
    await described(intake, result, "Manual for teachers")
    await described(intake, result, "Rokasgrāmata")
    found = await verdicts(intake, result, 3)

    assert [hints(one) for one in found] == [{"description-unclear"}, set(), {"title-not-english"}]


async def test_words_that_change_while_the_file_is_checked_are_not_forgotten(
    validator: Readiness, intake: Intake
) -> None:
    result = await intake.post("a.txt", b"Only words.")
    await described(intake, result, "Rokasgrāmata skolotājiem")

    async with asyncio.timeout(20):
        while hints(await intake.verdict(result)) != {"title-not-english"}:  # noqa: ASYNC110 - another process appends
            await asyncio.sleep(0.01)
