"""Code lists agree with the contract's types, and every label exists in both languages."""

import re
from typing import get_args

import pytest

from shared.contracts.result import CATEGORIES, Kind, Status
from shared.contracts.verdict import CheckOutcome, Severity
from shared.http.roles import ContactAccess, Role
from shared.vocabularies import everything, label, terms
from shared.vocabularies.formats import EXTENSIONS, LOGO_EXTENSIONS, extension, is_allowed, nearest


@pytest.mark.parametrize(
    ("vocabulary", "codes"),
    [
        ("category", CATEGORIES),
        ("kind", get_args(Kind)),
        ("status", tuple(Status)),
        ("role", tuple(Role)),
        ("contact_access", get_args(ContactAccess)),
        ("check_outcome", tuple(CheckOutcome)),
        ("severity", tuple(Severity)),
        ("check", ("format", "size", "malware", "personal-data", "quality")),
    ],
)
def test_lists_hold_exactly_the_codes_of_the_contract(vocabulary: str, codes: tuple[str, ...]) -> None:
    assert set(terms(vocabulary)) == set(codes)


def test_every_label_exists_in_both_languages() -> None:
    for name, listed in everything().vocabularies.items():
        assert re.fullmatch(r"[a-z_]+", name)
        for term in listed:
            assert term.label.en.strip()
            assert term.label.lv.strip()
            assert term.rule is None or re.fullmatch(r"R([1-9]|[1-4]\d|5[0-4])", term.rule)


def test_reasons_for_changes_rest_on_the_requirements_that_officers_review() -> None:
    for term in terms("change_reason").values():
        assert term.rule is not None
        assert 6 <= int(term.rule[1:]) <= 52


def test_an_unknown_code_is_shown_as_it_is() -> None:
    assert label("category", "handbook", "lv").startswith("Rokasgrāmata")
    assert label("category", "older-code") == "older-code"


def test_the_21_formats_are_allowed_in_any_case() -> None:
    assert len(EXTENSIONS) == 21
    assert all(is_allowed(f"file.{one}") and is_allowed(f"FILE.{one.upper()}") for one in EXTENSIONS)
    assert set(LOGO_EXTENSIONS) <= set(EXTENSIONS)


@pytest.mark.parametrize("name", ["", ".", "pdf", ".pdf", "a.", "a.pptx", "a.tiff", "a.zip", "a.pdf.exe", "a.svg"])
def test_everything_else_is_not(name: str) -> None:
    assert not is_allowed(name)


@pytest.mark.parametrize(
    ("name", "english", "latvian"),
    [
        ("slides.PPTX", "ppt or pdf", "ppt vai pdf"),
        ("scan.tiff", "tif", "tif"),
        ("text.odt", "docx or pdf", "docx vai pdf"),
        ("film.mkv", "mp4 or mov", "mp4 vai mov"),
        ("bundle.zip", None, None),
        ("noextension", None, None),
    ],
)
def test_the_nearest_format_is_named(name: str, english: str | None, latvian: str | None) -> None:
    assert nearest(name) == english
    assert nearest(name, "lv") == latvian


def test_what_is_near_is_allowed() -> None:
    for name in ("a.pptx", "a.odt", "a.ods", "a.tiff", "a.webp", "a.svg", "a.epub", "a.avi", "a.wav", "a.json"):
        assert all(one in EXTENSIONS for one in (nearest(name) or "").split(" or "))
    assert extension("archive.tar.gz") == "gz"


def test_the_answer_of_the_call_is_json() -> None:
    body = everything().model_dump(mode="json")

    assert body["version"] == "2024-04-28"
    assert body["vocabularies"]["category"][1] == {
        "code": "handbook",
        "label": {"en": "Handbook, guide, tutorial, compendium", "lv": "Rokasgrāmata, ceļvedis, pamācība, apkopojums"},
        "rule": None,
    }
