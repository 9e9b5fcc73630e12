"""PDF: opened with the same library that Chrome uses; passwords, attachments and scripts are refused.

clamd does not unpack the attachments that most programs write, so a PDF that carries files cannot be called scanned.
"""

import mmap
import re
import zlib
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from services.validator.formats import Fault, Inspection, NotThisFormatError

HEADER_WITHIN_BYTES = 1024
PAGES_OF_ANNOTATIONS_MAX = 2_000
OBJECT_STREAMS_MAX = 20_000
OBJECT_STREAM_BYTES_MAX = 4 * 1024 * 1024
OBJECT_STREAMS_BYTES_MAX = 256 * 1024 * 1024
_ATTACHED = re.compile(rb"/EmbeddedFiles?\b|/EF\s*<<|/RichMedia\b")
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch)\b\s*(?=[(<\[/\d]|>>)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def inspect(path: str, kind: str) -> Inspection:
    """Open a PDF and look for what must not be in it. Raises `NotThisFormatError` without a header."""
    with open(path, "rb") as file:
        if b"%PDF-" not in file.read(HEADER_WITHIN_BYTES):
            raise NotThisFormatError
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        return Inspection("application/pdf", (_why_not_opened(error),))
    try:
        return Inspection("application/pdf", tuple(_faults(path, document)))
    finally:
        document.close()


def _why_not_opened(error: Exception) -> Fault:
    if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return Fault("encrypted")
    return Fault("damaged", {"reason": "the PDF cannot be opened"})


def _faults(path: str, document: pdfium.PdfDocument) -> Iterator[Fault]:
    if not len(document):
        yield Fault("no-pages")
    names = _names(path)
    attached = raw.FPDFDoc_GetAttachmentCount(document) or _attached_to_pages(document)
    if attached or any(_ATTACHED.search(part) for part in names):
        yield Fault("embedded-files", {"what": f"{attached or 'at least one'} in a PDF"})
    active = {match.group(1).decode() for part in names for match in _ACTIVE.finditer(part)}
    if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0:
        active.add("JavaScript")
    if active:
        yield Fault(
            "active-content", {"what": ", ".join(sorted({"JavaScript" if one == "JS" else one for one in active}))}
        )


def _attached_to_pages(document: pdfium.PdfDocument) -> int:
    count = 0
    for number in range(min(len(document), PAGES_OF_ANNOTATIONS_MAX)):
        try:
            page = document[number]
        except pdfium.PdfiumError:
            continue
        for at in range(raw.FPDFPage_GetAnnotCount(page)):
            annotation = raw.FPDFPage_GetAnnot(page, at)
            if annotation:
                count += raw.FPDFAnnot_GetSubtype(annotation) == raw.FPDF_ANNOT_FILEATTACHMENT
                raw.FPDFPage_CloseAnnot(annotation)
        page.close()
    return count


def _names(path: str) -> list[bytes]:
    """Return the parts of the file in which names of objects stand: what lies outside streams, and object streams.

    The content of other streams is left out, where the same letters could stand by chance.
    """
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        outside = [_unescaped(part) for part in _outside_streams(data)]
        unpacked = [_unescaped(part) for part in _object_streams(data)]
    return outside + unpacked


def _outside_streams(data: mmap.mmap) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        stream = data.find(b"stream", start)
        if stream < 0:
            yield data[start:]
            return
        yield data[start : stream + 6]
        end = data.find(b"endstream", stream)
        start = end + 9 if end >= 0 else stream + 6


def _object_streams(data: mmap.mmap) -> Iterator[bytes]:
    budget = OBJECT_STREAMS_BYTES_MAX
    at = 0
    for _ in range(OBJECT_STREAMS_MAX):
        at = data.find(b"/ObjStm", at)
        stream = data.find(b"stream", at) if at >= 0 else -1
        if stream < 0 or budget <= 0:
            return
        begin = stream + 6 + (2 if data[stream + 6 : stream + 8] == b"\r\n" else 1)
        end = data.find(b"endstream", begin)
        part = _inflated(data[begin : end if end >= 0 else len(data)])
        budget -= len(part)
        yield part
        at = end if end >= 0 else len(data)


def _inflated(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, OBJECT_STREAM_BYTES_MAX)
    except zlib.error:
        return packed[:OBJECT_STREAM_BYTES_MAX]


def _unescaped(part: bytes) -> bytes:
    return _ESCAPED.sub(lambda match: bytes([int(match.group(1), 16)]), part) if b"#" in part else part
