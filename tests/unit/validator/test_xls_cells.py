"""The cells of an xls are read as they stand: shared texts, formulas, hidden sheets, comments and links."""

import gzip
import struct
from pathlib import Path

import pytest

from services.validator.checks import format as format_check
from services.validator.checks import personal_data
from services.validator.domain import Specimen
from services.validator.text import biff, reader
from tests.unit.validator import samples

PEOPLE = samples.real("people.xls")


def specimen(path: Path) -> Specimen:
    return Specimen(path=str(path), name=path.name, size=path.stat().st_size)


def seen(path: Path) -> set[tuple[str, str]]:
    return {(one.code, str(one.place)) for one in personal_data.examine(specimen(path)).observations}


def text(path: Path) -> str:
    read = reader("xls")
    assert read is not None
    return "\n".join(block.text for block in read(str(path)))


@pytest.mark.parametrize(
    "found",
    [
        ("list-of-people", "sheet=Dalībnieki/cell=A2"),
        ("national-id", "sheet=Slēptā/cell=B3"),
        ("national-id", "sheet=Slēptā/cell=C4"),
        ("national-id", "sheet=Slēptā/cell=D5"),
        ("national-id", "sheet=Plain/cell=A12"),
        ("email-address", ""),
        ("phone-number", ""),
    ],
)
def test_what_stands_in_a_workbook_is_found_in_its_place(found: tuple[str, str]) -> None:
    """A text, a number, a formula's result, a text behind the seam of the table, a link and a comment."""
    assert found in seen(PEOPLE)


def test_rows_stay_together() -> None:
    assert "Jānis Bērziņš\tTalsu vidusskola\t" in text(PEOPLE).splitlines()


def test_hidden_sheets_of_an_xls_are_told() -> None:
    assert {one.code for one in format_check.examine(specimen(PEOPLE)).observations} == {"hidden-content"}


def test_a_text_goes_on_in_the_next_record_in_another_width() -> None:
    first = struct.pack("<II", 3, 3) + struct.pack("<HB", 2, 0) + b"ab" + struct.pack("<HB", 8, 0) + b"Berz"
    second = b"\x01" + "iņš!".encode("utf-16-le") + struct.pack("<HBH", 3, 0x08, 1) + b"end" + bytes(4)

    assert list(biff.shared([first, second])) == ["ab", "Berziņš!", "end"]


def test_books_before_excel_97_are_read_in_their_letters(tmp_path: Path) -> None:
    label = "Kods 161175-19997 Ķekava".encode("cp1257")
    old = samples.record(0x809, struct.pack("<HHHH", 0x500, 16, 0, 1995))
    cell = samples.record(0x204, struct.pack("<HHHH", 1, 2, 0, len(label)) + label)
    path = tmp_path / "a.xls"
    path.write_bytes(samples.ole({"Book": old + cell + samples.record(0x0A, b"")}))

    assert "Kods 161175-19997 Ķekava\t" in text(path)
    assert ("national-id", "cell=C2") in seen(path)


def test_a_table_of_texts_that_breaks_off_ends_there(tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    broken = samples.record(0xFC, struct.pack("<II", 9, 9) + struct.pack("<HB", 60_000, 1) + b"x\0y")
    path.write_bytes(samples.excel(broken, samples.record(0xFD, struct.pack("<HHHI", 0, 0, 0, 0))))

    assert text(path).split() == ["x\ufffd"]


def test_a_container_with_absurd_sectors_is_damaged(tmp_path: Path) -> None:
    data = bytearray(gzip.decompress(samples.real("plain.xls.gz").read_bytes()))
    data[32:34] = b"\x40\0"
    path = tmp_path / "a.xls"
    path.write_bytes(data)

    assert {one.code for one in format_check.examine(specimen(path)).observations} == {"damaged"}
    assert seen(path) == {("partly-examined", "")}
