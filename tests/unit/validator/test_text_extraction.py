"""Text is read wherever people leave it: on pictures, in scans, in properties, comments and tags."""

import gzip
from pathlib import Path

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from fpdf import FPDF
from openpyxl import Workbook
from PIL import Image, ImageDraw, ImageFont

from services.validator.checks import format as format_check
from services.validator.checks import personal_data
from services.validator.domain import Specimen
from services.validator.text import ocr, reader
from tests.unit.validator import samples

CODE = "161175-19997"


def written() -> Image.Image:
    picture = Image.new("L", (1200, 500), "white")
    font = ImageFont.load_default(size=48)
    ImageDraw.Draw(picture).text(
        (60, 120), f"Personas kods {CODE}\nAtbalsta Eiropas programma", font=font, fill="black"
    )
    return picture


def text(path: Path) -> str:
    read = reader(path.suffix[1:])
    assert read is not None
    return "\n".join(block.text for block in read(str(path)))


def codes(path: Path) -> set[str]:
    examined = personal_data.examine(Specimen(path=str(path), name=path.name, size=path.stat().st_size))
    return {one.code for one in examined.observations}


@pytest.mark.parametrize("extension", ["png", "jpg", "tif", "gif"])
def test_words_on_a_picture_are_read(extension: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{extension}"
    written().save(path)

    assert CODE in text(path)


def test_a_scanned_pdf_is_read_page_by_page(tmp_path: Path) -> None:
    document = FPDF()
    document.add_page()
    document.image(written(), w=180)
    path = tmp_path / "a.pdf"
    document.output(str(path))

    assert CODE in text(path)


def test_without_text_recognition_a_picture_is_only_partly_examined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    written().save(path)
    monkeypatch.setattr(ocr, "LANGUAGES", ("no-such-language",))
    ocr._engine.cache_clear()
    try:
        assert "partly-examined" in codes(path)
    finally:
        monkeypatch.undo()
        ocr._engine.cache_clear()


def test_pictures_beyond_their_share_of_time_are_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    written().save(path)
    monkeypatch.setattr(ocr, "SECONDS_MAX", 0.0)

    assert "partly-examined" in codes(path)


def test_properties_of_pictures_and_pdfs_are_read(tmp_path: Path) -> None:
    tags = Image.Exif()
    tags[0x013B] = "Janis Berzins"
    Image.new("RGB", (30, 30)).save(tmp_path / "a.jpg", exif=tags)
    document = FPDF()
    document.add_page()
    document.set_author("Anna Kalniņa")
    document.text_annotation(10, 10, f"call {CODE}")
    document.output(str(tmp_path / "a.pdf"))

    assert "Janis Berzins" in text(tmp_path / "a.jpg")
    assert "Anna Kalniņa" in text(tmp_path / "a.pdf")
    assert CODE in text(tmp_path / "a.pdf")


def test_tags_of_sound_and_film_are_read(tmp_path: Path) -> None:
    frame = f"\x03Kods {CODE}".encode()
    body = b"TIT2" + len(frame).to_bytes(4, "big") + b"\0\0" + frame
    (tmp_path / "a.mp3").write_bytes(b"ID3\x03\0\0\0\0\0" + bytes([len(body)]) + body + samples.content("mp3"))
    comment = samples.box(b"udta", samples.box(b"\xa9cmt", f"Kods {CODE}".encode()))
    (tmp_path / "a.mp4").write_bytes(samples.content("mp4") + samples.box(b"moov", comment))

    assert CODE in text(tmp_path / "a.mp3")
    assert CODE in text(tmp_path / "a.mp4")


def test_properties_and_hidden_places_of_packages_are_read(tmp_path: Path) -> None:
    core = f"<p><creator>Anna</creator><description>{CODE}</description></p>".encode()
    for extension, main, kind in (
        ("docx", "word/document.xml", samples.WORD_MAIN),
        ("xlsx", "xl/workbook.xml", samples.EXCEL_MAIN),
    ):
        path = tmp_path / f"a.{extension}"
        path.write_bytes(samples.package(main, kind, extra={"docProps/core.xml": core}))
        assert CODE in text(path), extension


def test_properties_of_old_documents_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.doc"
    path.write_bytes(samples.ole({"WordDocument": bytes(40), "\x05SummaryInformation": f"Kods {CODE}".encode()}))

    assert CODE in text(path)


@pytest.mark.parametrize("extension", ["docx", "xlsx"])
def test_addresses_behind_links_are_found(extension: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{extension}"
    link = "mailto:anna.kalnina%40example.com?subject=Sveiki"
    if extension == "docx":
        document = Document()
        document.add_paragraph("Rakstiet mums")
        document.part.relate_to(link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        document.save(str(path))
    else:
        book = Workbook()
        book.active["A1"] = "Rakstiet mums"
        book.active["A1"].hyperlink = link
        book.save(path)

    assert "email-address" in codes(path)


def test_addresses_behind_links_of_a_pdf_and_its_xmp_are_found(tmp_path: Path) -> None:
    document = FPDF()
    document.add_page()
    document.link(10, 10, 50, 50, "mailto:anna.kalnina@example.com")
    document.link(10, 80, 50, 50, "https://example.org/?user=peteris@example.com")
    document.set_xmp_metadata(f"<x:xmpmeta><dc:creator>{CODE}</dc:creator></x:xmpmeta>")
    path = tmp_path / "a.pdf"
    document.output(str(path))

    assert "mailto:anna.kalnina@example.com" in text(path)
    assert "peteris" not in text(path)
    assert CODE in text(path)


@pytest.mark.parametrize(
    "name",
    [
        "plain.doc",
        "plain.xls",
        "plain.ppt",
        "plain.rtf",
        "plain.docx",
        "plain.xlsx",
        "plain.pdf",
        "plain.txt",
        "plain.csv",
    ],
)
def test_what_an_office_program_writes_passes_and_is_read(name: str, tmp_path: Path) -> None:
    data = samples.real(f"{name}.gz")
    path = tmp_path / name
    path.write_bytes(gzip.decompress(data.read_bytes()))
    examined = format_check.examine(Specimen(path=str(path), name=name, size=path.stat().st_size))

    assert examined.observations == ()
    assert "national-id" in codes(path)
