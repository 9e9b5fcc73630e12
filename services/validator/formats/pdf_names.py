"""The names of objects in a PDF, wherever they stand and however they are spelled.

They are read from the bytes as they are, older revisions included: what lies outside streams, and object streams. Where
that may not be all, the library is asked for a copy of the document as well. In the copy every object is spelled in one
way, without comments, locks and object streams; it takes seconds for a large file, so ordinary ones go without.
"""

import mmap
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

import pypdfium2 as pdfium
import pypdfium2.raw as raw

OBJECT_STREAMS_MAX = 20_000
OBJECT_STREAM_BYTES_MAX = 4 * 1024 * 1024
OBJECT_STREAMS_BYTES_MAX = 256 * 1024 * 1024
_DICTIONARY_BYTES = 4096
_DICTIONARY_END = re.compile(rb">>(?:[\s\0]|%[^\r\n]*[\r\n])*\Z")
_COPY_BEGINS, _COPY_ENDS = b">>stream\r\n", b"endstream"
_COPY_OVERLAP_BYTES = 256
_COMMENT = re.compile(rb"%[^\r\n]*")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_FILTER = re.compile(rb"/(?:\w+Decode|Fl|AHx|A85|LZW|RL|CCF|DCT|Crypt)\b")
_PLAIN_FILTERS: tuple[list[bytes], ...] = ([], [b"/FlateDecode"])


def _spelled(word: str) -> bytes:
    """A pattern of a name of which each letter may be written by its number."""
    return b"/" + b"".join(b"(?:%c|#(?i:%02x))" % (letter, letter) for letter in word.encode())


_SUSPECT = re.compile(
    b"|".join(map(_spelled, ("JavaScript", "Launch", "EmbeddedFile", "XFA", "RichMedia")))
    + b"|" + _spelled("EF") + rb"[\s\0]*(?:<<|%|\d)"
)  # fmt: skip
# Some readers do without the type and go by the other keys; `/First 5 0 R` is the first of the bookmarks.
_OBJECT_STREAM = re.compile(_spelled("ObjStm") + b"|" + _spelled("First") + rb"[\s\0]*\d+(?!\d|[\s\0]+\d+[\s\0]+R)")


class OddlyPackedError(Exception):
    """Objects are packed as no program packs them, and readers differ in what they make of it."""


class _Read(Enum):
    WHOLE = "whole"
    PARTLY = "partly"
    ODDLY = "oddly"


def names(path: str, document: pdfium.PdfDocument) -> list[bytes]:
    """Return the parts of the file in which names of objects stand.

    The content of other streams is left out, where the same letters could stand by chance. Raises `PdfiumError` and
    `OddlyPackedError`.
    """
    is_locked = raw.FPDF_GetSecurityHandlerRevision(document) >= 0
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = [spelled for part in _outside_streams(data) for spelled in _spellings(part)]
        is_plain = True
        for part, read in _object_streams(data):
            if read is _Read.ODDLY and not is_locked:
                raise OddlyPackedError
            found.append(_unescaped(part))
            is_plain = is_plain and read is _Read.WHOLE and not _SUSPECT.search(part)
        if not is_plain or is_locked or _SUSPECT.search(data):
            found += _in_copy(document)
    return found


