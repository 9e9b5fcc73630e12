"""Which part of a file is answered, and when none of it (RFC 9110)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ProblemError
from shared.http.ranges import Part, is_same, part, range_applies


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-0", Part(0, 1, 10)),
        ("bytes=2-5", Part(2, 4, 10)),
        ("bytes=7-", Part(7, 3, 10)),
        ("bytes=7-999", Part(7, 3, 10)),
        ("bytes=-4", Part(6, 4, 10)),
        ("bytes=-999", Part(0, 10, 10)),
        ("BYTES = 1-2", Part(1, 2, 10)),
    ],
)
def test_a_range_is_answered_with_that_part(header: str, wanted: Part) -> None:
    assert part(header, 10) == wanted


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes=",
        "bytes=-",
        "bytes=5-2",
        "bytes=0-1,4-5",
        "lines=1-2",
        "bytes=x-y",
        "bytes=" + "9" * 5_000 + "-",
        "bytes=١-٢",
    ],
)
def test_what_is_no_single_range_is_answered_with_the_whole(header: str | None) -> None:
    assert part(header, 10) is None


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_behind_the_end_is_refused_and_told_the_size(header: str) -> None:
    with pytest.raises(ProblemError) as refused:
        part(header, 10)

    assert (refused.value.status, refused.value.headers) == (416, {"Content-Range": "bytes */10"})


@given(st.integers(1, 10**9), st.from_regex(r"bytes=\d{0,12}-\d{0,12}", fullmatch=True))
def test_a_part_always_lies_inside(size: int, header: str) -> None:
    found = None
    with contextlib.suppress(ProblemError):
        found = part(header, size)

    if found:
        assert found.length > 0
        assert 0 <= found.start < found.start + found.length <= size


def test_conditions_compare_the_digest() -> None:
    assert is_same('"a", W/"b"', '"b"')
    assert is_same("*", '"b"')
    assert not is_same('"a"', '"b"')
    assert not is_same(None, '"b"')
    assert range_applies(None, '"b"')
    assert range_applies('"b"', '"b"')
    assert not range_applies('W/"b"', '"b"')
    assert not range_applies("Wed, 21 Oct 2015 07:28:00 GMT", '"b"')
