"""What names a person is found where it stands; what only looks like it is not."""

import random
import struct
from pathlib import Path

import pytest
from fpdf import FPDF
from stdnum.ee import ik
from stdnum.lv import pvn

from local.demo import files
from local.demo.files import personal_code
from services.validator.checks import personal_data
from services.validator.domain import Examination, Specimen
from services.validator.text import ocr
from tests.unit.validator import samples

NEW_CODE = "328673-00679"


def examine(path: Path) -> Examination:
    return personal_data.examine(Specimen(path=str(path), name=path.name, size=path.stat().st_size))


def in_text(folder: Path, text: str, name: str = "a.txt") -> list[tuple[str, str | None]]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return [(one.code, one.params.get("country") or one.params.get("network")) for one in examine(path).observations]


def codes(folder: Path, text: str, name: str = "a.txt") -> set[str]:
    return {code for code, _ in in_text(folder, text, name)}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Personas kods: 161175-19997.", "LV"),
        ("(161175-19997)", "LV"),
        ("p.k.161175-19997", "LV"),
        ("161175 - 19997", "LV"),
        ("161175–19997", "LV"),
        ("personas kods 16117519997", "LV"),
        (f"p. k. {NEW_CODE}", "LV"),
        ("isikukood 37605030299", "EE/LT"),
        ("asmens kodas 33309240064", "EE/LT"),
        ("henkilötunnus 131052-308T", "FI"),
        ("880320-0016", "SE"),
        ("rodné číslo 710319/2745", "CZ/SK"),
        ("codice fiscale RCCMNL83S18D969H", "IT"),
        ("85.07.30-033.28", "BE"),
        ("PESEL 44051401359", "PL"),
        ("CNP 1630615123457", "RO"),
        ("EMŠO 0101006500006", "SI"),
        ("OIB 33392005961", "HR"),
        ("EGN 7523169263", "BG"),
        ("BSN 111222333", "NL"),
        ("DNI 54362315K", "ES"),
        ("NIE X2482300W", "ES"),
        ("numéro NIR 295109912611193", "FR"),
        ("fødselsnummer 15108695088", "NO"),
        ("kennitala 450401-3150", "IS"),
        ("CPR 211062-5629", "DK"),
        ("personas kods: 161175 19997", "LV"),
        ("AHV 756.9217.0769.85", "CH"),
        ("AMKA 01013099997", "GR"),
        ("SVNR 1237010180", "AT"),
        ("Steuer-ID 36574261809", "DE"),
        ("PPS 6433435F", "IE"),
    ],
)
def test_identification_numbers_are_found(text: str, country: str, tmp_path: Path) -> None:
    assert ("national-id", country) in in_text(tmp_path, f"Some words before. {text} and after.")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("LV80 BANK 0000 4351 9500 1", ("iban", "LV")),
        ("konts LV80BANK0000435195001 SWIFT HABALV22", ("iban", "LV")),
        ("LV80\u202fBANK\u202f0000\u202f4351\u202f9500\u202f1", ("iban", "LV")),
        ("teléfono 612 345 678", ("phone-number", None)),
        ("IBAN: DE89 3704 0044 0532 0130 00.", ("iban", "DE")),
        ("GB82WEST12345698765432", ("iban", "GB")),
        ("4111 1111 1111 1111", ("payment-card", "Visa")),
        ("4111-1111-1111-1111", ("payment-card", "Visa")),
        ("karte 5555555555554444", ("payment-card", "Mastercard")),
        ("3782 822463 10005", ("payment-card", "American Express")),
        ("janis.berzins@example.com", ("email-address", None)),
        ("+371 29 123 456", ("phone-number", None)),
        ("tālr. 29123456", ("phone-number", None)),
    ],
)
def test_accounts_cards_and_contacts_are_found(text: str, found: tuple[str, str | None], tmp_path: Path) -> None:
    assert in_text(tmp_path, f"Before {text} after") == [found]


@pytest.mark.parametrize(
    "text",
    [
        "Project 2023-1-LV01-KA220-SCH-000123456 ran from 01.09.2023 to 31.08.2025.",
        "ISBN 978-9934-0-1234-5 and ISBN 9789934012341, ISSN 1691-1234",
        "EAN 4751234567897, PIC 999877456, OID E10023456",
        "Reg. Nr. 40003245752, PVN LV40003245752",
        "DOI 10.1000/182.16117519997",
        "https://example.org/item/16117519997?ref=161175-19998",
        "0.16117519997 and 3,16117519997 and 16117519997.5",
        "161175-19998",
        "161175 19997",
        "2021 2022 2023 2024 2025 4111 1111 1111 1111 2000",
        "4111111111111112 and 1234567890123452",
        "2024-11-25T10:15:30+02:00, 25/11/2024",
        "1000 2000 3000 EUR in 2020, 12345678 pupils",
        "user@localhost, @mention, a @ b.c",
        "DE89370400440532013001",
        "phone book of 2021, telescope 8",
        "version 1.2.3.4, IP 192.168.100.200, ratio 16:9",
    ],
)
def test_what_only_looks_like_it_is_left_alone(text: str, tmp_path: Path) -> None:
    assert in_text(tmp_path, text) == []


def test_a_column_of_codes_is_found_under_its_heading(tmp_path: Path) -> None:
    rows = "".join(f"{number},{personal_code(number=number).replace('-', '')},x\n" for number in range(100, 105))

    found = in_text(tmp_path, "nr,personas kods,x\n" + rows, "a.csv")

    assert found == [("national-id", "LV")] * 5


