"""Small, well-formed files of every allowed format, made without the programs that usually make them."""

import io
import struct
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path

from PIL import Image

from local.demo import files

SECTOR = 512
_FREE, _END, _FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE container with these streams, each padded so that none goes into the mini stream."""
    padded = {name: data.ljust(4096, b"\0") for name, data in streams.items()}
    fat: list[int] = [_FAT_SECTOR]
    body = b""
    starts = {}
    for name, data in padded.items():
        starts[name] = len(fat)
        count = -(-len(data) // SECTOR)
        fat += [len(fat) + number + 1 for number in range(count - 1)] + [_END]
        body += data.ljust(count * SECTOR, b"\0")
    entries = [_entry("Root Entry", 5, child=1, start=_END, size=0)]
    names = list(padded)
    entries += [
        _entry(
            name, 2, right=number + 2 if number + 1 < len(names) else _FREE, start=starts[name], size=len(padded[name])
        )
        for number, name in enumerate(names)
    ]
    directory = b"".join(entries)
    directory = directory.ljust(-(-len(directory) // SECTOR) * SECTOR, b"\0")
    first_directory = len(fat)
    count = len(directory) // SECTOR
    fat += [len(fat) + number + 1 for number in range(count - 1)] + [_END]
    assert len(fat) <= SECTOR // 4
    table = struct.pack(f"<{SECTOR // 4}I", *fat, *[_FREE] * (SECTOR // 4 - len(fat)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, first_directory, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    return header + table + body + directory


def _entry(name: str, kind: int, *, start: int, size: int, child: int = _FREE, right: int = _FREE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIQ", encoded, len(encoded), kind, 1, _FREE, right, child, start, size)


def record(kind: int, body: bytes) -> bytes:
    """One record of an xls."""
    return struct.pack("<HH", kind, len(body)) + body


def word(*, encrypted: bool = False, text: str = "") -> bytes:
    flags = 0x0100 if encrypted else 0
    fib = struct.pack("<HHHHHH", 0xA5EC, 0xC1, 0, 0x0409, 0, flags)
    return ole({"WordDocument": fib.ljust(1024, b"\0") + text.encode("utf-16-le"), "1Table": b"\0"})


def excel(*records: bytes) -> bytes:
    bof = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 0))
    return ole({"Workbook": bof + b"".join(records) + record(0x0A, b"")})


def powerpoint(*, encrypted: bool = False, body: bytes = b"") -> bytes:
    token = 0xF3D1C4DF if encrypted else 0xE391C05F
    user = struct.pack("<HHIII", 0, 0x0FF6, 20, 20, token)
    return ole({"PowerPoint Document": struct.pack("<HHI", 0x0F, 1000, 8) + bytes(8) + body, "Current User": user})


def real(name: str) -> Path:
    """A file that a program wrote (see `real/README.md`)."""
    return Path(__file__).parent / "real" / name


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def isobmff(brand: bytes, *compatible: bytes) -> bytes:
    return (
        box(b"ftyp", brand + bytes(4) + b"".join(compatible))
        + box(b"moov", box(b"mvhd", bytes(100)))
        + box(b"mdat", bytes(64))
    )


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(out, kind)
    return out.getvalue()


def package(main: str, content_type: str, *, extra: Mapping[str, bytes] | None = None) -> bytes:
    """The smallest package that has a main part of a type."""
    out = io.BytesIO()
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType="{content_type}"/></Types>'
    )
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        f'Target="{main}"/></Relationships>'
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("_rels/.rels", relations)
        archive.writestr(main, "<document/>")
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"

_BY_BYTES: dict[str, Callable[[], bytes]] = {
    "doc": word,
    "xls": excel,
    "ppt": powerpoint,
    "pps": powerpoint,
    "mp4": lambda: isobmff(b"isom", b"isom", b"iso2", b"avc1", b"mp41"),
    "mov": lambda: isobmff(b"qt  ", b"qt  "),
    "mpg": real("program2.mpg").read_bytes,
    "mpeg": real("transport.mpeg").read_bytes,
    "ogg": real("opus.ogg").read_bytes,
    "jpeg": partial(picture, "JPEG"),
    "jpg": partial(picture, "JPEG"),
    "png": partial(picture, "PNG"),
    "gif": partial(picture, "GIF"),
    "tif": partial(picture, "TIFF"),
    "txt": partial(str.encode, "Rokasgrāmata skolotājiem.\n"),
    "csv": partial(str.encode, "tēma;skaits\nlasīšana;12\n"),
}


def write(folder: Path, extension: str) -> Path:
    """Write a good file of this extension and return where it is."""
    path = folder / f"sample.{extension}"
    path.write_bytes(content(extension))
    return path


@cache
def content(extension: str) -> bytes:
    """The bytes of a good file of this extension."""
    if extension in _BY_BYTES:
        return _BY_BYTES[extension]()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sample.{extension}"
        if extension == "pdf":
            files.pdf(path, ["A handbook."])
        elif extension == "docx":
            files.docx(path, ["A handbook."])
        elif extension == "xlsx":
            files.xlsx(path, [["topic", "count"], ["reading", 12]])
        elif extension == "rtf":
            files.rtf(path, ["A handbook."])
        else:
            assert extension == "mp3", extension
            files.mp3(path)
        return path.read_bytes()
