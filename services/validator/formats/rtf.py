"""Rich text: begins as such, its groups are closed at the end, and nothing in it acts or was packed into it."""

import os
import re
import struct
from collections.abc import Iterator

from services.validator.formats import Fault, Inspection, NotThisFormatError, embedded, foreign

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OBJECTS_MAX = 1_000
OBJECT_HEX_MAX = 2 * embedded.NESTED_BYTES_MAX
_OBJECT = re.compile(rb"\\objdata\b")
_CONTROL = re.compile(rb"\\(?:'[0-9a-fA-F]{2}|[a-zA-Z]{1,32}-?\d{0,10} ?|[^a-zA-Z])")
_NOT_HEX = re.compile(rb"[^0-9a-fA-F]")
_DDE = re.compile(rb"\\fldinst\b(?:[^{}]|[{}]){0,400}?\bDDE(?:AUTO)?\b", re.IGNORECASE)
_REMOTE_FIELD = re.compile(
    rb"\b(?:INCLUDEPICTURE|INCLUDETEXT|LINK)\b[^{}]{0,100}?(?:https?:|ftp:|\\\\\\\\)", re.IGNORECASE
)
_TEMPLATE = re.compile(rb"\\\*?\s*\\template\b\s*([^{}]{1,500})", re.IGNORECASE)
_FETCHED = re.compile(rb"https?:|ftp:|mhtml:", re.IGNORECASE)
_LINKS_ITSELF = re.compile(rb"\\obj(?:autlink|link|update)\b")
_CLASSES = (b"Package", b"OLE2Link", b"Shell.Explorer", b"htmlfile", b"ScriptBridge")
_EQUATION = b"Equation."


def inspect(path: str, kind: str) -> Inspection:
    """Look at both ends and the objects. Raises `NotThisFormatError` when it does not begin with the signature."""
    with open(path, "rb") as file:
        if not file.read(64).lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{\\rtf"):
            raise NotThisFormatError
        file.seek(max(os.path.getsize(path) - 4096, 0))
        tail = file.read().rstrip(b"\0 \r\n\t\x1a")
        file.seek(0)
        data = file.read()
    end = data.rfind(b"}") + 1
    found = list(_active(data))
    if not tail.endswith(b"}"):
        rest = data[end:].strip(b"\0 \r\n\t\x1a")
        what = foreign.named(rest) if end else ""
        found.append(
            Fault("foreign-data", {"what": what}) if what else Fault("damaged", {"reason": "the text breaks off"})
        )
    found += foreign.faults(path, "rtf")
    return Inspection("application/rtf", tuple({fault.code: fault for fault in found}.values()))


def _active(data: bytes) -> Iterator[Fault]:
    if _DDE.search(data):
        yield Fault("dde", {"what": "a DDE field"})
    if _REMOTE_FIELD.search(data):
        yield Fault("remote-reference", {"what": "a field that fetches another file"})
    for match in _TEMPLATE.finditer(data):
        code = "remote-code" if _FETCHED.search(_plain(match.group(1))) else "remote-reference"
        yield Fault(code, {"what": "a template"})
    for number, match in enumerate(_OBJECT.finditer(data)):
        if number >= OBJECTS_MAX:
            yield Fault("ole-package", {"what": "more objects than can be checked"})
            return
        yield from _judge(_bytes_of(data, match.end()))
    if _LINKS_ITSELF.search(data):
        yield Fault("remote-reference", {"what": "a linked object"})


def _plain(text: bytes) -> bytes:
    return re.sub(rb"\\'([0-9a-fA-F]{2})", lambda one: bytes([int(one.group(1), 16)]), text)


def _bytes_of(data: bytes, start: int) -> bytes:
    """Decode the hexadecimal digits up to the end of the group; control words between them are a known disguise."""
    end = _end_of_group(data, start)
    digits = _NOT_HEX.sub(b"", _CONTROL.sub(b"", data[start:end]))
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode())


def _end_of_group(data: bytes, start: int) -> int:
    depth = 0
    limit = min(len(data), start + OBJECT_HEX_MAX)
    for match in re.compile(rb"[{}]").finditer(data, start, limit):
        depth += 1 if match.group() == b"{" else -1
        if depth < 0:
            return match.start()
    return limit


def _judge(body: bytes) -> list[Fault]:
    """Judge an object in the old form ([MS-OLEDS] 2.2): version, kind, class name, then its data."""
    name = b""
    if len(body) > 12:
        (length,) = struct.unpack_from("<I", body, 8)
        name = body[12 : 12 + min(length, 100)].rstrip(b"\0")
    at = body.find(SIGNATURE)
    if any(one.lower() in name.lower() for one in _CLASSES):
        return [Fault("ole-package", {"what": name[:20].decode("ascii", "replace")})]
    if _EQUATION.lower() in name.lower() or not name.isascii() or not name:
        return [Fault("ole-package", {"what": "an equation of the old editor" if name else "an unnamed object"})]
    return embedded.in_ole(body[at:]) if at >= 0 else [Fault("embedded-object", {"what": "an OLE object"})]