def test_chance_hits_in_a_table_of_numbers_only_warn(tmp_path: Path) -> None:
    rng = random.Random(7)
    table = "\n".join(str(rng.randrange(10**10, 4 * 10**10)) for _ in range(4_000))

    assert codes(tmp_path, table) == {"possible-national-id"}


def test_random_numbers_of_every_length_never_block(tmp_path: Path) -> None:
    rng = random.Random(11)
    table = "\n".join(
        "\t".join(str(rng.randrange(10**9, 10**length)) for length in range(10, 20)) for _ in range(3_000)
    )

    assert codes(tmp_path, table) <= {"possible-national-id", "possible-payment-card"}


def test_a_list_of_bare_codes_blocks_without_any_words(tmp_path: Path) -> None:
    table = "\n".join(personal_code(number=number).replace("-", "") for number in range(30))

    assert codes(tmp_path, table) == {"national-id"}


def test_each_reader_finds_it_and_says_where(tmp_path: Path) -> None:
    code, words = personal_code(), ["Ievads.", f"Personas kods {personal_code()}"]
    files.docx(tmp_path / "a.docx", words)
    files.xlsx(tmp_path / "a.xlsx", [["vārds", "kods"], ["Anna", code]])
    files.csv(tmp_path / "a.csv", [["vārds", "kods"], ["Anna", code]])
    files.rtf(tmp_path / "a.rtf", words)
    files.pdf(tmp_path / "a.pdf", words)
    files.txt(tmp_path / "a.txt", "\n".join(words), encoding="cp1257")
    (tmp_path / "a.doc").write_bytes(samples.word(text=f"Personas kods {code} "))
    cell = samples.record(0x203, struct.pack("<HHHd", 4, 27, 0, 16117519997.0))
    (tmp_path / "a.xls").write_bytes(samples.excel(cell))

    places = {
        path.suffix: str(one.place)
        for path in tmp_path.iterdir()
        for one in examine(path).observations
        if one.code == "national-id"
    }

    assert places == {
        ".docx": "line=2",
        ".xlsx": "sheet=Sheet/cell=B2",
        ".csv": "line=2",
        ".rtf": "line=2",
        ".pdf": "page=1",
        ".txt": "line=2",
        ".doc": "",
        ".xls": "cell=AB5",
    }


def test_a_picture_without_words_has_no_findings(tmp_path: Path) -> None:
    assert examine(samples.write(tmp_path, "png")).observations == ()


def test_a_scan_that_cannot_be_read_in_time_is_said_to_be_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ocr, "SECONDS_MAX", 0.0)
    picture = files.picture(tmp_path / "scan.png", "a page").path
    document = FPDF()
    document.add_page()
    document.image(str(picture), w=100)
    document.output(str(tmp_path / "a.pdf"))

    seen = examine(tmp_path / "a.pdf").observations

    assert [one.code for one in seen] == ["partly-examined"]
    assert "1 pages are pictures without text" in seen[0].params["reason"]


def test_excerpts_show_two_characters_at_most(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("161175-19997, LV80BANK0000435195001, anna@example.com", encoding="utf-8")

    shown = [one.excerpt for one in examine(path).observations]

    assert all(one and set(one[2:]) == {"*"} for one in shown)
    assert "161175" not in str(examine(path).as_json())


def test_ids_are_stable_and_tell_nothing_without_the_file(tmp_path: Path) -> None:
    one, two, other = tmp_path / "a.txt", tmp_path / "b.txt", tmp_path / "c.txt"
    one.write_text("161175-19997", encoding="utf-8")
    two.write_text("161175-19997", encoding="utf-8")
    other.write_text("161175-19997 ", encoding="utf-8")

    ids = [[seen.id for seen in examine(path).observations] for path in (one, two, other)]

    assert ids[0] == ids[1]
    assert ids[0] != ids[2], "an id that hangs on the match alone could be found by trying all codes"


def test_many_hits_are_bounded_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\n".join(f"someone{number}@example.com" for number in range(5_000)), encoding="utf-8")

    examined = examine(path)

    assert (len(examined.observations), examined.total) == (personal_data.HITS_MAX, 5_000)


def test_a_very_long_line_is_searched_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("word " * 400_000 + "161175-19997", encoding="utf-8")

    assert [one.code for one in examine(path).observations] == ["national-id"]


def test_a_damaged_text_part_is_named_not_hidden(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(
        samples.package("word/document.xml", samples.WORD_MAIN, extra={"word/footnotes.xml": b"<a><b></a>"})
    )

    assert [one.code for one in examine(path).observations] == ["partly-examined"]


def test_an_entity_bomb_is_not_expanded(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx">]><a>&x;</a>'
    path = tmp_path / "a.docx"
    path.write_bytes(samples.package("word/document.xml", samples.WORD_MAIN, extra={"word/comments.xml": bomb}))

    assert [one.code for one in examine(path).observations] == ["partly-examined"]


def test_a_file_that_cannot_be_read_at_all_is_no_pass(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        personal_data.examine(Specimen(path=str(tmp_path / "gone.docx"), name="gone.docx", size=5))


def test_the_numbers_used_here_are_what_they_claim() -> None:
    assert pvn.is_valid("161175-19997")
    assert pvn.is_valid(NEW_CODE)
    assert ik.is_valid("37605030299")
