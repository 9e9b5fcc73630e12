"""Conditions on versions compare what the contract says; cursors come back unchanged or not at all."""

import time

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ProblemError
from shared.http.etag import Version, check_if_match, is_not_modified
from shared.http.pagination import Page, decode_cursor, encode_cursor, page

MINE = Version(own=12, other=15)


def status_of(header: str | None, own: int | None) -> int | None:
    try:
        check_if_match(header, own)
    except ProblemError as error:
        return {code: status for status, code in {428: "if-match-required", 412: "changed-meanwhile"}.items()}[
            error.code
        ]
    return None


@pytest.mark.parametrize(
    ("header", "own", "status"),
    [
        (MINE.etag, 12, None),
        ('"12-99"', 12, None),
        ('"11-15"', 12, 412),
        ('"1", "12-3"', 12, None),
        ('W/"12-15"', 12, None),
        ("*", 12, None),
        ("*", None, None),
        (None, None, None),
        (None, 12, 428),
        (MINE.etag, None, 412),
        ("12-15", 12, 412),
        ("", 12, 412),
    ],
)
def test_a_change_names_the_version_that_it_changes(header: str | None, own: int | None, status: int | None) -> None:
    assert status_of(header, own) == status


def test_the_whole_tag_decides_whether_a_copy_is_current() -> None:
    assert is_not_modified('"12-15"', MINE)
    assert is_not_modified('"1-1", W/"12-15"', MINE)
    assert is_not_modified("*", MINE)
    assert not is_not_modified('"12-14"', MINE)
    assert not is_not_modified(None, MINE)


@given(st.lists(st.text() | st.integers(-(2**63) + 1, 2**63 - 1) | st.none(), max_size=4))
def test_a_cursor_comes_back_as_it_was(values: list[str | int | None]) -> None:
    assert decode_cursor(encode_cursor(*values), len(values)) == tuple(values)


@given(st.text(max_size=60))
def test_no_other_text_is_a_cursor(text: str) -> None:
    with pytest.raises(ProblemError, match="invalid-cursor"):
        decode_cursor(text, 3)


@pytest.mark.parametrize("value", [2**63, -(2**70), "\ud800", True], ids=["2^63", "-2^70", "surrogate", "bool"])
def test_what_no_database_takes_is_no_cursor(value: int | str) -> None:
    with pytest.raises(ProblemError, match="invalid-cursor"):
        decode_cursor(encode_cursor("a", value), 2)


@pytest.mark.parametrize("header", ["x" + " " * 50_000 + "x", '"' * 50_000, 'W/"' * 20_000])
def test_a_condition_takes_no_longer_than_it_is(header: str) -> None:
    began = time.monotonic()
    assert not is_not_modified(header, MINE)
    assert status_of(header, 12) == 412
    assert time.monotonic() - began < 1.0


def test_the_first_page_has_no_cursor() -> None:
    assert decode_cursor(None, 2) is None


async def test_a_page_links_to_the_next() -> None:
    app = FastAPI()

    @app.get("/v1/reviews")
    async def listed(request: Request, response: Response, last: bool = False) -> Page[int]:
        return page(request, response, [1, 2], None if last else encode_cursor("b", 2))

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        first = await client.get("/v1/reviews", params={"status": "open", "cursor": "old"})
        last = await client.get("/v1/reviews", params={"last": True})

    cursor = encode_cursor("b", 2)
    assert first.json() == {"items": [1, 2], "next": cursor}
    assert first.headers["link"] == f'</v1/reviews?status=open&cursor={cursor}>; rel="next"'
    assert last.json()["next"] is None
    assert "link" not in last.headers
