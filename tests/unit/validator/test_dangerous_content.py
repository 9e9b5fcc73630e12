"""What acts, fetches, hides or was packed into a document is found, each with its own finding."""

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from services.validator.checks import format as format_check
from services.validator.domain import Specimen
from tests.hostile.pdfs import pdf, stream
from tests.unit.validator import samples

ZIPPED = io.BytesIO()
with zipfile.ZipFile(ZIPPED, "w") as _archive:
    _archive.writestr("a.txt", "hidden")
ZIP = ZIPPED.getvalue()
PROGRAM = b"MZ\x90\0" + bytes(60) + b"PE\0\0" + bytes(200)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
SETTINGS, RELATIONS = "word/_rels/settings.xml.rels", "word/_rels/document.xml.rels"
PACKAGE_OBJECT = samples.ole({"\x01Ole10Native": b"x" * 40})
OTHER_OBJECT = samples.ole({"Equation Native": b"x" * 40})


def judged(folder: Path, extension: str, data: bytes) -> set[str]:
    path = folder / f"file.{extension}"
    path.write_bytes(data)
    examined = format_check.examine(Specimen(path=str(path), name=path.name, size=len(data)))
    assert not examined.error
    return {one.code for one in examined.observations}


def docx(**parts: bytes) -> bytes:
    extra = {name.replace("__", "/").replace("_DOT_", "."): data for name, data in parts.items()}
    return samples.package("word/document.xml", samples.WORD_MAIN, extra=extra)


def word(name: str, data: bytes) -> bytes:
    return samples.package("word/document.xml", samples.WORD_MAIN, extra={name: data})


def sheet(name: str, data: bytes) -> bytes:
    return samples.package("xl/workbook.xml", samples.EXCEL_MAIN, extra={name: data})


def relation(kind: str, target: str, mode: str = "External") -> bytes:
    return (f'<Relationships><Relationship Id="r" Type="{_RELATION}{kind}" Target="{target}" TargetMode="{mode}"/>'
            "</Relationships>").encode()  # fmt: skip


def field(*pieces: str) -> bytes:
    runs = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in pieces)
    return (f'<w:d xmlns:w="w"><w:p><w:fldChar w:fldCharType="begin"/>{runs}<w:fldChar w:fldCharType="end"/>'
            "</w:p></w:d>").encode()  # fmt: skip


RTF_PACKAGE = (struct.pack("<III", 0x501, 2, 8) + b"Package\0" + bytes(20)).hex().encode()


