"""PDF that act or carry files, spelled in the ways that the format allows and that filters have missed."""

import zlib
from collections.abc import Iterator

from tests.hostile import Hostile, Judge
from tests.hostile import judges as say
from tests.hostile.pdfs import object_stream, pdf, stream, with_object_stream

SCRIPT = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"
LAUNCH = b"<</S/Launch/F(cmd.exe)>>"
_script, _launch = say.acts("/JavaScript", "/JS"), say.acts("/Launch", "/F")
_SPELLINGS = {
    "plain": SCRIPT,
    "with-codes": b"<</S/J#61vaScr#69pt/#4a#53(app.alert\\(1\\))>>",
    "with-comments": b"<</S%x\n/JavaScript%x\n/JS%x\r(app.alert\\(1\\))>>",
    "with-zeros": b"<</S\0/JavaScript\0/JS\0(app.alert\\(1\\))>>",
    "with-feeds": b"<</S\x0c/JavaScript\x0c/JS\x0c<617070>>>",
    "in-hex": b"<</S/JavaScript/JS<6170702E616C65727428312929>>>",
}


def files() -> Iterator[Hostile]:
    """Scripts, programs to start, files inside, forms and viruses."""
    for name, data, judge in (*_scripts(), *_hidden(), *_packed(), *_untyped(), *_launches(), *_files(), *_viruses()):
        yield Hostile(name=f"{name}.pdf", data=data, judge=judge)


Found = Iterator[tuple[str, bytes, Judge]]


def _scripts() -> Found:
    for name, spelled in _SPELLINGS.items():
        yield f"script-{name}", pdf({4: spelled}, catalog=b"/OpenAction 4 0 R"), _script
        yield f"script-{name}-on-a-page", pdf(page=b"/AA<</O" + spelled + b">>"), _script
    yield "script-by-name", pdf({4: SCRIPT}, catalog=b"/Names<</JavaScript<</Names[(a)4 0 R]>>>>"), _script
    text = stream(b"app.alert(1)")
    yield "script-in-a-stream", pdf({4: b"<</S/JavaScript/JS 5 0 R>>", 5: text}, catalog=b"/OpenAction 4 0 R"), _script
    split = {4: b"<</S 5 0 R/JS(app.alert\\(1\\))>>", 5: b"/JavaScript"}
    yield "script-name-elsewhere", pdf(split, catalog=b"/OpenAction 4 0 R"), _script
    field = b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/Rect[0 0 9 9]/AA<</K" + SCRIPT + b">>>>"
    yield "script-in-a-field", pdf({4: field}, page=b"/Annots[4 0 R]", catalog=b"/AcroForm<</Fields[4 0 R]>>"), _script


def _hidden() -> Found:
    """Behind what looks like a stream to whoever does not read the objects."""
    catalog = b"/OpenAction 5 0 R"
    end = stream(b"0 0 m")
    yield "script-behind-a-string", pdf({4: b"(stream)", 5: SCRIPT, 6: end}, catalog=catalog), _script
    yield "script-behind-a-comment", pdf({4: b"null %stream\n", 5: SCRIPT, 6: end}, catalog=catalog), _script
    yield "script-behind-a-name", pdf({4: b"/upstream", 5: SCRIPT, 6: end}, catalog=catalog), _script
    short = b"<</Length 5>>\nstream\n0 0 m\n endstream endobj"
    yield "script-before-an-end", pdf({4: short, 5: SCRIPT, 6: b"(endstream)"}, catalog=catalog), _script


