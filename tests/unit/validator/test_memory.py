"""What is remembered of the same bytes, for how long, and what never is."""

from dataclasses import dataclass, field, replace

from services.validator.checks import FORMAT, PERSONAL_DATA, SandboxedCheck
from services.validator.domain import Examination, Specimen, examination, observation
from services.validator.memory import OBSERVATIONS_MAX, RememberingParsers
from services.validator.recent import Recent

SPECIMEN = Specimen(path="/spool/1", name="guide.docx", size=10, sha256="ab" * 32)


@dataclass
class Counting:
    """Parsers that answer and count."""

    answer: Examination
    asked: list[tuple[str, Specimen]] = field(default_factory=list)

    async def examine(self, check: SandboxedCheck, specimen: Specimen) -> Examination:
        self.asked.append((check.name, specimen))
        return self.answer


def saw(*codes: str, error: bool = False, count: int = 1) -> Examination:
    seen = [observation("format", code, match=f"{code}{index}") for code in codes for index in range(count)]
    return examination("format", "engine 1", seen, error=error)


async def test_the_same_bytes_under_the_same_name_are_examined_once() -> None:
    parsers = Counting(saw("macros"))
    remembering = RememberingParsers(parsers)

    first = await remembering.examine(FORMAT, SPECIMEN)
    again = await remembering.examine(FORMAT, replace(SPECIMEN, path="/spool/2"))

    assert len(parsers.asked) == 1
    assert again.observations == first.observations
    assert first.engine == "engine 1"
    assert again.engine.startswith("engine 1, same bytes as at 20")


async def test_another_name_digest_or_check_is_another_matter() -> None:
    parsers = Counting(saw())
    remembering = RememberingParsers(parsers)

    for other in (SPECIMEN, replace(SPECIMEN, name="guide.pdf"), replace(SPECIMEN, sha256="cd" * 32)):
        await remembering.examine(FORMAT, other)
    await remembering.examine(PERSONAL_DATA, SPECIMEN)

    assert len(parsers.asked) == 4


async def test_errors_accidents_and_long_lists_are_not_remembered() -> None:
    for answer in (
        saw(error=True),
        saw("partly-examined"),
        saw("check-stopped"),
        saw("macros", count=OBSERVATIONS_MAX + 1),
    ):
        parsers = Counting(answer)
        remembering = RememberingParsers(parsers)

        await remembering.examine(FORMAT, SPECIMEN)
        await remembering.examine(FORMAT, SPECIMEN)

        assert len(parsers.asked) == 2


async def test_bytes_without_a_digest_are_examined_each_time() -> None:
    parsers = Counting(saw())
    remembering = RememberingParsers(parsers)

    for _ in range(2):
        await remembering.examine(FORMAT, replace(SPECIMEN, sha256=""))

    assert len(parsers.asked) == 2


def test_the_memory_is_bounded_and_forgets_what_was_asked_for_longest_ago() -> None:
    recent = Recent[int](entries_max=3)
    for number in range(3):
        recent.keep(number, number)
    assert recent.find(0)
    recent.keep(3, 3)

    assert [recent.find(number) is not None for number in range(4)] == [True, False, True, True]


def test_the_memory_is_short() -> None:
    recent = Recent[int](age_seconds_max=0.0)
    recent.keep("one", 1)

    assert recent.find("one") is None
