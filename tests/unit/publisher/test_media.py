"""What a browser is told about a file: never more than its extension says, and a name that cannot break out."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.publisher.media import attachment, media_type
from shared.vocabularies.formats import EXTENSIONS


def test_every_accepted_format_has_a_type_of_its_own() -> None:
    assert not [one for one in EXTENSIONS if media_type(f"x.{one}") == "application/octet-stream"]


@pytest.mark.parametrize("name", ["x", "x.html", "x.svg", "x.pdf.exe", ""])
def test_anything_else_is_just_bytes(name: str) -> None:
    assert media_type(name) == "application/octet-stream"


def test_a_name_keeps_its_letters_for_those_who_can_read_them() -> None:
    assert attachment("Pārskats 2024.pdf") == (
        "attachment; filename=\"P_rskats 2024.pdf\"; filename*=UTF-8''P%C4%81rskats%202024.pdf"
    )


@given(st.text(st.characters(codec="utf-8"), max_size=80))
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = attachment(name)
    assert re.fullmatch(r"attachment; filename=\"[A-Za-z0-9._() -]*\"; filename\*=UTF-8''[A-Za-z0-9._~%-]*", header)
