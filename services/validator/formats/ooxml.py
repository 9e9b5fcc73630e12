"""docx and xlsx: a sound package whose main part has the right content type, without password or macros."""

import posixpath
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from services.validator.formats import Fault, Inspection, NotThisFormatError, ole, ooxml_content, package, xml

_MAIN = "application/vnd.openxmlformats-officedocument.{}.main+xml"
_KINDS = {_MAIN.format("wordprocessingml.document"): "docx", _MAIN.format("spreadsheetml.sheet"): "xlsx"}
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DESCRIPTION_BYTES_MAX = 4 * 1024 * 1024


@dataclass(slots=True)
class _Description:
    """What `[Content_Types].xml` and `_rels/.rels` say."""

    by_name: dict[str, str] = field(default_factory=dict)
    by_extension: dict[str, str] = field(default_factory=dict)
    main: str = ""

    def type_of(self, name: str) -> str:
        by_name = self.by_name.get("/" + name.lstrip("/").lower())
        return by_name or self.by_extension.get(name.rpartition(".")[2].lower(), "")


def inspect(path: str, kind: str) -> Inspection:
    """Judge the package. Raises `NotThisFormatError` when it is no zip or its main part is of another program."""
    with open(path, "rb") as file:
        head = file.read(8)
    if head == ole.SIGNATURE and ole.encrypted_package(path):
        return Inspection(_TYPES[kind], (Fault("encrypted"),))
    if not head.startswith(b"PK\x03\x04"):
        raise NotThisFormatError
    if fault := package.directory_fault(path):
        return Inspection(_TYPES[kind], (fault,))
    try:
        with zipfile.ZipFile(path) as archive:
            if foreign := package.bomb_fault(archive) or package.foreign_fault(path, archive):
                return Inspection(_TYPES[kind], (foreign,))
            return _inspect(archive, kind)
    except package.BROKEN:
        return Inspection(_TYPES[kind], (Fault("damaged", {"reason": "the package cannot be opened"}),))


def _inspect(archive: zipfile.ZipFile, kind: str) -> Inspection:
    try:
        described = _describe(archive)
    except (LookupError, ValueError, expat.ExpatError, xml.DeclaredTypeError) as error:
        if "[Content_Types].xml" not in archive.namelist():
            raise NotThisFormatError("a zip archive") from error
        return Inspection(_TYPES[kind], (Fault("damaged", {"reason": "its description cannot be read"}),))
    main_type = described.type_of(described.main)
    macros = _macros(archive, described)
    if _KINDS.get(main_type) != kind and not macros:
        raise NotThisFormatError(_KINDS.get(main_type) or main_type or "a zip archive")
    inside = {(one.code, str(one.params)): one for one in ooxml_content.faults(archive)}
    faults = [*([macros] if macros else []), *inside.values()]
    if _KINDS.get(main_type) != kind:
        faults.append(Fault("content-mismatch", {"detected": main_type or "a zip archive"}))
    return Inspection(_TYPES[kind], tuple(faults))


def _describe(archive: zipfile.ZipFile) -> _Description:
    described = _Description()

    def content_type(name: str, attributes: dict[str, str]) -> None:
        if xml.local(name) == "Override":
            described.by_name[attributes.get("PartName", "").lower()] = attributes.get("ContentType", "")
        elif xml.local(name) == "Default":
            described.by_extension[attributes.get("Extension", "").lower()] = attributes.get("ContentType", "")

    def relation(name: str, attributes: dict[str, str]) -> None:
        if xml.local(name) == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            described.main = posixpath.normpath(attributes.get("Target", "")).lstrip("/")

    _read(archive, "[Content_Types].xml", content_type)
    _read(archive, "_rels/.rels", relation)
    return described


def _read(archive: zipfile.ZipFile, name: str, start: xml.Start) -> None:
    if archive.getinfo(name).file_size > _DESCRIPTION_BYTES_MAX:
        raise KeyError(name)
    with archive.open(name) as part:
        xml.parse(part, start=start)


def _macros(archive: zipfile.ZipFile, described: _Description) -> Fault | None:
    types = {*described.by_name.values(), *described.by_extension.values()}
    names = [name.lower() for name in archive.namelist()]
    if any(name.rpartition("/")[2].startswith("vbaproject") for name in names) or any(
        "vbaProject" in one or "macroEnabled" in one for one in types
    ):
        return Fault("macros", {"what": "VBA"})
    if any(name.startswith("xl/macrosheets/") for name in names) or any("macrosheet" in one.lower() for one in types):
        return Fault("macros", {"what": "Excel 4.0"})
    return None
