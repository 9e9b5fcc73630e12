"""Hints on title, description and languages: what is told, and what is rightly left alone."""

import pytest

from services.validator.checks.quality import text_languages
from services.validator.quality import language, spelling, wording
from services.validator.quality.facts import facts
from services.validator.quality.sample import PART_CHARACTERS, Sample
from services.validator.quality.wording import About

DESCRIPTION = "A handbook that helps teachers to plan lessons with digital tools in rural schools of five countries."
LATVIAN = "Rokasgrāmata palīdz skolotājiem plānot stundas un izmantot digitālos rīkus piecu valstu lauku skolās. "
GERMAN = "Die Handreichung hilft den Lehrkräften, ihren Unterricht mit digitalen Werkzeugen neu zu planen. "
ENGLISH = (
    "The handbook helps teachers to plan their lessons and to use digital tools in the schools of five countries. "
)


def codes(
    title: str = "Handbook for teachers", description: str = DESCRIPTION, *, languages: str = "", agreed: str = ""
) -> set[str]:
    about = About(
        title=title, description=description, languages=tuple(languages.split()), agreed=tuple(agreed.split())
    )
    return {one.code for one in wording.hints(about)}


def params(title: str, description: str) -> dict[str, dict[str, str]]:
    return {one.code: dict(one.params) for one in wording.hints(About(title=title, description=description))}


def test_the_engines_are_there() -> None:
    assert spelling.is_there()
    assert language.is_there()


def test_a_good_title_and_description_get_no_hint() -> None:
    assert codes() == set()


@pytest.mark.parametrize(
    "title",
    [
        "Rokasgrāmata skolotājiem", "ROKASGRĀMATA SKOLOTĀJIEM", "Handbuch für Lehrkräfte", "Manual para docentes",
        "Guide pratique pour les enseignants", "Podręcznik", "Opleiding in de zorg", "Metodiskais materiāls (LV)",
        "Πρακτικός οδηγός για εκπαιδευτικούς", "Opetajate käsiraamat",
    ],
)  # fmt: skip
def test_a_title_in_another_language_is_told(title: str) -> None:
    assert "title-not-english" in codes(title)


@pytest.mark.parametrize(
    "title",
    [
        "EduVerse: a toolkit for VET teachers", "Sustainable schools in Jelgava and Kuldīga", "Skola 2030",
        "Learning programme / Mācību programma", "Training course for Žemaitija youth workers",
        "Curriculum vitae of a modern school", "Erasmus+ Café: recipes", "Colour and color: organising, organizing",
        "A walk through Rio de Janeiro for schools",
    ],
)  # fmt: skip
def test_names_brands_and_both_spellings_do_not_make_a_title_foreign(title: str) -> None:
    assert "title-not-english" not in codes(title)


@pytest.mark.parametrize("text", [LATVIAN, GERMAN])
def test_a_description_in_another_language_is_told(text: str) -> None:
    assert "description-not-english" in codes(description=text)


def test_partners_with_foreign_names_do_not_make_a_description_foreign() -> None:
    text = "The course was developed with Zavod Voluntariat, Stowarzyszenie Centrum Mlodziezy and Associazione Strauss."

    assert codes(description=text) == set()


def test_misspelt_words_are_named_once() -> None:
    found = params(
        "Handbook for teachers", "Excercises and more excercises for pupils who recieve little help at home."
    )

    assert found["spelling"] == {"words": "excercises, recieve"}


@pytest.mark.parametrize(
    "text",
    [
        "Upskilling of educators through gamification, makerspaces and microcredentials in eTwinning schools.",
        "Jānis Bērziņš and Ieva Kalniņa from Kuldīga show how the VET school works with ECVET and EQAVET tools.",
        "The teacher's guide doesn't replace training; it’s a support for organisations and for organizations.",
    ],
)
def test_terms_of_the_trade_names_and_abbreviations_are_no_misspellings(text: str) -> None:
    assert "spelling" not in codes(description=text)


def test_a_text_in_another_language_is_not_spelt_as_english() -> None:
    assert "spelling" not in codes("Rokasgrāmata skolotājiem", LATVIAN)


@pytest.mark.parametrize(
    "title", ["handbook_final_v2.pdf", "Handbook.docx", "IO3", "Result 1", "WP2 - R3 (final)", "THE HANDBOOK FOR ALL"]
)
def test_a_title_that_tells_nothing_is_told(title: str) -> None:
    assert "title-unclear" in codes(title)


@pytest.mark.parametrize(
    "title", ["Needs analysis", "Result 1: handbook", "IO3 Toolkit", "NATO and the EU: a lesson plan"]
)
def test_a_short_title_that_says_what_it_is_stands(title: str) -> None:
    assert "title-unclear" not in codes(title)


@pytest.mark.parametrize("text", ["Handbook for teachers", "See the file.", "word " * 90])
def test_a_description_that_tells_little_is_told(text: str) -> None:
    assert "description-unclear" in codes(description=text)


def test_a_title_without_language_is_told_when_the_project_has_several() -> None:
    assert "language-tag-missing" in codes(languages="en", agreed="en lv")
    assert "language-tag-missing" not in codes("Handbook for teachers (English)", languages="en", agreed="en lv")
    assert "language-tag-missing" not in codes(languages="en", agreed="en")


def test_agreed_languages_that_are_not_declared_are_named() -> None:
    found = {
        one.code: dict(one.params)
        for one in wording.hints(
            About(title="Guide (EN)", description=DESCRIPTION, languages=("en",), agreed=("en", "lv"))
        )
    }

    assert found["agreed-languages-missing"] == {"languages": "Latvian", "languages_lv": "latviešu"}
    assert "agreed-languages-missing" not in codes(languages="lv en", agreed="en lv")


@pytest.mark.parametrize(
    ("text", "declared", "told"),
    [
        (ENGLISH * 8, "en", ""),
        (ENGLISH * 8, "lv", "Latvian"),
        (LATVIAN * 8, "en", "English"),
        (LATVIAN * 8, "lv", ""),
        (ENGLISH * 40 + LATVIAN * 40, "en lv", ""),
        (ENGLISH * 8, "en lv", "Latvian"),
        (ENGLISH * 600, "en lv", ""),
        (ENGLISH * 2, "lv", ""),
        ("12 345 678 " * 300, "lv", ""),
        (GERMAN * 8, "", ""),
    ],
)
def test_a_text_that_is_not_in_the_declared_languages_is_told(text: str, declared: str, told: str) -> None:
    sample = Sample()
    for at in range(0, len(text), 5_000):
        sample.take(text[at : at + 5_000])

    hints = text_languages(facts(sample), tuple(declared.split()))

    assert "".join(one.params["languages"] for one in hints) == told


def test_of_a_long_text_both_ends_are_kept() -> None:
    sample = Sample()
    for number in range(100):
        sample.take(f"{number:04} " * 1_000)

    assert (len(sample.text), sample.is_whole) == (2 * PART_CHARACTERS, False)
    assert sample.text.startswith("0000 ")
    assert sample.text.endswith("0099 ")


def test_of_a_short_text_everything_is_kept_once() -> None:
    sample = Sample()
    for piece in ("a" * 30_000, "b", "", "c" * 1_000):
        sample.take(piece)

    assert (sample.text, sample.is_whole) == ("a" * 30_000 + "b" + "c" * 1_000, True)
