"""The OLE container of Word, Excel and PowerPoint before 2007: which of them it is, encryption and macros.

Encryption is read from where the formats keep it: the header of a doc ([MS-DOC] 2.5.2), the record FilePass of an
xls ([MS-XLS] 2.4.117), the token of the current user of a ppt ([MS-PPT] 2.3.2).
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import olefile

from services.validator.formats import Fault, Inspection, NotThisFormatError, embedded, foreign, schemes

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RECORDS_MAX = 200_000
_VBA_INFO = re.compile(rb"\x02\x00\x00\x04\x0c\x00\x00\x00.{4}[^\x00]", re.DOTALL)  # VBAInfoAtom, fHasMacros set
_TYPES = {"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint"}
_FILE_PASS, _BOUND_SHEET, _END = 0x2F, 0x85, 0x0A
_MACRO_SHEET, _BASIC_SHEET, _SUP_BOOK, _HIDDEN = 1, 6, 0x1AE, 0x3
_BOOK_BYTES = 512
WORD_BYTES_MAX = 64 * 1024 * 1024
_DDE_FIELD = re.compile(rb"\x13[\s\"]{0,20}(?i:DDE(?:AUTO)?)\b")
_DDE_FIELD_WIDE = re.compile(rb"\x13\0(?:[\s\"]\0){0,20}(?i:D\0D\0E\0)")
_FETCHED = re.compile(schemes.FETCHED)
_TABLE_FLAG, _TEMPLATE_AT, _TEMPLATE_BYTES_MAX = 0x0200, 0x019A, 64 * 1024
_ACTION_OF_SLIDES = re.compile(rb"\x00\x00\xf3\x0f\x10\x00\x00\x00.{8}\x02", re.DOTALL)  # InteractiveInfoAtom
_ACTING_LINK = re.compile(rb"\x13\s{0,20}(?i:HYPERLINK)\s{1,20}\"?\s{0,20}" + schemes.ACTING.encode())
_FETCHING_FIELD = re.compile(
    rb"\x13\s{0,20}(?i:INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK)\b[^\x13-\x15]{0,100}?(?:(?i:https?|ftp):|\\\\\\\\)"
)
_OBJECT_OF_SLIDES = re.compile(rb"[\x00\x10]\x00\x11\x10.{4}", re.DOTALL)  # record 0x1011, stored or compressed
_CURRENT_USER_ENCRYPTED = 0xF3D1C4DF
_FIB_ENCRYPTED = 0x0100


def inspect(path: str, kind: str) -> Inspection:
    """Tell the programs apart by their streams. Raises `NotThisFormatError` for another one or no container."""
    with open(path, "rb") as file:
        if file.read(8) != SIGNATURE:
            raise NotThisFormatError
    try:
        with olefile.OleFileIO(path) as container:
            found = _program(container)
            faults = (*_faults(container, found), *foreign.faults(path, "ole"))
    except embedded.BROKEN:
        return Inspection(_TYPES[kind], (Fault("damaged", {"reason": "the container cannot be read"}),))
    if found != kind and not any(fault.code == "encrypted" for fault in faults):
        raise NotThisFormatError(_TYPES.get(found, "an OLE container of another program"))
    return Inspection(_TYPES[kind], faults)


def encrypted_package(path: str) -> bool:
    """Say whether this is a docx or xlsx with a password, which is an OLE container."""
    try:
        with olefile.OleFileIO(path) as container:
            return bool(container.exists("EncryptedPackage"))
    except embedded.BROKEN:
        return False


def _program(container: olefile.OleFileIO) -> str:
    streams = (
        ("EncryptedPackage", "ooxml"),
        ("WordDocument", "doc"),
        ("Workbook", "xls"),
        ("Book", "xls"),
        ("PowerPoint Document", "ppt"),
    )
    return next((program for stream, program in streams if container.exists(stream)), "")


def _faults(container: olefile.OleFileIO, program: str) -> Iterator[Fault]:
    records = list(_workbook_records(container)) if program == "xls" else []
    if _is_encrypted(container, program, records):
        yield Fault("encrypted")
        return
    if len(records) == RECORDS_MAX:
        yield Fault("damaged", {"reason": "its workbook begins with more records than can be checked"})
        return
    slides = _stream(container, "PowerPoint Document")
    what = _macros(container, records, slides)
    if what:
        yield Fault("macros", {"what": what})
    yield from _links(container, records)
    yield from _template(container)
    yield from _actions_of_slides(slides)
    if any(kind == _BOUND_SHEET and data[4:5] and data[4] & _HIDDEN for kind, data in records):
        yield Fault("hidden-content", {"what": "hidden sheets"})
    objects = [*embedded.container_faults(container, 1, own_macros=False), *_objects_of_slides(slides)]
    yield from {fault.code: fault for fault in objects if fault.code != "encrypted"}.values()


def _links(container: olefile.OleFileIO, records: list[tuple[int, bytes]]) -> Iterator[Fault]:
    """What the fields of a doc do, and DDE in an xls ([MS-XLS] 2.5.277: a mark 3 parts server and topic)."""
    if container.exists("WordDocument"):
        text = container.openstream("WordDocument").read(WORD_BYTES_MAX)
        if _DDE_FIELD.search(text) or _DDE_FIELD_WIDE.search(text):
            yield Fault("dde", {"what": "a DDE field"})
        letters = text.replace(b"\0", b"")
        if _ACTING_LINK.search(letters):
            yield Fault("remote-code", {"what": "a link that acts"})
        if _FETCHING_FIELD.search(letters):
            yield Fault("remote-reference", {"what": "a field that fetches another file"})
    books = [data for kind, data in records if kind == _SUP_BOOK and len(data) > 5]
    names = [data[4 : 4 + _BOOK_BYTES] for data in books if data[2:4] not in (b"\x01\x04", b"\x01\x3a")]
    if any(b"\x03" in name for name in names):
        yield Fault("dde", {"what": "a DDE or OLE link"})
    elif names:
        yield Fault("remote-reference", {"what": "another workbook"})


def _template(container: olefile.OleFileIO) -> Iterator[Fault]:
    """The template of a doc, when it is fetched ([MS-DOC] 2.9.277: the second of the associated strings)."""
    if not container.exists("WordDocument"):
        return
    head = container.openstream("WordDocument").read(_TEMPLATE_AT + 8)
    if len(head) < _TEMPLATE_AT + 8:
        return
    (flags,) = struct.unpack_from("<H", head, 10)
    table = "1Table" if flags & _TABLE_FLAG else "0Table"
    if not container.exists(table):
        return
    at, size = struct.unpack_from("<II", head, _TEMPLATE_AT)
    strings = container.openstream(table).read()[at : at + min(size, _TEMPLATE_BYTES_MAX)]
    lengths = 6
    for number in range(2):
        if len(strings) < lengths + 2:
            return
        (length,) = struct.unpack_from("<H", strings, lengths)
        text = strings[lengths + 2 : lengths + 2 + 2 * length].decode("utf-16-le", "replace")
        if number == 1 and _FETCHED.search(text):
            yield Fault("remote-code", {"what": "a template"})
        lengths += 2 + 2 * length


def _stream(container: olefile.OleFileIO, name: str) -> bytes:
    """Return a whole stream; empty where there is none. It is at most as large as the file."""
    if not container.exists(name):
        return b""
    content: bytes = container.openstream(name).read()
    return content


def _actions_of_slides(slides: bytes) -> Iterator[Fault]:
    """A program that a click or the mouse starts ([MS-PPT] 2.6.10)."""
    if _ACTION_OF_SLIDES.search(slides):
        yield Fault("remote-code", {"what": "an action that starts a program"})


def _objects_of_slides(slides: bytes) -> Iterator[Fault]:
    """Packed objects of a ppt ([MS-PPT] 2.10.34: ExOleObjStg), unpacked within a bound."""
    budget = embedded.NESTED_BYTES_MAX
    for match in _OBJECT_OF_SLIDES.finditer(slides):
        (size,) = struct.unpack_from("<I", slides, match.start() + 4)
        body = slides[match.end() : match.end() + size]
        inner = body
        if match.group()[:2] == b"\x10\x00":
            try:
                inner = zlib.decompressobj().decompress(body[4:], budget + 1)
            except zlib.error:
                continue
        budget -= len(inner)
        if budget <= 0:
            yield Fault("archive-bomb", {"reason": "the objects inside it are too large to be checked"})
            return
        if inner.startswith(SIGNATURE):
            yield from embedded.in_ole(inner)


def _is_encrypted(container: olefile.OleFileIO, program: str, records: list[tuple[int, bytes]]) -> bool:
    if program == "ooxml":
        return True
    if program == "doc":
        (flags,) = struct.unpack_from("<H", container.openstream("WordDocument").read(12), 10)
        return bool(flags & _FIB_ENCRYPTED)
    if program == "ppt" and container.exists("Current User"):
        head = container.openstream("Current User").read(16)
        return len(head) == 16 and struct.unpack_from("<I", head, 12)[0] == _CURRENT_USER_ENCRYPTED
    return any(kind == _FILE_PASS for kind, _ in records)


def _macros(container: olefile.OleFileIO, records: list[tuple[int, bytes]], slides: bytes) -> str:
    for path in container.listdir(streams=True, storages=True):
        if path[-1].upper() in ("VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR", "MACROS"):
            return "VBA"
    if slides:
        return "VBA" if _VBA_INFO.search(slides) else ""
    sheets = {data[5] for kind, data in records if kind == _BOUND_SHEET and len(data) > 5}
    return "Excel 4.0" if _MACRO_SHEET in sheets else "VBA" if _BASIC_SHEET in sheets else ""


def _workbook_records(container: olefile.OleFileIO) -> Iterator[tuple[int, bytes]]:
    """Yield the records of the workbook's globals: number and the first bytes of the body."""
    stream: BinaryIO = container.openstream("Workbook" if container.exists("Workbook") else "Book")
    for _ in range(RECORDS_MAX):
        head = stream.read(4)
        if len(head) < 4:
            return
        kind, size = struct.unpack("<HH", head)
        body = stream.read(size)
        yield kind, body[: _BOOK_BYTES if kind == _SUP_BOOK else 8]
        if kind == _END:
            return
