"""PDF: opened with the same library that Chrome uses; passwords, attachments and scripts are refused.

clamd does not unpack the attachments that most programs write, so a PDF that carries files cannot be called scanned.

Which names the objects have is what `pdf_names` tells.
"""

import mmap
import re
import zlib
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from services.validator.formats import Fault, Inspection, NotThisFormatError, foreign, pdf_names

HEADER_WITHIN_BYTES = 1024
HEADER_LATE_WITHIN_BYTES = 64 * 1024
PAGES_OF_ANNOTATIONS_MAX = 2_000
_ATTACHED = re.compile(rb"/EmbeddedFiles?\b|/EF\b\s*(?=<<|\d)|/RichMedia\b")
_SCRIPT = re.compile(rb"/(?:JavaScript|JS)\b\s*(?=[(<\[/\d]|>>)")
_LAUNCH = re.compile(rb"/Launch\b\s*(?=[(<\[/\d]|>>)")
_FORM = re.compile(rb"/XFA\b\s*(?=[(<\[/\d]|>>)")
_REACHING = re.compile(rb"/(SubmitForm|ImportData|GoToR|GoToE|Rendition|Movie|Sound)\b\s*(?=[(<\[/\d]|>>)")
_ACTING_LINK = re.compile(rb"/URI\s*\(\s*(?:javascript|vbscript|file|data)\s*:", re.IGNORECASE)
STREAM_BYTES_MAX = 256 * 1024 * 1024
STREAM_RATIO_MAX = 250
STREAMS_MAX = 200_000
STREAMS_TOTAL_BYTES_MAX = 2 * 1024 * 1024 * 1024
_PIECE_BYTES, _PIECE_OUT_BYTES = 64 * 1024, 1024 * 1024
_FLATE = re.compile(rb"/(?:FlateDecode|Fl)\b")
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_WIDTH, _HEIGHT = re.compile(rb"/Width\s+(\d{1,9})\b"), re.compile(rb"/Height\s+(\d{1,9})\b")
PIXELS_MAX = 250_000_000


def inspect(path: str, kind: str) -> Inspection:
    """Open a PDF and look for what must not be in it. Raises `NotThisFormatError` without a header."""
    with open(path, "rb") as file:
        head = file.read(HEADER_WITHIN_BYTES)
        if b"%PDF-" not in head:
            late = b"%PDF-" in file.read(HEADER_LATE_WITHIN_BYTES)
            raise NotThisFormatError("a PDF behind more than 1,024 other bytes" if late else "")
    before = foreign.before_pdf(head)
    if burst := _bomb(path):
        return Inspection("application/pdf", (burst,))
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        return Inspection("application/pdf", (_why_not_opened(error),))
    try:
        return Inspection(
            "application/pdf", (*([before] if before else []), *_faults(path, document), *foreign.faults(path, "pdf"))
        )
    finally:
        document.close()


def _why_not_opened(error: Exception) -> Fault:
    if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return Fault("encrypted")
    return Fault("damaged", {"reason": "the PDF cannot be opened"})


def _faults(path: str, document: pdfium.PdfDocument) -> Iterator[Fault]:
    if not len(document):
        yield Fault("no-pages")
    try:
        names = pdf_names.names(path, document)
    except pdfium.PdfiumError:
        yield Fault("damaged", {"reason": "the PDF cannot be read to its end"})
        return
    attached = raw.FPDFDoc_GetAttachmentCount(document) or _attached_to_pages(document)
    if attached or any(_ATTACHED.search(part) for part in names):
        yield Fault("embedded-files", {"what": f"{attached or 'at least one'} in a PDF"})
    if raw.FPDFDoc_GetJavaScriptActionCount(document) > 0 or any(_SCRIPT.search(part) for part in names):
        yield Fault("pdf-javascript", {"what": "JavaScript"})
    if any(_LAUNCH.search(part) for part in names):
        yield Fault("pdf-launch", {"what": "Launch"})
    if raw.FPDF_GetFormType(document) in (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND) or any(
        _FORM.search(part) for part in names
    ):
        yield Fault("pdf-xfa", {"what": "XFA"})
    reaching = {match.group(1).decode() for part in names for match in _REACHING.finditer(part)}
    if any(_ACTING_LINK.search(part) for part in names):
        reaching.add("URI")
    if reaching:
        yield Fault("pdf-action", {"what": ", ".join(sorted(reaching))})


def _bomb(path: str) -> Fault | None:
    """Unpack each stream in pieces that are thrown away, before any library may keep it whole."""
    total = 0
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for number, (described, start, end) in enumerate(_streams(data)):
            if _PICTURE.search(described):
                width, height = (one.search(described) for one in (_WIDTH, _HEIGHT))
                if width and height and int(width.group(1)) * int(height.group(1)) > PIXELS_MAX:
                    return Fault("image-too-large", {"width": width[1].decode(), "height": height[1].decode()})
                continue
            layers = len(_FLATE.findall(described))
            if not layers:
                continue
            grown = _grown(data, start, end, layers)
            total += grown
            if grown > STREAM_BYTES_MAX or (grown > 64 * 1024 * 1024 and grown > STREAM_RATIO_MAX * (end - start)):
                return Fault("archive-bomb", {"reason": "a stream of it is beyond what can be unpacked"})
            if total > STREAMS_TOTAL_BYTES_MAX or number > STREAMS_MAX or layers > 2:
                return Fault("archive-bomb", {"reason": "its streams are beyond what can be unpacked"})
    return None


def _streams(data: mmap.mmap) -> Iterator[tuple[bytes, int, int]]:
    """Yield the end of the dictionary before each stream, and where the stream lies."""
    at = 0
    while (mark := data.find(b"stream", at)) >= 0:
        end = data.find(b"endstream", mark + 6)
        end = end if end >= 0 else len(data)
        described = data[max(at, mark - 4096) : mark]
        start = mark + 6 + (2 if data[mark + 6 : mark + 8] == b"\r\n" else 1)
        yield described[described.rfind(b" obj") + 1 :], start, end
        at = end + 9


def _grown(data: mmap.mmap, start: int, end: int, layers: int) -> int:
    """Return how many bytes come out of a stream, its second layer included; counting stops behind the bound."""
    first, second, grown = zlib.decompressobj(), zlib.decompressobj(), 0
    try:
        for at in range(start, end, _PIECE_BYTES):
            rest = data[at : min(at + _PIECE_BYTES, end)]
            while rest and grown <= STREAM_BYTES_MAX:
                out = first.decompress(rest, _PIECE_OUT_BYTES)
                grown += len(out)
                rest = first.unconsumed_tail
                while layers > 1 and out and grown <= STREAM_BYTES_MAX:
                    grown += len(second.decompress(out, _PIECE_OUT_BYTES))
                    out = second.unconsumed_tail
            if grown > STREAM_BYTES_MAX or first.eof:
                break
    except zlib.error:
        return grown
    return grown


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
