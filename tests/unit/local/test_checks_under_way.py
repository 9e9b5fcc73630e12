"""What `results watch` says of checks that take long."""

from datetime import UTC, datetime, timedelta

from local.checks_under_way import FORGOTTEN, UnderWay
from shared.contracts.progress import CheckProgress, progress_key

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def told(check: str = "malware", *, percent: int | None = None, at: datetime = NOON) -> bytes:
    state = CheckProgress(revision=2, check=check, number=3, of=5, percent=percent, at=at)
    return state.model_dump_json().encode()


def subject(result_id: str) -> str:
    return f"$KV.progress.{progress_key(result_id)}"


def test_each_result_is_told_with_its_check_and_how_much_was_read() -> None:
    under_way = UnderWay()
    under_way.take(subject("P-1~abc"), told("size", percent=40))
    under_way.take(subject("P-2~def"), told())

    assert under_way.line(NOON) == "P-1~abc: size, check 3 of 5, 40 % read; P-2~def: malware, check 3 of 5"


def test_what_is_over_or_was_not_told_again_is_gone() -> None:
    under_way = UnderWay()
    for result_id in ("P-1~abc", "P-2~def"):
        under_way.take(subject(result_id), told())
    under_way.take(subject("P-1~abc"), b"")

    assert "P-1~abc" not in under_way.line(NOON)
    assert under_way.line(NOON + FORGOTTEN + timedelta(seconds=1)) == ""


def test_only_a_change_is_news_and_only_of_the_project_that_is_watched() -> None:
    under_way = UnderWay("P-1")

    assert under_way.take(subject("P-1~abc"), told())
    assert under_way.take(subject("P-1~abc"), told(at=NOON + timedelta(seconds=10))) is None
    assert under_way.take(subject("P-1~abc"), told("personal-data"))
    assert under_way.take(subject("P-11~abc"), told()) is None
    assert under_way.take(subject("P-1~abc"), b"no progress") is None
    assert under_way.line(NOON) == ""
