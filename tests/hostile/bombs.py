"""Files that are small and grow without end: by ratio, in all, by number, depth, overlap, declaration."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace

from tests.hostile import Hostile
from tests.hostile.pdfs import pdf, stream
from tests.hostile.zips import MEBIBYTE, Part, archive, zlib_zeros
from tests.unit.validator import samples
from tests.unit.validator.test_dangerous_content import PACKAGE_OBJECT, ZIP, sheet, word


def files() -> Iterator[Hostile]:
    """Bombs of each kind, and archives in archives."""
    large = [Part.zeros(f"word/media/{number}.bin", 100) for number in range(12)]
    yield Hostile(name="bomb-ratio.docx", data=_document(large[0]))
    yield Hostile(name="bomb-total.docx", data=_document(*large))
    yield Hostile(name="bomb-one-part.docx", data=_document(Part.zeros("word/media/a.bin", 260)))
    yield Hostile(name="bomb-entries.docx", data=_document(*(Part.of(f"word/media/{at}", b"") for at in range(10_050))))
    yield Hostile(name="bomb-depth.docx", data=_deep(6))
    yield Hostile(name="bomb-depth-of-zips.docx", data=word("word/media/a.zip", _zips(40)))
    yield Hostile(name="bomb-overlap.docx", data=_document(*large[:2], overlap=True))
    yield Hostile(name="bomb-that-lies.docx", data=_document(replace(large[0], size=100)))
    yield Hostile(name="bomb-ratio.xlsx", data=sheet("xl/worksheets/sheet1.xml", b" " * (80 * MEBIBYTE)))
    yield Hostile(name="bomb-of-entities.docx", data=word("word/header1.xml", _laughs()))
    yield Hostile(name="bomb-of-attributes.docx", data=word("word/header1.xml", _attributes()), is_bad=False)
    yield Hostile(name="bomb-of-elements.docx", data=word("word/header1.xml", b"<a>" * 200_000), is_bad=True)
    for layers in (1, 2, 3):
        yield Hostile(name=f"bomb-of-{layers}-layers.pdf", data=_stream(layers))
    behind = stream(zlib_zeros(300), b"/Filter/FlateDecode%stream\n")
    yield Hostile(name="bomb-behind-a-comment.pdf", data=pdf({4: behind}, page=b"/Contents 4 0 R"))
    yield Hostile(name="bomb-of-arrays.pdf", data=pdf({4: b"[" * 200_000}, catalog=b"/X 4 0 R"), is_bad=False)
    yield Hostile(name="bomb-of-pages.pdf", data=_pages_in_a_ring(), is_bad=False)
    yield Hostile(name="bomb-of-pixels.png", data=_pixels())
    yield Hostile(name="bomb-of-groups.rtf", data=b"{\\rtf1 " + b"{" * 500_000 + b"}" * 500_001, is_bad=False)
    yield Hostile(name="bomb-of-fields.rtf", data=b"{\\rtf1 " + b"{\\fldinst " * 200_000 + b"}", is_bad=False)
    yield Hostile(name="bomb-of-objects.rtf", data=b"{\\rtf1 " + b"{\\objdata 01" * 200_000 + b"}")
    yield Hostile(name="bomb-in-a-ring.doc", data=_ring(), is_bad=False)
    yield Hostile(name="bomb-of-cells.csv", data=b"=" * 2_000_000 + b"\n", is_bad=False)
    yield Hostile(name="bomb-of-tags.txt", data=b"<a " * 700_000, is_bad=False)


def _document(*more: Part, overlap: bool = False) -> bytes:
    with zipfile.ZipFile(io.BytesIO(word("word/a.xml", b"<a/>"))) as good:
        parts = [Part.of(name, good.read(name)) for name in good.namelist()]
    return archive([*parts, *more], overlap=overlap)


def _deep(levels: int) -> bytes:
    data = word("word/a.xml", b"<a/>")
    for _ in range(levels):
        data = word("word/embeddings/a.docx", data)
    return data


def _zips(levels: int) -> bytes:
    data = ZIP
    for _ in range(levels):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as outer:
            outer.writestr("a.zip", data)
        data = out.getvalue()
    return data


def _laughs() -> bytes:
    levels = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 10))
    return f'<!DOCTYPE a [<!ENTITY a0 "ha">{levels}]><a>&a9;</a>'.encode()


def _attributes() -> bytes:
    return b"<a " + b" ".join(b'a%d="1"' % number for number in range(100_000)) + b"/>"


def _stream(layers: int) -> bytes:
    packed = zlib_zeros(300)
    for _ in range(layers - 1):
        packed = zlib.compress(packed)
    named = b"/Filter[" + b"/FlateDecode" * layers + b"]"
    return pdf({4: stream(packed, named)}, page=b"/Contents 4 0 R")


def _pages_in_a_ring() -> bytes:
    return pdf({4: b"<</Type/Pages/Kids[2 0 R 4 0 R 3 0 R]/Count 9999999>>"}, catalog=b"/Pages 4 0 R")


def _pixels() -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(MEBIBYTE))) + chunk(b"IEND", b"")


def _ring() -> bytes:
    """An OLE container whose table of sectors leads back to itself."""
    data = bytearray(samples.ole({"WordDocument": PACKAGE_OBJECT}))
    table = samples.SECTOR
    for at in range(1, samples.SECTOR // 4):
        struct.pack_into("<I", data, table + 4 * at, 1)
    return bytes(data)