def _packed() -> Found:
    """Inside an object stream, packed in the ways that a reader unpacks."""
    inside = {5: SCRIPT}
    plain = object_stream(inside)
    once = zlib.compress(plain)
    ways = {
        "not": (plain, b""),
        "flate": (once, b"/Filter/FlateDecode"),
        "flate-in-a-row": (once, b"/Filter[/FlateDecode]"),
        "flate-by-code": (once, b"/Filter/Fl#61teDecode"),
        "hex": (plain.hex().encode() + b">", b"/Filter/ASCIIHexDecode"),
        "hex-and-flate": (once.hex().encode() + b">", b"/Filter[/ASCIIHexDecode/FlateDecode]"),
        "twice": (zlib.compress(once), b"/Filter[/FlateDecode/FlateDecode]"),
        "predicted": (
            zlib.compress(b"".join(b"\0" + plain[at : at + 8].ljust(8) for at in range(0, len(plain), 8))),
            b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 8>>",
        ),
    }
    for name, (packed, filters) in ways.items():
        data = with_object_stream(inside, packed, filters, catalog=b"/OpenAction 5 0 R")
        yield f"script-packed-{name}", data, _script


def _untyped() -> Found:
    """An object stream that does not say what it is, which lenient readers do not mind."""
    inside = {5: SCRIPT}
    data = with_object_stream(inside, object_stream(inside), b"", catalog=b"/OpenAction 5 0 R")
    yield "script-packed-without-type", data.replace(b"/ObjStm", b"/OhjStm"), _script


def _launches() -> Found:
    yield "launch", pdf({4: LAUNCH}, catalog=b"/OpenAction 4 0 R"), _launch
    yield "launch-with-codes", pdf({4: b"<</S/L#61unch/F(cmd.exe)>>"}, catalog=b"/OpenAction 4 0 R"), _launch
    yield "launch-with-comments", pdf({4: b"<</S%\n/Launch%\n/F(cmd.exe)>>"}, catalog=b"/OpenAction 4 0 R"), _launch
    link = b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A" + LAUNCH + b">>"
    yield "launch-by-a-link", pdf({4: link}, page=b"/Annots[4 0 R]"), _launch


def _files() -> Found:
    carried = {4: b"<</Type/Filespec/F(a.exe)/EF<</F 5 0 R>>>>", 5: stream(b"MZ" + bytes(60), b"/Type/EmbeddedFile")}
    attached = say.has_key("/EF")
    yield "file", pdf(carried, catalog=b"/Names<</EmbeddedFiles<</Names[(a)4 0 R]>>>>"), attached
    note = b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 4 0 R>>"
    yield "file-on-a-page", pdf({**carried, 6: note}, page=b"/Annots[6 0 R]"), attached
    yield "file-associated", pdf(carried, catalog=b"/AF[4 0 R]"), attached
    spelled = {4: b"<</F(a.exe)/E#46<</F 5 0 R>>>>", 5: stream(b"MZ" + bytes(60))}
    yield "file-with-codes", pdf(spelled, catalog=b"/AF[4 0 R]"), attached
    by_number = {4: b"<</F(a.exe)/EF 6 0 R>>", 5: stream(b"MZ" + bytes(60)), 6: b"<</F 5 0 R>>"}
    yield "file-by-number", pdf(by_number, catalog=b"/AF[4 0 R]"), attached
    form = stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    yield "form", pdf({4: form}, catalog=b"/AcroForm<</Fields[]/XFA 4 0 R>>"), say.has_key("/XFA")


def _viruses() -> Found:
    yield "virus-in-a-stream", pdf({4: stream(say.EICAR)}, page=b"/Contents 4 0 R"), say.has_virus
    packed = stream(zlib.compress(say.EICAR), b"/Filter/FlateDecode")
    yield "virus-in-a-packed-stream", pdf({4: packed}, page=b"/Contents 4 0 R"), say.has_virus
    for name, mark in (
        ("remark", b"%x\n"),
        ("comment", b"%stream\n"),
        ("end", b"%endobj\n"),
        ("string", b"/X(endobj)"),
    ):
        hidden = packed.replace(b"/Length", mark + b"/Length")
        yield f"virus-behind-a-{name}", pdf({4: hidden}, page=b"/Contents 4 0 R"), say.has_virus
    spelled = packed.replace(b"/FlateDecode", b"/F#6cateDecode")
    yield "virus-by-code", pdf({4: spelled}, page=b"/Contents 4 0 R"), say.has_virus
