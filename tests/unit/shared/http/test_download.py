"""Which bytes a range names, and how a file's name travels in a header."""

import pytest

from shared.errors import ProblemError
from shared.http.download import attachment, wanted_part

ETAG = '"abc"'


@pytest.mark.parametrize(
    ("header", "start", "length"),
    [
        (None, 0, 100),
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 10),
        ("bytes=90-", 90, 10),
        ("bytes=90-500", 90, 10),
        ("bytes=-7", 93, 7),
        ("bytes=-500", 0, 100),
        ("bytes=5-4", 0, 100),
        ("bytes=0-1,5-6", 0, 100),
        ("lines=1-2", 0, 100),
        ("bytes=-", 0, 100),
        ("bytes=" + "9" * 5_000 + "-", 0, 100),
        ("bytes=١-٢", 0, 100),
    ],
)
def test_a_range_names_bytes_and_nonsense_names_all(header: str | None, start: int, length: int) -> None:
    part = wanted_part(header, None, size=100, etag=ETAG)

    assert (part.start, part.length) == (start, length)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_with_the_size(header: str) -> None:
    with pytest.raises(ProblemError) as refused:
        wanted_part(header, None, size=100, etag=ETAG)

    assert (refused.value.status, refused.value.headers) == (416, {"Content-Range": "bytes */100"})


def test_a_range_counts_only_for_the_version_that_the_caller_holds() -> None:
    assert wanted_part("bytes=0-0", ETAG, size=100, etag=ETAG).length == 1
    assert wanted_part("bytes=0-0", '"other"', size=100, etag=ETAG).is_whole


def test_a_name_cannot_leave_its_header() -> None:
    header = attachment('Ziņo"jums\r\nX: 1.pdf')

    assert "\r" not in header
    assert header == "attachment; filename=\"Zi_o_jums__X_ 1.pdf\"; filename*=UTF-8''Zi%C5%86o%22jums%0D%0AX%3A%201.pdf"
