"""Which hints stay when the words about a result change."""

from datetime import UTC, datetime

from services.validator import policy
from services.validator.domain import Examination, Observation, observation
from services.validator.hints import renewed
from shared.contracts.result import DataProtection, ResultFile, ResultState
from shared.contracts.verdict import CheckResult

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
RULES = policy.load()
LATVIAN = {"languages": "Latvian", "languages_lv": "latviešu"}


def quality(*seen: Observation) -> CheckResult:
    return RULES.result(Examination(check="quality", engine="t", observations=seen))


def hint(code: str, params: dict[str, str] | None = None) -> Observation:
    return observation("quality", code, params or {}, match=str(params))


def state(*languages: str) -> ResultState:
    return ResultState(
        id="P-1~a", project_id="P-1", kind="file", title="T", description="D", category="other", languages=languages,
        data_protection=DataProtection(confirmed=True), revision=1,
        file=ResultFile(name="a.txt", size=5, sha256="a" * 64, object_key="k"), submitter="s",
        created_at=NOON, changed_at=NOON, content_at=NOON,
    )  # fmt: skip


def codes(before: CheckResult, hints: CheckResult, *languages: str) -> tuple[set[str], str]:
    form = RULES.result(Examination(check="format", engine="t"))
    first, second = renewed((form, before), hints, state(*languages))
    assert first == form
    return {one.code for one in second.findings}, second.outcome.value


def test_hints_on_words_are_replaced_and_those_on_the_file_stay() -> None:
    before = quality(hint("title-not-english"), hint("pdf-not-tagged"))

    assert codes(before, quality(hint("spelling", {"words": "recieve"}))) == ({"pdf-not-tagged", "spelling"}, "passed")
    assert codes(before, quality()) == ({"pdf-not-tagged"}, "passed")
    assert codes(quality(hint("emblem-missing")), quality()) == ({"emblem-missing"}, "passed")


def test_a_hint_on_the_language_of_the_text_stays_while_that_language_is_declared() -> None:
    before = quality(hint("language-not-in-text", LATVIAN))

    assert codes(before, quality(), "lv") == ({"language-not-in-text"}, "passed")
    assert codes(before, quality(), "en") == (set(), "passed")


def test_nothing_changes_when_the_words_could_not_be_looked_at_or_say_the_same() -> None:
    before = (quality(hint("title-not-english"), hint("emblem-missing")),)

    assert renewed(before, quality(hint("hints-missing")), state()) is before
    assert renewed(before, quality(hint("title-not-english")), state()) is before


def test_a_verdict_from_before_the_hints_stays_as_it_is() -> None:
    before = (RULES.result(Examination(check="format", engine="t")),)

    assert renewed(before, quality(hint("title-not-english")), state()) is before
