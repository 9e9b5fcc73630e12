"""A part is listened to wherever something of interest is named: at any place, in any encoding that a parser takes."""

from pathlib import Path

import pytest

from services.validator.formats import known_parts, ooxml_content
from tests.unit.validator.test_dangerous_content import judged, word

FIELD = '<w:fldSimple w:instr="DDEAUTO c:\\\\cmd.exe"/>'
OPENING = '<w:d xmlns:w="w">'


def part(*, encoding: str = "utf-8", declared: str = "") -> bytes:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    return f"{declaration}{OPENING}<w:p/>{FIELD}</w:d>".encode(encoding)


def test_a_name_across_two_pieces_is_heard(tmp_path: Path) -> None:
    whole_pieces = known_parts.PART_BYTES_MAX // ooxml_content.PIECE_BYTES + 1
    for before in range(0, 60, 6):
        padding = "x" * (whole_pieces * ooxml_content.PIECE_BYTES - len(OPENING) - before)
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


def test_an_empty_part_is_no_damage(tmp_path: Path) -> None:
    assert "damaged" not in judged(tmp_path, "docx", word("customXml/item1.xml", b""))


def test_a_part_that_is_known_under_one_name_is_judged_under_another(tmp_path: Path) -> None:
    data = f"{OPENING}<w:p><w:ins w:id='1'/></w:p></w:d>".encode()

    for _ in range(2):
        assert "hidden-content" not in judged(tmp_path, "docx", word("docProps/custom.xml", data))
        assert "hidden-content" in judged(tmp_path, "docx", word("word/header1.xml", data))


def test_what_was_met_longest_ago_is_forgotten_first() -> None:
    known = known_parts.KnownParts(parts_max=2)
    first, second, third = (known.digest("word/styles.xml", data) for data in (b"1", b"2", b"3"))
    known.remember(first)
    known.remember(second)
    assert known.has(first)
    known.remember(third)

    assert [known.has(one) for one in (first, second, third)] == [True, False, True]
    assert len(known) == 2


def test_a_name_and_bytes_never_make_the_digest_of_others() -> None:
    assert known_parts.KnownParts.digest("a1", b"b") != known_parts.KnownParts.digest("a", b"1b")
