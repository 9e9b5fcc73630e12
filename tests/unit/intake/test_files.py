"""Names and extensions, judged without opening the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.files import clean_name, declared_type, require_format, require_picture
from shared.errors import ProblemError
from shared.http.catalogue import texts
from shared.vocabularies.formats import EXTENSIONS


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_the_21_formats_are_allowed_in_any_case(extension: str) -> None:
    require_format(f"guide.{extension}")
    require_format(f"GUIDE.{extension.upper()}")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("a.pptx", "ppt or pdf"), ("a.tiff", "tif"), ("a.odt", "docx or pdf"), ("a.avi", "mp4 or mov")],
)
def test_another_format_is_refused_with_the_nearest_allowed(name: str, nearest: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        require_format(name)

    assert (refusal.value.status, refusal.value.code, refusal.value.rule) == (415, "format-not-allowed", "R31")
    assert nearest in texts(refusal.value.code, "en", **refusal.value.params)[1]


@pytest.mark.parametrize("name", ["noextension", ".pdf", "a.exe", "a.pdf.exe", "a."])
def test_a_name_without_an_allowed_extension_is_refused(name: str) -> None:
    with pytest.raises(ProblemError):
        require_format(name)


@pytest.mark.parametrize("name", ["logo.pdf", "logo.svg", "logo.tif", "logo"])
def test_a_logo_is_a_picture(name: str) -> None:
    require_picture("logo.PNG")
    with pytest.raises(ProblemError) as refusal:
        require_picture(name)

    assert (refusal.value.status, refusal.value.code) == (415, "logo-format-not-allowed")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        ".",
        "..",
        "../guide.pdf",
        "a/b.pdf",
        "a\\b.pdf",
        "a\nb.pdf",
        "a\x00b.pdf",
        "a\x7fb.pdf",
        "a\u202efdp.exe.pdf",
        "a\u200bb.pdf",
        "x" * 252 + ".pdf",
    ],
)
def test_a_name_that_is_more_than_a_name_is_refused(name: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        clean_name(name)

    assert (refusal.value.status, refusal.value.code) == (422, "filename-not-allowed")


def test_a_name_is_kept_in_one_spelling() -> None:
    assert clean_name(" Pa\u0304rskats – gala versija.pdf ") == "Pārskats – gala versija.pdf"
    assert len(clean_name("x" * 251 + ".pdf")) == 255


@given(st.text())
def test_a_cleaned_name_stays_as_it_is(name: str) -> None:
    try:
        cleaned = clean_name(name)
    except ProblemError:
        return
    assert clean_name(cleaned) == cleaned


def test_a_declared_type_is_kept_only_when_it_can_be() -> None:
    assert declared_type("application/pdf") == "application/pdf"
    assert declared_type(None) is None
    assert declared_type("x" * 300) is None
    assert declared_type("a\nb") is None
