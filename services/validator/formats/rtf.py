"""Rich text: begins as such, its groups are closed at the end, and nothing in it acts or was packed into it."""

import os
import re
import struct
from collections.abc import Iterator

from services.validator.formats import Fault, Inspection, NotThisFormatError, embedded, foreign, schemes

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OBJECTS_MAX = 1_000
OBJECT_HEX_MAX = 2 * embedded.NESTED_BYTES_MAX
_GROUP = re.compile(rb"\\(?:objdata|fldinst|template)(?![a-zA-Z])|\\bin(\d{1,10}) ?|\\[\\{}]|[{}]")
_WORDS = _OBJECT, _FIELD, _TEMPLATE = b"\\objdata", b"\\fldinst", b"\\template"
_CONTROL = re.compile(rb"\\(?:'[0-9a-fA-F]{2}|[a-zA-Z]{1,32}-?\d{0,10} ?|[^a-zA-Z])")
_NOT_HEX = re.compile(rb"[^0-9a-fA-F]")
_NOT_DIGITS = re.compile(rb"[^0-9a-fA-F\s\0]")
_FIELD_BYTES_MAX = 64 * 1024
_NESTED_TIMES_MAX = 2
_DDE = re.compile(rb"\bDDE(?:AUTO)?\b", re.IGNORECASE)
_UNICODE = re.compile(rb"\\u(-?\d{1,6}) ?")
_UNICODE_AND_SUBSTITUTE = re.compile(rb"\\u(-?\d{1,6}) ?(?:\\'[0-9a-fA-F]{2}|[^\\{}])?")
_REMOTE_FIELD = re.compile(
    rb"\b(?:INCLUDEPICTURE|INCLUDETEXT|LINK)\b[^{}]{0,100}?(?:https?:|ftp:|\\\\\\\\)", re.IGNORECASE
)
_FETCHED = re.compile(schemes.FETCHED.encode())
_ACTING_LINK = re.compile(rb"\b(?i:HYPERLINK)\s{1,20}\"?\s{0,20}" + schemes.ACTING.encode())
_LINKED = 1
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
    if _REMOTE_FIELD.search(data):
        yield Fault("remote-reference", {"what": "a field that fetches another file"})
    yield from _in_groups(data, skips_binary=False)
    if b"\\bin" in data:
        yield from _in_groups(data, skips_binary=True)
    if _LINKS_ITSELF.search(data):
        yield Fault("remote-reference", {"what": "a linked object"})


def _in_groups(data: bytes, *, skips_binary: bool) -> Iterator[Fault]:
    """Judge fields, objects and templates. Groups inside each other are read again with each, and not without end."""
    budget, objects = _NESTED_TIMES_MAX * len(data) + _FIELD_BYTES_MAX, 0
    for word, start, closed in _groups(data, skips_binary=skips_binary):
        end = min(closed, start + (OBJECT_HEX_MAX if word == _OBJECT else _FIELD_BYTES_MAX))
        budget -= end - start
        objects += word == _OBJECT
        if budget < 0 or objects > OBJECTS_MAX:
            yield Fault("ole-package", {"what": "more objects than can be checked"})
            return
        if word == _OBJECT:
            yield from _judge_object(data[start:end])
        elif word == _TEMPLATE:
            is_fetched = any(_FETCHED.search(text) for text in _instructions(data[start:end]))
            yield Fault("remote-code" if is_fetched else "remote-reference", {"what": "a template"})
        else:
            yield from _judge_field(data[start:end])


def _beyond_binary(data: bytes) -> Iterator[re.Match[bytes]]:
    at = 0
    while match := _GROUP.search(data, at):
        at = match.end() + int(match.group(1) or 0)
        yield match


def _judge_field(field: bytes) -> Iterator[Fault]:
    for text in _instructions(field):
        if _DDE.search(text):
            yield Fault("dde", {"what": "a DDE field"})
        if _ACTING_LINK.search(text):
            yield Fault("remote-code", {"what": "a link that acts"})


def _judge_object(group: bytes) -> list[Fault]:
    """Programs write nothing but digits: a disguised object is refused, whatever a reader would make of it."""
    found = _judge(_bytes_of(group))
    if _NOT_DIGITS.search(group) and not any(fault.code == "ole-package" for fault in found):
        found.append(Fault("ole-package", {"what": "an object in disguise"}))
    return found


def _groups(data: bytes, *, skips_binary: bool) -> Iterator[tuple[bytes, int, int]]:
    """Yield each word that begins an object, a field or a template, and where what belongs to it begins and ends.

    Bytes that `\\bin` announces may look like words and braces, and hide some: they are read in both ways.
    """
    if not any(word in data for word in _WORDS):
        return
    open_words: list[tuple[int, bytes, int]] = []
    depth = 0
    for match in _beyond_binary(data) if skips_binary else _GROUP.finditer(data):
        token = match.group()
        if token == b"{":
            depth += 1
        elif token == b"}":
            depth -= 1
            while open_words and open_words[-1][0] > depth:
                _, word, start = open_words.pop()
                yield word, start, match.start()
        elif token in _WORDS:
            open_words.append((depth, token, match.end()))
    yield from ((word, start, len(data)) for _, word, start in reversed(open_words))


def _instructions(field: bytes) -> Iterator[bytes]:
    """Yield what a field is told to do: without groups and control words, letters by number as letters.

    Behind a letter by number stands a substitute for old readers, or none: both readings count.
    """
    for letters in (_UNICODE, _UNICODE_AND_SUBSTITUTE):
        text = _plain(letters.sub(lambda one: _letter(int(one.group(1))), field))
        yield _CONTROL.sub(b"", text).translate(None, b"{}\r\n")


def _letter(number: int) -> bytes:
    number %= 0x10000
    return bytes([number]) if 32 <= number < 127 else b"?"


def _plain(text: bytes) -> bytes:
    return re.sub(rb"\\'([0-9a-fA-F]{2})", lambda one: bytes([int(one.group(1), 16)]), text)


def _bytes_of(group: bytes) -> bytes:
    """Decode the hexadecimal digits of a group; control words between them are a known disguise."""
    digits = _NOT_HEX.sub(b"", _CONTROL.sub(b"", group))
    return bytes.fromhex(digits[: len(digits) // 2 * 2].decode())


def _judge(body: bytes) -> list[Fault]:
    """Judge an object in the old form ([MS-OLEDS] 2.2): version, kind, class name, then its data.

    Readers go by what the data is, not by the name.
    """
    name = b""
    if len(body) > 12:
        (length,) = struct.unpack_from("<I", body, 8)
        name = body[12 : 12 + min(length, 100)].rstrip(b"\0")
    at = body.find(SIGNATURE)
    if any(one.lower() in name.lower() for one in _CLASSES):
        return [Fault("ole-package", {"what": name[:20].decode("ascii", "replace")})]
    if _EQUATION.lower() in name.lower() or not name.isascii() or not name:
        return [Fault("ole-package", {"what": "an equation of the old editor" if name else "an unnamed object"})]
    if at >= 0:
        return embedded.in_ole(body[at:], equations=True)
    is_fetched = struct.unpack_from("<I", body, 4)[0] == _LINKED and _FETCHED.search(body)
    return [Fault("remote-code" if is_fetched else "embedded-object", {"what": "an OLE object"})]
