"""What the project published itself does not count, and nothing beside it is let through."""

from typing import Any

import pytest

from services.validator.checks.personal_data import Findings
from services.validator.detectors.own_words import VALUES_MAX, published_by
from services.validator.domain import Observation
from services.validator.quality import publicity
from services.validator.text import Block

ANNA = {"name": "Anna Bērziņa", "email": "anna-maria@example.lv", "phone": "+371 29 123 456"}
TEAM = ("Anna Bērziņa", "Ilze Kalniņa", "Laura Ozola", "Roberts Liepa", "Rihards Krūmiņš")


def seen(text: str, **published: Any) -> list[Observation]:
    findings = Findings(published=published_by(published))
    findings.take(Block(text))
    return findings.observations(lambda: b"key")


def codes(text: str, **published: Any) -> set[str]:
    return {one.code for one in seen(text, **published)}


def team_list(*, column: str = "{mail}") -> str:
    rows = (f"{name}\t{column}".format(mail=mail_of(name)) for name in TEAM)
    return "Dalībnieku saraksts\n" + "\n".join(rows)


def mail_of(name: str) -> str:
    return f"{name.split(maxsplit=1)[0].casefold()}@example.lv"


def everybody(**more: str) -> list[dict[str, str]]:
    return [{"name": name, "email": mail_of(name), **more} for name in TEAM]


@pytest.mark.parametrize(
    "text",
    [
        "Write to Anna-Maria@Example.LV",
        "Call +371 29123456",
        "Call 00371 29 123 456, please",
        "tālr. 29123456",
        "Editor: Anna Bērziņa",
        "Bērziņa, Anna",
        "Anna Bērziņa, Rīga",
    ],
)
def test_contacts_of_the_project_do_not_count_and_the_check_says_so(text: str) -> None:
    (only,) = seen(text, people=[ANNA])

    assert (only.code, only.params["count"]) == ("published-contacts", "1")
    assert "published-contacts" not in codes(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("annamaria@example.lv", "email-address"),
        ("anna-maria@example.lv.com", "email-address"),
        ("x.anna-maria@example.lv", "email-address"),
        ("+371 29 123 457", "phone-number"),
        ("+372 5123 4567", "phone-number"),
        ("Editor: Anna Bērziņa-Liepa", "person-names"),
        ("Anna Bērziņa, Jānis Kalniņš", "person-names"),
        ("Personas kods 161175-19997, Anna Bērziņa", "national-id"),
        ("Anna Bērziņa, born 12.03.1980", "birth-date"),
    ],
)
def test_whatever_differs_counts(text: str, code: str) -> None:
    assert code in codes(text, people=[ANNA], texts=[])


def test_numbers_of_a_person_count_even_when_the_project_published_them() -> None:
    text = "161175-19997, LV80BANK0000435195001, 4539 1488 0343 6467, born 12.03.1980"
    found = codes(text)

    assert {"national-id", "iban", "payment-card", "birth-date"} <= found
    assert codes(text, texts=[text], people=[{"name": text, "email": text, "phone": text}]) == found


def test_what_stands_in_the_public_words_of_the_project_does_not_count() -> None:
    school = "The school of Anna Bērziņa, Brīvības iela 12, Rīga, LV-1010, skola@example.lv, tel. +371 67 123 456"
    text = "Printed by: Brīvības iela 12, Rīga, LV-1010\nAnna Bērziņa\nskola@example.lv\n+371 67123456"

    assert codes(text, texts=[school]) == {"published-contacts"}
    assert "postal-address" in codes("Avotu iela 12, Rīga, LV-1010", texts=["Lāčplēša iela 12, Rīga, LV-1010"])
    assert "postal-address" in codes("Avotu iela 12, Rīga, LV-1010", texts=["Skolotāju iela 12, Rīga, LV-1010"])


def test_a_number_without_the_code_of_its_country_is_one_of_the_organisations_country() -> None:
    assert codes("+371 29123456", people=[{"phone": "29123456", "country": "LV"}]) == {"published-contacts"}
    assert codes("+371 29123456", people=[{"phone": "29123456"}]) == {"phone-number"}
    assert codes("+372 5123 4567", people=[{"phone": "5123 4567", "country": "EE"}]) == {"published-contacts"}


def test_a_list_of_people_that_are_all_published_is_none() -> None:
    assert "list-of-people" in codes(team_list())
    assert codes(team_list(), people=everybody()) == {"published-contacts"}
    assert codes(team_list(column="Rīga"), people=everybody()) == {"published-contacts"}


@pytest.mark.parametrize(
    "column",
    ["{mail}\t________", "{mail}\t161175-19997", "{mail}\t+371 26123456", "privat.{mail}", "{mail}\t12.03.1980"],
)
def test_a_list_that_tells_more_of_published_people_counts(column: str) -> None:
    assert "list-of-people" in codes(team_list(column=column), people=everybody())


def test_a_list_of_others_counts_whoever_is_published_with_them() -> None:
    assert "list-of-people" in codes(team_list(), people=everybody()[:2])
    assert "list-of-people" in codes(team_list(), people=[{"email": mail_of(name)} for name in TEAM])
    assert "list-of-people" in codes(team_list(column="skola@example.lv"), people=[{"email": "skola@example.lv"}])


def test_the_count_is_of_values_and_names_nobody() -> None:
    text = "anna-maria@example.lv " * 3 + "+371 29123456"
    (only,) = seen(text, people=[ANNA])

    assert only.params["count"] == "2"
    assert only.excerpt is None
    assert only == seen(text, people=[ANNA])[0]


def test_what_is_read_of_the_project_is_bounded() -> None:
    text = " ".join(f"a{number}@example.lv" for number in range(VALUES_MAX + 10))

    assert len(published_by({"texts": [text, text]}).values) <= VALUES_MAX


def test_the_funding_statement_is_no_finding_in_any_language() -> None:
    forms = publicity.statement_texts()
    english = (
        "Views and opinions expressed are however those of the author(s) only and do not necessarily reflect those of "
        "the European Union or the European Education and Culture Executive Agency (EACEA). Neither the European Union "
        "nor EACEA can be held responsible for them."
    )
    latvian = (
        "Paustie viedokļi un uzskati atspoguļo autora(-u) personīgos uzskatus un ne vienmēr sakrīt ar Eiropas "
        "Savienības vai Valsts izglītības attīstības aģentūras (VIAA) viedokli."
    )

    assert len(forms) > 48
    for text in (*forms, english, latvian, "\n".join((*forms, english, latvian))):
        assert codes(text) == set(), text
        assert codes(text.upper()) == set(), text
        assert codes(text.title()) == set(), text
        assert codes(text.replace(" ", "\n")) == set(), text
