"""What acts, fetches or was packed into a document: macros, DDE, OLE packages, archives, scripts, viruses."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tests.hostile import Hostile, Judge
from tests.hostile import judges as say
from tests.unit.validator import samples
from tests.unit.validator.test_dangerous_content import PACKAGE_OBJECT, PROGRAM, ZIP, field, relation, sheet, word

RELATIONS, SETTINGS = "word/_rels/document.xml.rels", "word/_rels/settings.xml.rels"
HEADER = "word/header1.xml"
DDE, FORMULA = r"\bDDE(AUTO)?\b", r"\w\|.*!"
_fields = say.in_package(say.has_text_in("instrText", "delInstrText", pattern=DDE))
_formulas = say.in_package(say.has_text_in("f", "definedName", pattern=FORMULA))
_zip_inside = say.in_package(say.is_zip)
_packed = say.in_package(say.ole_part("\x01ole10native"))


def files() -> Iterator[Hostile]:
    """Every known trick that is not one of a PDF."""
    for name, data, judge in (*_macros(), *_dde(), *_objects(), *_archives(), *_remote(), *_texts(), *_viruses()):
        yield Hostile(name=name, data=data, judge=judge)


Found = Iterator[tuple[str, bytes, Judge]]


def _macros() -> Found:
    has_project = say.in_package(lambda name, _: name.lower().endswith("vbaproject.bin"))
    vba = samples.ole({"VBA": b"x", "PROJECT": b"ID={0}", "_VBA_PROJECT": b"\xcc\x61"})
    yield "vba-project.docx", word("word/vbaProject.bin", vba), has_project
    yield "vba-project.xlsx", sheet("xl/vbaProject.bin", vba), has_project
    yield "vba-by-another-name.docx", word("word/media/image1.bin", vba), say.in_package(say.ole_part("_vba_project"))
    yield "vba-project-unreadable.docx", word("word/vbaProject.bin", b"x" * 40), has_project
    has_sheet = say.in_package(lambda name, _: name.lower().startswith("xl/macrosheets/"))
    yield "macro-sheet.xlsx", sheet("xl/macrosheets/sheet1.xml", b"<macrosheet/>"), has_sheet
    yield "vba.doc", samples.ole({"WordDocument": _fib(), "1Table": b"", "_VBA_PROJECT": b"x"}), _vba
    yield "vba.xls", samples.ole({"Workbook": _workbook(), "_VBA_PROJECT_CUR": b"x"}), _vba
    inner = word("word/vbaProject.bin", vba)
    nested = say.in_package(lambda name, body: name.endswith("a.docx") and has_project(body))
    yield "vba-in-a-document-inside.docx", word("word/embeddings/a.docx", inner), nested


_vba = say.has_stream("_vba_project", "_vba_project_cur")


def _fib() -> bytes:
    return struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x0409, 0, 0).ljust(1024, b"\0")


def _workbook() -> bytes:
    bof = samples.record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 0))
    return bof + samples.record(0x0A, b"")


def _dde() -> Found:
    yield "dde.docx", word(HEADER, field("DDEAUTO c:\\\\cmd.exe")), _fields
    yield "dde-in-pieces.docx", word(HEADER, field("D", "DEA", "UTO c:\\\\cmd.exe")), _fields
    yield (
        "dde-in-capitals-and-not.docx",
        word(HEADER, field("  dDeAuTo c:\\\\cmd.exe")),
        say.in_package(say.has_text_in("instrText", pattern="(?i)" + DDE)),
    )
    for codec in ("utf-16", "utf-16-be", "utf-16-le"):
        text = '<?xml version="1.0" encoding="UTF-16"?>' + field("DDEAUTO c:\\\\cmd.exe").decode()
        yield f"dde-in-{codec}.docx", word(HEADER, text.encode(codec)), _fields
    yield (
        "dde-inside.docx",
        word("word/embeddings/a.docx", word(HEADER, field("DDEAUTO c:\\\\cmd.exe"))),
        (say.in_package(lambda name, body: name.endswith("a.docx") and _fields(body))),
    )
    link = b"<externalLink><ddeLink/></externalLink>"
    yield "dde-link.xlsx", sheet("xl/externalLinks/externalLink1.xml", link), say.in_package(say.has_element("ddeLink"))
    yield "dde-formula.xlsx", sheet("xl/worksheets/sheet1.xml", b"<s><f>cmd|'/c calc'!A0</f></s>"), _formulas
    yield "dde-name.xlsx", sheet("xl/names.xml", b"<s><definedName>cmd|'/c calc'!A0</definedName></s>"), _formulas
    yield (
        "dde.doc",
        samples.ole({"WordDocument": _fib() + _WORD_FIELD, "1Table": b""}),
        (say.has_in_stream("worddocument", _WORD_FIELD)),
    )
    book = samples.record(0x1AE, struct.pack("<HHB", 1, 8, 0) + b"cmd\x03/c a")
    yield "dde.xls", samples.excel(book), say.has_record(book)
    for name, cell in _CELLS.items():
        yield f"dde-{name}.csv", b"topic;count\n" + cell + b";2\n", say.has_cell(cell.decode().strip('"'))
    for name, body in _RTF_FIELDS.items():
        yield f"dde-{name}.rtf", b"{\\rtf1 words " + body + b"}", say.has_mark(body, start=b"{\\rtf1")


_WORD_FIELD = b"\x13 DDEAUTO c:\\a\x15"
_CELLS = {
    "formula": b"=cmd|'/c calc'!A0",
    "quoted": b"\"=cmd|'/c calc'!A0\"",
    "behind-a-sum": b"-2+3+cmd|' /C calc'!A0",
    "at": b"@SUM(1+1)*cmd|' /C calc'!A0",
    "function": b'=DDE("cmd";"/C calc";"x")',
}
_RTF_FIELDS = {
    "field": b"{\\field{\\*\\fldinst DDEAUTO c:\\\\cmd.exe}}",
    "in-groups": b"{\\field{\\*\\fldinst {\\b D}{\\i DEAUTO} c:\\\\cmd.exe}}",
    "in-codes": b"{\\field{\\*\\fldinst {\\'44\\'44\\'45AUTO c:\\\\cmd.exe}}}",
    "behind-a-brace": b"{\\field{\\*\\fldinst \\} DDEAUTO c:\\\\cmd.exe}}",
    "far-inside": b"{\\field{\\*\\fldinst " + b"{\\insrsid1234567 }" * 600 + b"DDEAUTO c:\\\\cmd.exe}}",
    "in-unicode": b"{\\field{\\*\\fldinst {\\u68 D\\u68 D\\u69 EAUTO c:\\\\cmd.exe}}}",
    "in-unicode-alone": b"{\\uc0\\field{\\*\\fldinst {\\u68\\u68\\u69 AUTO c:\\\\cmd.exe}}}",
}


def _objects() -> Found:
    yield "package.docx", word("word/embeddings/oleObject1.bin", PACKAGE_OBJECT), _packed
    yield "package.xlsx", sheet("xl/embeddings/oleObject1.bin", PACKAGE_OBJECT), _packed
    yield "package-elsewhere.docx", word("word/theme/colours.xml", PACKAGE_OBJECT), _packed
    yield "package.doc", samples.ole({"WordDocument": _fib(), "\x01Ole10Native": b"x" * 40}), _native
    yield "package.xls", samples.ole({"Workbook": _workbook(), "\x01Ole10Native": b"x" * 40}), _native
    for name, slides in _slides().items():
        whole = say.has_in_stream("powerpoint document", slides)
        yield f"{name}.ppt", samples.powerpoint(body=slides), whole
        yield f"{name}.pps", samples.powerpoint(body=slides), whole
    for name, body in _rtf_objects().items():
        yield f"{name}.rtf", b"{\\rtf1 words " + body + b"}", say.has_mark(body, start=b"{\\rtf1")


def _slides() -> dict[str, bytes]:
    """A packed object of a presentation, as it is and compressed ([MS-PPT] 2.10.34)."""
    packed = struct.pack("<I", len(PACKAGE_OBJECT)) + zlib.compress(PACKAGE_OBJECT)
    return {
        "package": struct.pack("<HHI", 0, 0x1011, len(PACKAGE_OBJECT)) + PACKAGE_OBJECT,
        "package-compressed": struct.pack("<HHI", 0x10, 0x1011, len(packed)) + packed,
    }


_native = say.has_stream("\x01ole10native")


def _rtf_objects() -> dict[str, bytes]:
    packed = (struct.pack("<III", 0x501, 2, 8) + b"Package\0" + bytes(20)).hex().encode()
    link = (struct.pack("<III", 0x501, 2, 9) + b"OLE2Link\0" + bytes(20)).hex().encode()
    spread = b"\r\n ".join(packed[at : at + 3] for at in range(0, len(packed), 3))
    return {
        "package": b"{\\object\\objemb{\\*\\objdata " + packed + b"}}",
        "package-spread": b"{\\object\\objemb{\\*\\objdata " + spread + b"}}",
        "package-between-words": b"{\\object\\objemb{\\*\\objdata \\sn1 " + packed[:8] + b"{\\b}" + packed[8:] + b"}}",
        "package-without-mark": b"{\\object\\objemb{\\objdata " + packed + b"}}",
        "link-object": b"{\\object\\objautlink{\\*\\objdata " + link + b"}}",
    }


def _archives() -> Found:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("more.zip", ZIP)
    for name, where, data in (
        ("zip-as-picture", "word/media/image1.png", ZIP),
        ("zip-in-zip", "word/media/image1.png", out.getvalue()),
        ("zip-as-thumbnail", "docProps/thumbnail.jpeg", ZIP),
        ("zip-as-text", "word/notes.txt", ZIP),
        ("zip-embedded", "word/embeddings/a.zip", ZIP),
    ):
        yield f"{name}.docx", word(where, data), _zip_inside
    yield "zip-as-printer.xlsx", sheet("xl/printerSettings/printerSettings1.bin", ZIP), _zip_inside
    for name, head in (
        ("7z", b"7z\xbc\xaf\x27\x1c"),
        ("rar", b"Rar!\x1a\x07\x01\0"),
        ("gzip", b"\x1f\x8b\x08\0"),
        ("cab", b"MSCF\0\0\0\0"),
        ("xz", b"\xfd7zXZ\0"),
        ("program", PROGRAM[:40]),
    ):
        starts = say.in_package(lambda _, body, head=head: body.startswith(head))  # type: ignore[misc]  # bound at once
        yield f"{name}-inside.docx", word("word/media/a.bin", head + bytes(60)), starts


def _remote() -> Found:
    for kind, target in (
        ("attachedTemplate", "https://a.example/t.dotm"),
        ("oleObject", "mhtml:http://a.example/x"),
        ("frame", "https://a.example/x.html"),
    ):
        told = say.in_package(say.has_relation(kind, target))
        yield f"remote-{kind}.docx", word(SETTINGS, relation(kind, target)), told
    script = relation("hyperlink", "javascript:a()")
    yield "script-link.docx", word(RELATIONS, script), say.in_package(say.has_relation("hyperlink", "javascript:"))
    template = b"{\\*\\template http://a.example/a.dot}"
    yield "remote-template.rtf", b"{\\rtf1 words " + template + b"}", say.has_mark(template, start=b"{\\rtf1")


def _texts() -> Found:
    for name, mark in (
        ("script", b"<script>alert(1)</script>"),
        ("handler", b"<img src=x onerror=alert(1)>"),
        ("frame", b"<iframe src=https://a.example></iframe>"),
        ("powershell", b"powershell -enc AAAA"),
        ("command", b"cmd.exe /c calc"),
    ):
        for extension in ("txt", "csv"):
            yield f"{name}.{extension}", b"Some words.\n" + mark + b"\nMore words.\n", say.has_words(mark.decode())


def _viruses() -> Found:
    yield "virus.txt", b"Some words.\n" + say.EICAR + b"\n", say.has_virus
    yield "virus.csv", b"topic;count\n" + say.EICAR + b";1\n", say.has_virus
    yield "virus.docx", word("word/media/image1.png", say.EICAR), say.has_virus
    yield "virus-in-a-comment.docx", word("word/comments.xml", b"<w>" + say.EICAR + b"</w>"), say.has_virus
    yield "virus.xlsx", sheet("xl/media/image1.png", say.EICAR), say.has_virus
    for name, at, value in (("size", 18, 5), ("no-size", 18, 0), ("growth", 22, 0x44F00000), ("packing", 8, 0)):
        yield f"virus-behind-a-wrong-{name}.docx", _with_head(at, value), say.has_virus
    nested = word("word/embeddings/a.docx", _with_head(18, 5))
    yield "virus-behind-a-wrong-size-inside.docx", nested, say.in_package(lambda _, body: say.has_virus(body))
    yield "virus-in-zip64.docx", _in_zip64(), say.has_virus
    yield "virus.doc", samples.word(text="Words") + say.EICAR, say.has_virus
    yield "virus.png", samples.content("png") + say.EICAR, say.has_virus
    yield "virus.mp3", samples.content("mp3") + say.EICAR, say.has_virus


def _with_head(at: int, value: int) -> bytes:
    """A document whose last part's own head says something else than the directory."""
    data = bytearray(word("word/media/image1.png", say.EICAR))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.infolist()[-1].header_offset
    struct.pack_into("<H" if at == 8 else "<I", data, start + at, value)
    return bytes(data)


def _in_zip64() -> bytes:
    """A document of which one part keeps its sizes apart, as those of more than 4 GB do."""
    out = io.BytesIO(word("word/a.xml", b"<a/>"))
    whole = zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED)
    with whole as archive, archive.open("word/media/image1.png", "w", force_zip64=True) as part:
        part.write(say.EICAR)
    return out.getvalue()
