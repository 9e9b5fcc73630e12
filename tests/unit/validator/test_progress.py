"""What is under way when some of the checks are over."""

from datetime import UTC, datetime
from pathlib import Path

from services.validator.content import Content
from services.validator.one_pass import Spool
from services.validator.progress import Progress

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


def progress(size: int = 200) -> Progress:
    content = Content(
        project_id="P-1", thing="result", thing_id="P-1~abc", revision=2, name="a.txt", size=size, sha256="ab",
        object_key="key",
    )  # fmt: skip
    return Progress(content=content, spool=Spool(Path("/nowhere")))


def told(one: Progress) -> tuple[str, int, int, int | None]:
    state = one.state(NOW)
    assert (state.revision, state.at) == (2, NOW)
    return state.check, state.number, state.of, state.percent


def test_while_bytes_arrive_it_is_the_first_check_and_how_much_has_come() -> None:
    one = progress()

    assert told(one) == ("size", 1, 5, 0)
    one.spool.grew(50)
    assert told(one) == ("size", 1, 5, 25)
    one.spool.grew(500)
    assert told(one) == ("size", 1, 5, 100), "more bytes than announced"


def test_afterwards_it_is_the_first_check_that_is_not_over() -> None:
    one = progress()
    one.spool.grew(200)
    one.spool.end("ab")
    seen = [told(one)]
    for check in ("size", "format", "personal-data", "malware", "quality"):
        one.over(check)
        seen.append(told(one))

    assert seen == [
        ("size", 1, 5, None),
        ("format", 2, 5, None),
        ("malware", 3, 5, None),
        ("malware", 4, 5, None),
        ("quality", 5, 5, None),
        ("quality", 5, 5, None),
    ]


def test_an_empty_file_has_no_percent() -> None:
    assert told(progress(size=0)) == ("size", 1, 5, None)
