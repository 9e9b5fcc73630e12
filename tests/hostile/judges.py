"""Whether what is bad about a file is still in it, told by other means than the validator's.

Zip and XML of the standard library, qpdf (through pikepdf) for PDF, olefile for OLE containers, and plain marks in
texts. A file that these cannot open holds nothing that a program could run, as far as this judge goes.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import olefile
import pikepdf

from tests.hostile import Judge

EICAR = b"".join((rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"))
"""Put together here only: whole, scanners would take the source of this project away."""

_DEPTH_MAX = 50
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError, LookupError,
    AttributeError, TypeError, ElementTree.ParseError, pikepdf.PdfError, MemoryError, RecursionError,
)  # fmt: skip


def parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the parts of a package that can be unpacked and have the right check sum."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            try:
                yield member.filename, archive.read(member)
            except _UNREADABLE:
                continue


def in_package(is_bad: Callable[[str, bytes], bool]) -> Judge:
    """A package with content types in which one part at least is bad."""

    def judge(data: bytes) -> bool:
        try:
            known = dict(parts(data))
            ElementTree.fromstring(known["[Content_Types].xml"])
            return any(is_bad(name, body) for name, body in known.items())
        except _UNREADABLE:
            return False

    return judge


def has_text_in(*tags: str, pattern: str) -> Callable[[str, bytes], bool]:
    """XML whose elements of these names, joined, say something."""

    def is_bad(_: str, body: bytes) -> bool:
        try:
            root = ElementTree.fromstring(body)
        except _UNREADABLE:
            return False
        said = "".join(one.text or "" for one in root.iter() if one.tag.rpartition("}")[2] in tags)
        return re.search(pattern, said) is not None

    return is_bad


def has_element(tag: str) -> Callable[[str, bytes], bool]:
    """XML with an element of this name."""

    def is_bad(_: str, body: bytes) -> bool:
        try:
            return any(one.tag.rpartition("}")[2] == tag for one in ElementTree.fromstring(body).iter())
        except _UNREADABLE:
            return False

    return is_bad


def has_relation(kind: str, target: str) -> Callable[[str, bytes], bool]:
    """Relations of which one is of this kind and leads to such a target."""

    def is_bad(name: str, body: bytes) -> bool:
        if not name.endswith(".rels"):
            return False
        try:
            found = list(ElementTree.fromstring(body).iter())
        except _UNREADABLE:
            return False
        return any(
            one.get("Type", "").endswith("/" + kind)
            and one.get("Target", "").startswith(target)
            and (one.get("TargetMode") == "External" or kind == "hyperlink")
            for one in found
        )

    return is_bad


def is_zip(name: str, body: bytes) -> bool:
    """A part that is an archive in itself, and one that can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return body.startswith(b"PK\x03\x04") and bool(archive.namelist()) and archive.testzip() is None
    except _UNREADABLE:
        return False


def has_stream(*names: str) -> Judge:
    """An OLE container with a stream or storage of one of these names at any depth."""

    def judge(data: bytes) -> bool:
        try:
            with olefile.OleFileIO(io.BytesIO(data)) as container:
                paths = container.listdir(streams=True, storages=True)
                return any(path[-1].lower() in names and _can_be_read(container, path) for path in paths)
        except _UNREADABLE:
            return False

    return judge


def has_in_stream(name: str, mark: bytes) -> Judge:
    """An OLE container with these bytes in a stream of this name."""

    def judge(data: bytes) -> bool:
        try:
            with olefile.OleFileIO(io.BytesIO(data)) as container:
                return mark in container.openstream(name).read()
        except _UNREADABLE:
            return False

    return judge


def has_record(wanted: bytes) -> Judge:
    """A workbook that is read record by record to one of these bytes."""

    def judge(data: bytes) -> bool:
        try:
            with olefile.OleFileIO(io.BytesIO(data)) as container:
                body, at = container.openstream("Workbook").read(), 0
        except _UNREADABLE:
            return False
        while at + 4 <= len(body):
            size = int.from_bytes(body[at + 2 : at + 4], "little")
            if body[at : at + 4 + size] == wanted:
                return True
            if body[at : at + 2] == b"\x0a\0":
                return False
            at += 4 + size
        return False

    return judge


def _can_be_read(container: olefile.OleFileIO, path: list[str]) -> bool:
    try:
        if container.get_type(path) == olefile.STGTY_STREAM:
            container.openstream(path).read()
    except _UNREADABLE:
        return False
    return True


def ole_part(*names: str) -> Callable[[str, bytes], bool]:
    """A part that is such a container."""
    judge = has_stream(*names)
    return lambda _, body: judge(body)


def in_pdf(is_bad: Callable[[pikepdf.Object], bool]) -> Judge:
    """A PDF that opens and in which one object, however deep, is bad."""

    def judge(data: bytes) -> bool:
        try:
            with pikepdf.open(io.BytesIO(data)) as document:
                return len(document.pages) > 0 and any(is_bad(one) for one in _dictionaries(document))
        except _UNREADABLE:
            return False

    return judge


def _dictionaries(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Yield what hangs on the root, each once: what nothing refers to, no reader acts on."""
    seen: set[tuple[int, int]] = set()
    left: list[tuple[pikepdf.Object, int]] = [(document.Root, 0)]
    while left:
        one, depth = left.pop()
        if depth > _DEPTH_MAX or one.objgen in seen:
            continue
        if one.is_indirect:
            seen.add(one.objgen)
        inner: list[object] = []
        if isinstance(one, pikepdf.Array):
            inner = list(one)
        elif isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            yield one
            inner = [value for _, value in one.items()]
        left += [(value, depth + 1) for value in inner if isinstance(value, pikepdf.Object)]


def acts(kind: str, key: str) -> Judge:
    """A PDF with an action of a kind that has what it needs."""
    return in_pdf(lambda one: str(one.get("/S", "")) == kind and key in one)


def has_key(key: str) -> Judge:
    """A PDF with a key in one of its dictionaries."""
    return in_pdf(lambda one: key in one)


def has_mark(*marks: bytes, start: bytes = b"") -> Judge:
    """A file that begins like its format and holds these bytes."""
    return lambda data: data.startswith(start) and all(mark in data for mark in marks)


def has_words(mark: str) -> Judge:
    """A text, in whichever encoding has a mark, that holds these words as words."""
    pattern = re.compile(rf"(?<!\S){re.escape(mark)}")
    return lambda data: pattern.search(_text(data)) is not None


def has_cell(content: str) -> Judge:
    """A table, parted by semicolons or tabs, of which a cell begins so."""

    def judge(data: bytes) -> bool:
        try:
            rows = [row for mark in ";\t" for row in csv.reader(_text(data).splitlines(), delimiter=mark)]
        except csv.Error:
            return False
        return any(cell.startswith(content) for row in rows for cell in row)

    return judge


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def has_virus(data: bytes) -> bool:
    """The EICAR string as it is, in a part of a package or in a stream of a PDF."""
    if EICAR in data:
        return True
    try:
        return any(EICAR in body for _, body in parts(data))
    except _UNREADABLE:
        return _in_streams(data)


def _in_streams(data: bytes) -> bool:
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            streams = [one for one in document.objects if isinstance(one, pikepdf.Stream)]
            return any(EICAR in one.read_bytes() for one in streams)
    except _UNREADABLE:
        return False
