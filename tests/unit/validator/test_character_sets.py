"""Latvian names and numbers are found in text and tables whatever character set the program wrote that made them."""

from pathlib import Path

import pytest

from services.validator.checks import format as format_check
from services.validator.checks import personal_data
from services.validator.domain import Specimen

CODES = ["161175-19997", "120385-12342", "010190-11119"]
PEOPLE = ["Jānis Bērziņš", "Līga Ozoliņa", "Ģirts Šķēle", "Ķērsta Žagare", "Mārtiņš Krūmiņš"]
TEXT = f"Saņēmējs: {PEOPLE[0]}, personas kods {CODES[0]}.\nRēķinu „Lasīšana” apmaksāja {PEOPLE[1]}.\n"
TABLE = "Vārds, uzvārds;Skola;Paraksts\n" + "".join(f"{name};Talsu vidusskola;\n" for name in PEOPLE)
LATVIAN = [
    ("utf-8", "utf-8"),
    ("utf-8-sig", "utf-8"),
    ("utf-16", "utf-16"),
    ("utf-16-le", "utf-16-le"),
    ("utf-16-be", "utf-16-be"),
    ("utf-32", "utf-32"),
    ("cp1257", "windows-1257"),
    ("iso8859-13", "windows-1257"),
    ("iso8859-4", "iso-8859-4"),
]


def written(folder: Path, name: str, text: str, encoding: str) -> Specimen:
    path = folder / name
    quotes = str.maketrans("„”", '""') if encoding.startswith("iso8859") else {}
    path.write_bytes(text.translate(quotes).encode(encoding))
    return Specimen(path=str(path), name=name, size=path.stat().st_size)


def seen(specimen: Specimen) -> dict[str, str]:
    """Codes of personal data, with the place of the last of each."""
    return {one.code: str(one.place) for one in personal_data.examine(specimen).observations}


@pytest.mark.parametrize(("encoding", "named"), LATVIAN)
def test_a_latvian_text_gives_its_names_and_numbers(encoding: str, named: str, tmp_path: Path) -> None:
    specimen = written(tmp_path, "a.txt", TEXT, encoding)
    names = personal_data.examine(specimen).observations[-1]

    assert format_check.examine(specimen).detected_type == f"text/plain; charset={named}"
    assert seen(specimen)["national-id"] == "line=1"
    assert (names.code, names.params["count"]) == ("person-names", "2")


@pytest.mark.parametrize(("encoding", "named"), LATVIAN)
def test_a_latvian_list_of_people_is_one(encoding: str, named: str, tmp_path: Path) -> None:
    specimen = written(tmp_path, "a.csv", TABLE, encoding)

    assert format_check.examine(specimen).detected_type == f"text/csv; charset={named}"
    assert "list-of-people" in seen(specimen)


@pytest.mark.parametrize("name", ["a.txt", "a.csv"])
@pytest.mark.parametrize("encoding", ["iso8859-1", "cp1252"])
def test_a_western_text_gives_its_names_and_numbers(encoding: str, name: str, tmp_path: Path) -> None:
    text = f"Élève;numéro\nJosé Müller;{CODES[0]}\nBeyoncé à Genève, Noël Garçon;2\n"
    specimen = written(tmp_path, name, text, encoding)

    assert (format_check.examine(specimen).detected_type or "").endswith("charset=iso-8859-1")
    assert seen(specimen)["national-id"] == "line=2"


@pytest.mark.parametrize("encoding", [encoding for encoding, _ in LATVIAN])
def test_numbers_under_a_latvian_heading_need_no_separator(encoding: str, tmp_path: Path) -> None:
    rows = "".join(f"{number};{code.replace('-', '')}\n" for number, code in enumerate(CODES))
    specimen = written(tmp_path, "a.csv", "Nr.;Skolēna personas kods\n" + rows + "99;Ķekavas novads\n", encoding)

    assert "national-id" in seen(specimen)


def test_signs_of_windows_do_not_make_a_latvian_text_western(tmp_path: Path) -> None:
    specimen = written(tmp_path, "a.txt", "„Anna Kalniņa” – 161175-19997, 10 € …\n", "cp1257")

    assert format_check.examine(specimen).detected_type == "text/plain; charset=windows-1257"
