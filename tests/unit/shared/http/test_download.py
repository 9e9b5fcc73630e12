"""How a file's name, digest and part travel in the headers of an answer."""

import re

from hypothesis import given
from hypothesis import strategies as st

from shared.http.download import attachment, download_headers
from shared.http.ranges import Part


def test_a_name_cannot_leave_its_header() -> None:
    header = attachment('Ziņo"jums\r\nX: 1.pdf')

    assert "\r" not in header
    assert header == "attachment; filename=\"Zi_o_jums__X_ 1.pdf\"; filename*=UTF-8''Zi%C5%86o%22jums%0D%0AX%3A%201.pdf"


def test_a_name_keeps_its_letters_for_those_who_can_read_them() -> None:
    assert attachment("Pārskats 2024.pdf") == (
        "attachment; filename=\"P_rskats 2024.pdf\"; filename*=UTF-8''P%C4%81rskats%202024.pdf"
    )


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = attachment(name)
    assert re.fullmatch(r"attachment; filename=\"[A-Za-z0-9._() -]*\"; filename\*=UTF-8''[A-Za-z0-9._~%-]*", header)


def test_a_part_says_which_and_the_whole_does_not() -> None:
    whole = download_headers("a.txt", "0" * 64, 10, None)
    part = download_headers("a.txt", "0" * 64, 10, Part(2, 3, 10))

    assert (whole["Content-Length"], part["Content-Length"]) == ("10", "3")
    assert part["Content-Range"] == "bytes 2-4/10"
    assert "Content-Range" not in whole
