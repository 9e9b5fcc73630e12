"""What a browser is told about a file: never more than its extension says."""

import pytest

from services.publisher.media import media_type
from shared.vocabularies.formats import EXTENSIONS


def test_every_accepted_format_has_a_type_of_its_own() -> None:
    assert not [one for one in EXTENSIONS if media_type(f"x.{one}") == "application/octet-stream"]


@pytest.mark.parametrize("name", ["x", "x.html", "x.svg", "x.pdf.exe", ""])
def test_anything_else_is_just_bytes(name: str) -> None:
    assert media_type(name) == "application/octet-stream"