def streams(data: mmap.mmap | bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield what stands before each stream, and where the stream lies. The mere word is no stream."""
    at = last = 0
    while (mark := data.find(b"stream", at)) >= 0:
        at = mark + 6
        before = data[max(mark - _DICTIONARY_BYTES, last) : mark]
        if not _DICTIONARY_END.search(before) or data[at : at + 1] not in (b"\r", b"\n"):
            continue
        start = at + (2 if data[at : at + 2] == b"\r\n" else 1)
        end = data.find(b"endstream", start)
        end = end if end >= 0 else len(data)
        yield before, start, end
        at = last = end + 9


def _outside_streams(data: mmap.mmap) -> Iterator[bytes]:
    at = 0
    for _, start, end in streams(data):
        yield data[at:start]
        at = end
    yield data[at:]


def _object_streams(data: mmap.mmap) -> Iterator[tuple[bytes, _Read]]:
    """Yield what each object stream holds, and whether that is surely all."""
    budget, at = OBJECT_STREAMS_BYTES_MAX, 0
    for _ in range(OBJECT_STREAMS_MAX):
        name = _OBJECT_STREAM.search(data, at)
        stream = data.find(b"stream", name.end()) if name else -1
        if name is None or stream < 0:
            return
        begin = stream + 6 + (2 if data[stream + 6 : stream + 8] == b"\r\n" else 1)
        end = data.find(b"endstream", begin)
        end = end if end >= 0 else len(data)
        described = data[max(stream - _DICTIONARY_BYTES, 0) : stream]
        described = described[described.rfind(b" obj") + 1 :]
        part, read = _inflated(data[begin:end], described)
        is_known = _OBJECT_STREAM.search(described) is not None
        yield part, read if is_known else _Read.PARTLY
        budget -= len(part)
        if budget <= 0:
            break
        at = end
    yield b"", _Read.PARTLY


def _inflated(packed: bytes, described: bytes) -> tuple[bytes, _Read]:
    """Unpack in the one way that programs use; whatever else the dictionary tells leaves a doubt."""
    filters = _FILTER.findall(described)
    is_plain = filters in _PLAIN_FILTERS and b"#" not in described and b"/DecodeParms" not in described
    if not filters:
        is_plain = is_plain and b"/Filter" not in described
        return packed[:OBJECT_STREAM_BYTES_MAX], _Read.WHOLE if is_plain else _Read.ODDLY
    unpacking = zlib.decompressobj()
    try:
        part = unpacking.decompress(packed, OBJECT_STREAM_BYTES_MAX)
    except zlib.error:
        return packed[:OBJECT_STREAM_BYTES_MAX], _Read.ODDLY
    if not is_plain:
        return part, _Read.ODDLY
    return part, _Read.WHOLE if unpacking.eof else _Read.PARTLY


def _spellings(part: bytes) -> Iterator[bytes]:
    """Yield a part as it is, and without comments and zeros between its words, which stand for blanks."""
    yield _unescaped(part)
    if _SUSPECT.search(part) and (b"%" in part or b"\0" in part):
        yield _unescaped(_COMMENT.sub(b" ", part).replace(b"\0", b" "))


def _unescaped(part: bytes) -> bytes:
    return _ESCAPED.sub(lambda match: bytes([int(match.group(1), 16)]), part) if b"#" in part else part


def _in_copy(document: pdfium.PdfDocument) -> list[bytes]:
    """Let the library write the PDF again; keep what is no stream."""
    copy = _Copy()
    document.save(copy, flags=raw.FPDF_REMOVE_SECURITY)
    return [_unescaped(part) for part in copy.outside]


@dataclass(slots=True)
class _Copy:
    """Takes what the library writes and drops the bodies of streams as they come.

    `>>stream` and a line's end begin them and nothing else: the library spells strings and names without either.
    """

    outside: list[bytes] = field(default_factory=list)
    _is_stream: bool = False
    _rest: bytes = b""

    def write(self, piece: bytes) -> int:
        """Take a piece; a mark may lie across two of them, and so may a name."""
        text, start = self._rest + bytes(piece), 0
        while (at := text.find(_COPY_ENDS if self._is_stream else _COPY_BEGINS, start)) >= 0:
            if not self._is_stream:
                self.outside.append(text[start:at])
            start = at + len(_COPY_ENDS if self._is_stream else _COPY_BEGINS)
            self._is_stream = not self._is_stream
        if not self._is_stream:
            self.outside.append(text[start:])
        self._rest = text[max(len(text) - _COPY_OVERLAP_BYTES, start) :]
        return len(piece)
