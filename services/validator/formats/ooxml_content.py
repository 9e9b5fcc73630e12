"""What the parts of a docx or xlsx do: fields and formulas that start programs, objects, and what lies elsewhere.

Every part is unpacked once, in pieces; XML goes through a parser, anything else is known by its first bytes.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

import re2

from services.validator.formats import Fault, embedded, foreign, known_parts, package, schemes, xml

PIECE_BYTES = 256 * 1024
_ENCRYPTED = 0x1
_FIELD_CHARACTERS_MAX = 8_192
DDE = re.compile(r"\bDDE(?:AUTO)?\b", re.IGNORECASE)
DDE_FORMULA = re.compile(r"\w\s{0,20}\|[^!]{0,2000}!", re.IGNORECASE)
_FETCHING_FIELD = re.compile(
    r"\b(?:INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK)\b[^\"]{0,100}\"?\s*(?:[a-z]{3,8}:|\\\\)", re.IGNORECASE
)
_FETCHING_FORMULA = re.compile(
    r"\b(?:WEBSERVICE|IMAGE|RTD|CALL|REGISTER(?:\.ID)?|EXEC)\s*\(|'(?:[a-z]{3,8}:|\\\\)[^']{1,1000}'\s?!", re.IGNORECASE
)
_REMOTE = re.compile(r"\s*(?!file:|mailto:)(?:[a-z][a-z0-9+.-]+:|//|\\\\)", re.IGNORECASE)
_ACTING_LINK = re.compile(r"\s*" + schemes.ACTING)
_CODE_RELATIONS = (
    "attachedTemplate",
    "oleObject",
    "frame",
    "subDocument",
    "control",
    "package",
    "mailMergeSource",
    "aFChunk",
)
_HARMLESS_PARTS = re.compile(r"(?:docprops/thumbnail|.*printersettings\d*\.bin$)", re.IGNORECASE)
_ACTING = frozenset({"dde", "remote-code"})
_NAME_BYTES_MAX = 64
_BYTES = re2.Options()
_BYTES.encoding = re2.Options.Encoding.LATIN1
_TELLING = re2.compile(
    rb"[<:](?:Relationship|ddeLink|ddeItem|oleLink|webPr|dbPr|olapPr|fldSimple|fldChar|sheet|ins|del|moveFrom|comment|instrText|delInstrText|"
    rb"f|formula|definedName)[\s/>]",
    _BYTES,
)
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}\bencoding\s*=\s*[\"']([^\"']{0,40})")
_PLAIN_ENCODINGS = frozenset({b"utf-8", b"us-ascii", b"iso-8859-1"})
_KNOWN = known_parts.KnownParts()
_XML_NAMES = (".xml", ".rels", ".vml")


def faults(archive: zipfile.ZipFile, depth: int = 1) -> Iterator[Fault]:
    """Unpack every member once, comparing sizes and check sums, and judge what it holds.

    A damaged or locked member ends the walk.
    """
    nested_budget = embedded.NESTED_BYTES_MAX
    for member in archive.infolist():
        if member.flag_bits & _ENCRYPTED:
            yield Fault("encrypted")
            return
        if member.compress_type not in package.METHODS:
            yield Fault("damaged", {"reason": "it is packed in a way that documents do not use"})
            return
        watch = _Watch(member.filename)
        try:
            nested = _walk(archive, member, watch, nested_budget)
        except package.BROKEN:
            yield Fault("damaged", {"reason": "a part of it cannot be unpacked"})
            return
        yield from watch.found
        if nested is not None:
            nested_budget -= len(nested)
            yield from embedded.faults(nested, member.filename)
            yield from _acting_inside(nested, depth)
            if nested_budget <= 0:
                yield Fault("archive-bomb", {"reason": "the files inside it are too large to be checked"})
                return


def _acting_inside(data: bytes, depth: int) -> Iterator[Fault]:
    """Judge what a document inside this one does when somebody opens it there."""
    if depth > embedded.DEPTH_MAX or not data.startswith(b"PK\x03\x04"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) <= embedded.NESTED_BYTES_MAX:
                yield from (one for one in faults(archive, depth + 1) if one.code in _ACTING)
    except package.BROKEN:
        return


def _walk(archive: zipfile.ZipFile, member: zipfile.ZipInfo, watch: "_Watch", budget: int) -> bytes | None:
    """Read a member to its end. Return its bytes when it is a file of its own."""
    with archive.open(member) as part:
        piece = part.read(PIECE_BYTES)
        head = piece.lstrip(b"\xef\xbb\xbf \r\n\t")[:64]
        if embedded.looks_nested(piece[:8]) and not _is_harmless(member.filename, piece):
            kept = bytearray(piece)
            while more := part.read(PIECE_BYTES):
                if len(kept) <= budget:
                    kept += more
            return bytes(kept)
        is_xml = head.startswith((b"<", b"\0<")) or piece[:2] in (b"\xff\xfe", b"\xfe\xff")
        is_xml = is_xml or member.filename.lower().endswith(_XML_NAMES)
        if "/embeddings/" in member.filename.lower() and not is_xml:
            watch.found.append(Fault("ole-package", {"what": foreign.named(piece[:8]) or "a file"}))
        if is_xml and piece and member.file_size <= known_parts.PART_BYTES_MAX:
            _listen_unless_known(watch, member.filename, piece + part.read())
            return None
        while piece:
            if is_xml:
                watch.feed(piece)
            piece = part.read(PIECE_BYTES)
        watch.end()
    return None


def _listen_unless_known(watch: "_Watch", name: str, data: bytes) -> None:
    digest = _KNOWN.digest(name, data)
    if _KNOWN.has(digest):
        return
    watch.feed(data)
    watch.end()
    if not watch.found:
        _KNOWN.remember(digest)


def _is_harmless(name: str, head: bytes) -> bool:
    """A thumbnail may be a PDF, and the settings of a printer may begin with the letters of a program."""
    return head.startswith((b"MZ", b"%PDF-")) and _HARMLESS_PARTS.match(name) is not None


class _Watch:
    """Listens to one XML part: relations, fields, formulas, hidden sheets, comments and tracked changes.

    The parser reads every byte, but tells of elements only from the piece on in which one of interest is named: most
    parts, such as styles, are nothing but others. What is not written in an encoding where names are plain bytes is
    listened to at once.
    """

    def __init__(self, name: str) -> None:
        self.found: list[Fault] = []
        self._name = name.lower()
        self._text = ""
        self._field = ""
        self._tag = ""
        self._seen: set[str] = set()
        self._is_fed = False
        self._parser: expat.XMLParserType | None = xml.parser()
        self._is_listening = False
        self._tail = b""

    def feed(self, piece: bytes) -> None:
        """Parse a piece; a part that is not well-formed or declares a type is listened to no longer."""
        if not self._is_listening and (self._may_hide_names(piece) or _TELLING.search(self._tail + piece)):
            self._listen()
        self._tail = piece[-_NAME_BYTES_MAX:]
        self._parse(piece, is_last=False)

    def end(self) -> None:
        """Take in that nothing more comes: a part that was fed must have closed all that it opened."""
        if self._is_fed:
            self._parse(b"", is_last=True)

    def _parse(self, piece: bytes, *, is_last: bool) -> None:
        if self._parser is None:
            return
        self._is_fed = True
        try:
            self._parser.Parse(piece, is_last)
        except xml.DeclaredTypeError:
            self._note("damaged", reason="a part of it declares a document type")
            self._parser = None
        except (expat.ExpatError, LookupError, ValueError):  # the latter two: an encoding that nobody knows
            if self._name.endswith((".xml", ".rels")):
                self._note("damaged", reason="a part of it cannot be read")
            self._parser = None

    def _may_hide_names(self, piece: bytes) -> bool:
        """Say whether the first piece begins a part in UTF-16, or in an encoding that writes `<` in two ways."""
        if self._is_fed:
            return False
        declared = _ENCODING.search(piece[:1024])
        is_wide = b"\0" in piece[:4] or piece[:2] in (b"\xff\xfe", b"\xfe\xff")
        return is_wide or (declared is not None and declared[1].lower() not in _PLAIN_ENCODINGS)

    def _listen(self) -> None:
        self._is_listening = True
        if self._parser is not None:
            xml.listen(self._parser, start=self._start, end=self._end, text=self._characters)

    def _note(self, code: str, **params: str) -> None:
        key = code + str(params)
        if key not in self._seen and len(self._seen) < 50:
            self._seen.add(key)
            self.found.append(Fault(code, params))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self._tag = xml.local(name)
        if tag == "Relationship":
            self._relation(attributes)
        elif tag in ("ddeLink", "ddeItem"):
            self._note("dde", what="a DDE link")
        elif tag == "oleLink":
            self._note("remote-reference", what="a linked object")
        elif tag in ("webPr", "dbPr", "olapPr"):
            self._note("remote-reference", what="a connection to data elsewhere")
        elif tag == "fldSimple":
            self._judge_field(_attribute(attributes, "instr"))
        elif tag == "fldChar" and _attribute(attributes, "fldCharType") in ("begin", "end", "separate"):
            self._judge_field(self._field)
            self._field = ""
        elif tag == "sheet" and _attribute(attributes, "state") in ("hidden", "veryHidden"):
            self._note("hidden-content", what="hidden sheets")
        elif tag in ("ins", "del", "moveFrom") and self._name.startswith("word/"):
            self._note("hidden-content", what="tracked changes")
        elif tag == "comment":
            self._note("hidden-content", what="comments")
        self._text = ""

    def _characters(self, text: str) -> None:
        if self._tag in ("instrText", "f", "formula", "definedName", "delInstrText"):
            self._text = (self._text + text)[:_FIELD_CHARACTERS_MAX]

    def _end(self, name: str) -> None:
        tag = xml.local(name)
        if tag in ("instrText", "delInstrText"):
            self._field = (self._field + self._text)[:_FIELD_CHARACTERS_MAX]
        elif tag in ("p", "body") and self._field:
            self._judge_field(self._field)
        elif tag in ("f", "formula", "definedName") and self._text:
            self._judge_formula(self._text)
        self._tag, self._text = "", ""

    def _judge_field(self, field: str) -> None:
        if DDE.search(field):
            self._note("dde", what="a DDE field")
        elif _FETCHING_FIELD.search(field):
            self._note("remote-reference", what="a field that fetches another file")

    def _judge_formula(self, formula: str) -> None:
        if DDE_FORMULA.search(formula):
            self._note("dde", what="a DDE formula")
        elif _FETCHING_FORMULA.search(formula):
            self._note("remote-reference", what="a formula that reaches outside")

    def _relation(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = attributes.get("Target", "")
        if kind == "hyperlink":
            if _ACTING_LINK.match(target):
                self._note("remote-code", what="a link that acts")
            return
        if attributes.get("TargetMode", "").lower() != "external":
            if kind == "aFChunk":
                self._note("ole-package", what="a text that is taken in when it is opened")
            elif kind.lower() in ("xlmacrosheet", "xlintlmacrosheet"):
                self._note("macros", what="Excel 4.0")
            elif kind == "control":
                self._note("embedded-object", what="a control")
            return
        if _ACTING_LINK.match(target) or (kind in _CODE_RELATIONS and _REMOTE.match(target)):
            self._note("remote-code", what=kind[:40])
        else:
            self._note("remote-reference", what=kind[:40])


def _attribute(attributes: dict[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if xml.local(key) == name), "")