@pytest.mark.parametrize(
    ("extension", "data", "code"),
    [
        ("docx", word("word/header1.xml", field("DDEAUTO c:\\\\cmd.exe")), "dde"),
        ("docx", word("word/header1.xml", field("D", "DEA", "UTO c:\\\\cmd.exe")), "dde"),
        ("xlsx", sheet("xl/externalLinks/externalLink1.xml", b"<externalLink><ddeLink/></externalLink>"), "dde"),
        ("xlsx", sheet("xl/worksheets/sheet1.xml", b"<s><f>cmd|'/c calc'!A0</f></s>"), "dde"),
        ("csv", b"a;b\n=cmd|'/c calc'!A0;2\n", "dde"),
        ("csv", b"a;b\n=SUM(A1:A9);2\n", "formula-in-csv"),
        ("rtf", b"{\\rtf1 {\\field{\\*\\fldinst DDEAUTO cmd}}}", "dde"),
        ("rtf", b"{\\rtf1 {\\object{\\*\\objdata " + RTF_PACKAGE + b"}}}", "ole-package"),
        ("rtf", b"{\\rtf1 {\\*\\template http://example.org/a.dot}}", "remote-code"),
        ("xls", samples.excel(samples.record(0x1AE, struct.pack("<HHB", 1, 8, 0) + b"cmd\x03/c a")), "dde"),
        ("xls", samples.excel(samples.record(0x85, struct.pack("<IBB", 0, 0, 6) + b"\x01\x00m")), "macros"),
        ("doc", samples.ole({"WordDocument": bytes(40) + b"\x13 DDEAUTO c:\\a", "1Table": b""}), "dde"),
        ("doc", samples.ole({"WordDocument": bytes(40), "\x01Ole10Native": b"x"}), "ole-package"),
        ("docx", word("word/embeddings/oleObject1.bin", PACKAGE_OBJECT), "ole-package"),
        ("docx", word("word/embeddings/oleObject1.bin", OTHER_OBJECT), "embedded-object"),
        ("docx", word("word/embeddings/a.bin", b"anything"), "ole-package"),
        ("docx", word("word/media/image1.png", ZIP), "archive-inside"),
        ("docx", word("word/media/a.bin", b"7z\xbc\xaf\x27\x1c" + bytes(40)), "archive-inside"),
        ("docx", word("word/media/image1.png", PROGRAM), "program-inside"),
        ("docx", word("word/embeddings/a.docx", docx()), "embedded-object"),
        ("docx", word("word/embeddings/a.docx", docx(word__vbaProject_DOT_bin=b"x")), "macros"),
        ("docx", word(SETTINGS, relation("attachedTemplate", "https://a.example/t.dotm")), "remote-code"),
        ("docx", word(SETTINGS, relation("attachedTemplate", "file:///c:/n.dotm")), "remote-reference"),
        ("docx", word(RELATIONS, relation("oleObject", "mhtml:http://a.example/x")), "remote-code"),
        ("docx", word(RELATIONS, relation("image", "https://a.example/a.png")), "remote-reference"),
        ("docx", word(RELATIONS, relation("hyperlink", "javascript:a()")), "remote-code"),
        ("xlsx", sheet("xl/macrosheets/sheet1.xml", b"<a/>"), "macros"),
        ("xlsx", sheet("xl/vbaProject.bin", b"x"), "macros"),
        ("xlsx", sheet("xl/x.xml", b'<a><sheet state="veryHidden"/></a>'), "hidden-content"),
        ("docx", word("word/a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "damaged"),
        ("docx", word("word/a.xml", b'<?xml version="1.0" encoding="none-such"?><a/>'), "damaged"),
        ("docx", word("word/a.xml", b"<a><b>"), "damaged"),
        ("docx", docx() + b"PK\x03\x04 more", "foreign-data"),
        ("txt", b"Some words.\n<script>alert(1)</script>\n", "markup-in-text"),
        ("txt", b"Run powershell -enc AAAA now\n", "markup-in-text"),
    ],
)  # fmt: skip
def test_each_danger_has_its_finding(extension: str, data: bytes, code: str, tmp_path: Path) -> None:
    assert code in judged(tmp_path, extension, data)


@pytest.mark.parametrize(
    ("extension", "data"),
    [
        ("docx", word(RELATIONS, relation("hyperlink", "https://europa.eu"))),
        ("docx", word("word/header1.xml", field("PAGE"))),
        ("txt", "Temperatūra < 5, HTML <b> un e-pasts <a@b.lv>.\n".encode()),
        ("csv", b"a;b\n-5;+371 26000000\n-0,5;@\n"),
    ],
)
def test_what_is_common_in_good_files_is_no_finding(extension: str, data: bytes, tmp_path: Path) -> None:
    assert judged(tmp_path, extension, data) == set()


@pytest.mark.parametrize("extension", ["jpg", "png", "gif", "pdf", "mp3", "mp4", "tif", "ogg"])
def test_a_zip_behind_another_file_is_found(extension: str, tmp_path: Path) -> None:
    assert judged(tmp_path, extension, samples.content(extension) + ZIP) & {"foreign-data", "damaged"}


@pytest.mark.parametrize("tail", [PROGRAM, b"<script>a()</script>", b"<?php echo 1;", b"%PDF-1.7 x", b"Rar!\x1a\x07\0"])
@pytest.mark.parametrize("extension", ["jpg", "png", "gif", "pdf"])
def test_another_file_behind_the_end_is_found(extension: str, tail: bytes, tmp_path: Path) -> None:
    assert "foreign-data" in judged(tmp_path, extension, samples.content(extension) + tail)


@pytest.mark.parametrize("extension", ["jpg", "png", "gif", "pdf"])
def test_padding_is_nothing_and_other_bytes_only_warn(extension: str, tmp_path: Path) -> None:
    assert judged(tmp_path, extension, samples.content(extension) + bytes(500)) == set()
    assert judged(tmp_path, extension, samples.content(extension) + b"\x07\x55" * 100) == {"trailing-data"}


def test_a_program_before_a_pdf_and_a_late_header_are_refused(tmp_path: Path) -> None:
    pdf = samples.content("pdf")

    assert judged(tmp_path, "pdf", PROGRAM + pdf) & {"foreign-data", "content-mismatch"}
    assert "content-mismatch" in judged(tmp_path, "pdf", b" " * 1100 + pdf)


def test_a_picture_that_tells_its_place_is_named(tmp_path: Path) -> None:
    picture, tags = Image.new("RGB", (20, 20)), Image.Exif()
    tags.get_ifd(0x8825).update({1: "N", 2: (56.0, 57.0, 0.0), 3: "E", 4: (24.0, 6.0, 0.0)})
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=tags)

    assert judged(tmp_path, "jpg", out.getvalue()) == {"location-in-picture"}


def test_documents_too_deep_inside_each_other_are_refused(tmp_path: Path) -> None:
    nested = docx()
    for _ in range(5):
        nested = word("word/embeddings/a.docx", nested)

    assert "archive-bomb" in judged(tmp_path, "docx", nested)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_stream_that_bursts_is_found_before_the_pdf_is_opened(layers: int, tmp_path: Path) -> None:
    packed = zlib.compress(bytes(300 * 1024 * 1024))
    if layers == 2:
        packed = zlib.compress(packed)
    names = b"/FlateDecode " * layers
    burst = b"9 0 obj <</Filter [" + names + b"] /Length 1>> stream\n" + packed + b"\nendstream endobj\n%%EOF"

    assert judged(tmp_path, "pdf", samples.content("pdf").replace(b"%%EOF", burst)) == {"archive-bomb"}


@pytest.mark.parametrize(
    "words",
    [b"(Upstream data)", b"(A 100% clean stream)", b"(Streams \\(50%\\) of streams)", b"(see the obj and stream)"],
)
def test_words_in_the_properties_of_a_pdf_hide_no_stream(words: bytes, tmp_path: Path) -> None:
    told = pdf({4: b"<</Title " + words + b">>", 5: stream(b"0 0 m")}, page=b"/Contents 5 0 R")

    assert judged(tmp_path, "pdf", told) == set()


@pytest.mark.parametrize(
    "way",
    [
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "linearize": True},
        {"qdf": True},
        {"object_stream_mode": pikepdf.ObjectStreamMode.generate, "encryption": pikepdf.Encryption(owner="a")},
    ],
)
def test_a_pdf_packed_anew_by_a_common_program_is_good(way: dict[str, Any], tmp_path: Path) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(samples.content("pdf"))) as document:
        document.save(out, **way)

    assert judged(tmp_path, "pdf", out.getvalue()) == set()
