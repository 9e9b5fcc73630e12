"""A part is listened to wherever something of interest is named: at any place, in any encoding that a parser takes."""

from pathlib import Path

import pytest

from services.validator.formats import ooxml_content
from tests.unit.validator.test_dangerous_content import judged, word

FIELD = '<w:fldSimple w:instr="DDEAUTO c:\\\\cmd.exe"/>'
OPENING = '<w:d xmlns:w="w">'


def part(*, encoding: str = "utf-8", declared: str = "") -> bytes:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{declaration}{OPENING}<w:p/>{FIELD}</w:d>".encode(encoding)


def test_a_name_across_two_pieces_is_heard(tmp_path: Path) -> None:
    for before in range(0, 60, 3):
        padding = "x" * (ooxml_content.PIECE_BYTES - len(OPENING) - before)
        data = f"{OPENING}{padding}{FIELD}</w:d>".encode()

        assert "dde" in judged(tmp_path, "docx", word("word/header1.xml", data)), before


@pytest.mark.parametrize(
    "data",
    [
        part(),
        b"\xef\xbb\xbf" + part(),
        part(encoding="utf-16"),
        part(encoding="utf-16-le", declared="utf-16"),
        part(encoding="utf-16-be", declared="utf-16"),
        part(declared="windows-1257"),
        part(encoding="iso8859-13", declared="iso-8859-13"),
    ],
)
def test_every_encoding_is_heard(data: bytes, tmp_path: Path) -> None:
    assert "dde" in judged(tmp_path, "docx", word("word/header1.xml", data))


def test_an_encoding_that_writes_signs_in_two_ways_hides_no_name(tmp_path: Path) -> None:
    signs = bytes.maketrans(b"<:", b"\xbc\xba")
    head, body = part(declared="mac_arabic").split(b"?>")
    assert body.translate(signs).decode("mac_arabic") == body.decode()

    codes = judged(tmp_path, "docx", word("word/header1.xml", head + b"?>" + body.translate(signs)))

    assert codes & {"dde", "damaged"}


@pytest.mark.parametrize("data", [b"<w:styles>", b"<w:styles/>", b"<!DOCTYPE a><a/>", b"<a></b>", b"<a><b></a>"])
def test_a_part_of_no_interest_is_still_read_to_its_end(data: bytes, tmp_path: Path) -> None:
    assert "damaged" in judged(tmp_path, "docx", word("word/styles.xml", data))
