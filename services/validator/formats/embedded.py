"""Files inside documents: what they are by their first bytes, and whether a nested document is harmful itself.

A chart or table that another program edits (docx, xlsx, an OLE object) is remarkable; a packed file, an archive or a
program is refused. Nested documents are opened to a depth of three, from memory, within one budget of bytes.
"""

import io
import struct
import zipfile
import zlib

import olefile

from services.validator.formats import Fault, foreign, package

DEPTH_MAX = 3
NESTED_BYTES_MAX = 64 * 1024 * 1024
HEAD_BYTES = 8
BROKEN = (
    OSError, ValueError, struct.error, IndexError, KeyError, RecursionError, zipfile.BadZipFile, zlib.error, EOFError,
    NotImplementedError, RuntimeError, OverflowError, TypeError, AttributeError, MemoryError, AssertionError,
)  # fmt: skip
_PACKED = ("\x01ole10native", "\x02ole10itemname")
_EQUATION = "equation native"
_LINK, _LINK_BYTES_MAX = "\x01ole", 64 * 1024
_FETCHING_MONIKERS = (
    bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b"),  # of an address
    bytes.fromhex("d33b0906aa48d2118432006008c3fbfc"),  # of a script
    bytes.fromhex("c7b0abec197fd211978e0000f8757e2a"),  # of a service
)
_SCRIPTS = ("vba", "_vba_project", "_vba_project_cur", "macros")
_OFFICE = ("word/", "xl/", "ppt/", "visio/")
_PROGRAM_NAMES = (".exe", ".dll", ".scr", ".js", ".vbs", ".bat", ".cmd", ".ps1", ".lnk", ".hta", ".jar", ".msi")


def looks_nested(head: bytes) -> bool:
    """Say whether a part that begins like this must be looked at with `faults`."""
    return foreign.named(head) in (
        "a zip archive", "a rar archive", "a 7z archive", "a gzip archive", "a cabinet archive", "an xz archive",
        "a program", "an Office document", "a PDF", "a rich text", "a script",
    )  # fmt: skip


def faults(data: bytes, name: str, depth: int = 1) -> list[Fault]:
    """Judge one file that lies inside a document."""
    if depth > DEPTH_MAX:
        return [Fault("archive-bomb", {"reason": f"documents within documents, more than {DEPTH_MAX} deep"})]
    what = foreign.named(data[:HEAD_BYTES])
    if what in ("a program", "a script") or name.lower().endswith(_PROGRAM_NAMES):
        return [Fault("program-inside", {"what": what or "a program"})]
    if what == "an Office document":
        return in_ole(data, depth)
    if what == "a zip archive":
        return _in_zip(data, depth)
    if what.endswith("archive"):
        return [Fault("archive-inside", {"what": what})]
    return [Fault("ole-package", {"what": what or "a file"})]


def in_ole(data: bytes, depth: int = 1, *, equations: bool = False) -> list[Fault]:
    """Judge an OLE object: a package holds a file, macros are macros, the rest is an object of another program.

    With `equations` those of the old editor are refused too.
    """
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if equations and any(path[-1].lower() == _EQUATION for path in container.listdir()):
                return [Fault("ole-package", {"what": "an equation of the old editor"})]
            return container_faults(container, depth) or [Fault("embedded-object", {"what": "an OLE object"})]
    except BROKEN:
        return [Fault("ole-package", {"what": "an object that cannot be read"})]


def container_faults(container: olefile.OleFileIO, depth: int, *, own_macros: bool = True) -> list[Fault]:
    """Judge the storages of an OLE container: packages, nested documents and (of objects) macros."""
    found: list[Fault] = []
    budget = NESTED_BYTES_MAX
    for path in container.listdir(streams=True, storages=True):
        last = path[-1].lower()
        if last in _PACKED:
            found.append(Fault("ole-package", {"what": "a packed file"}))
        elif last == _LINK and _fetches(container, path):
            found.append(Fault("remote-code", {"what": "an object from another address"}))
        elif own_macros and last in _SCRIPTS:
            found.append(Fault("macros", {"what": "VBA in an object"}))
        elif last in ("package", "contents") and container.get_type(path) == olefile.STGTY_STREAM:
            budget -= min(container.get_size(path), budget)
            inner = container.openstream(path).read(NESTED_BYTES_MAX) if budget else b""
            if looks_nested(inner[:HEAD_BYTES]):
                found += faults(inner, "", depth + 1)
        elif last == "encryptedpackage":
            found.append(Fault("encrypted"))
        elif last.startswith("mbd") or (len(path) == 2 and path[0].lower() == "objectpool"):
            found.append(Fault("embedded-object", {"what": "an OLE object"}))
    return found


def _fetches(container: olefile.OleFileIO, path: list[str]) -> bool:
    """Say whether an object is a link whose source is fetched or run ([MS-OLEDS] 2.3.3)."""
    if container.get_type(path) != olefile.STGTY_STREAM:
        return False
    link = container.openstream(path).read(_LINK_BYTES_MAX)
    return any(moniker in link for moniker in _FETCHING_MONIKERS)


def _in_zip(data: bytes, depth: int) -> list[Fault]:
    """A nested Office document is remarkable when it is harmless; every other zip is an archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name.lower() for name in archive.namelist()]
            if "[content_types].xml" not in names or not any(name.startswith(_OFFICE) for name in names):
                return [Fault("archive-inside", {"what": "a zip archive"})]
            if sum(member.file_size for member in archive.infolist()) > NESTED_BYTES_MAX:
                return [Fault("archive-bomb", {"reason": "a document inside it is too large when unpacked"})]
            if any(package.is_contradicted(io.BytesIO(data), member) for member in archive.infolist()):
                return [Fault("archive-inside", {"what": "an archive that contradicts itself"})]
            if any("vbaproject" in name or "macrosheets/" in name for name in names):
                return [Fault("macros", {"what": "in a document inside it"})]
            return [Fault("embedded-object", {"what": "an Office document"}), *_nested(archive, depth)]
    except BROKEN:
        return [Fault("archive-inside", {"what": "an archive that cannot be read"})]


def _nested(archive: zipfile.ZipFile, depth: int) -> list[Fault]:
    found: list[Fault] = []
    for member in archive.infolist():
        if member.flag_bits & 1:
            return [Fault("encrypted")]
        with archive.open(member) as part:
            inner = part.read(NESTED_BYTES_MAX)
        if looks_nested(inner[:HEAD_BYTES]):
            found += faults(inner, member.filename, depth + 1)
    return found
