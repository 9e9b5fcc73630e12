"""PDF: opened with the same library that Chrome uses; passwords, attachments and scripts are refused.

clamd does not unpack the attachments that most programs write, so a PDF that carries files cannot be called scanned.

Which names the objects have is what `pdf_names` tells.
"""

import io
import mmap
import re
import zlib
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from services.validator.formats import Fault, Inspection, NotThisFormatError, foreign, pdf_names, schemes

HEADER_WITHIN_BYTES = 1024
HEADER_LATE_WITHIN_BYTES = 64 * 1024
PAGES_OF_ANNOTATIONS_MAX = 2_000
_ATTACHED = re.compile(rb"/EmbeddedFiles?\b|/EF\b\s*(?=<<|\d)|/RichMedia\b")
_SCRIPT = re.compile(rb"/(?:JavaScript|JS|OnInstantiate)\b\s*(?=[(<\[/\d]|>>)")
_LAUNCH = re.compile(rb"/Launch\b\s*(?=[(<\[/\d]|>>)")
_FORM = re.compile(rb"/XFA\b\s*(?=[(<\[/\d]|>>)")
_REACHING = re.compile(rb"/(SubmitForm|ImportData|GoToR|GoToE|Rendition|Movie|Sound)\b\s*(?=[(<\[/\d]|>>)")
_ACTING_LINK = re.compile(rb"/(?i:URI)\s*\(\s*(?:(?i:file)\s*:|" + schemes.ACTING.encode() + rb")")
STREAM_BYTES_MAX = 256 * 1024 * 1024
STREAM_RATIO_MAX = 250
STREAMS_MAX = 200_000
STREAMS_TOTAL_BYTES_MAX = 2 * 1024 * 1024 * 1024
_PIECE_BYTES, _PIECE_OUT_BYTES = 64 * 1024, 1024 * 1024
_COMMENTED = re.compile(rb"%[^\r\n]{0,200}?(?:stream|endobj)")
_STRING_MARK = re.compile(rb"\\.|[^()]", re.DOTALL)
_NAMED = rb"[^d]stream[^\r\n<>]{0,200}\bobj\b"
_SPELLED = rb"/[A-Za-z0-9]{0,20}#(?:4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])[A-Za-z0-9#]{0,40}Decode"
_ENDLESS = rb"\b\d{1,9}\s+\d{1,9}\s+obj\b(?:(?!endobj)[^%]){0,4000}?[\r\n]\d{1,9}\s+\d{1,9}\s+obj\b"
# What makes the scanner miss a stream that readers find, and what no program writes.
_PARTED = rb"/Filter[^/]{0,50}%|Decode\]?%"
_HIDING = re.compile(b"|".join((_NAMED, _SPELLED, _PARTED, _ENDLESS, rb"\([^\r\n()]{0,200}endobj")))
LAYERS_MAX = 2
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
    if burst := _bomb_in(path):
        return Inspection("application/pdf", (burst,))
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        return Inspection("application/pdf", (_why_not_opened(error),))
    try:
        if burst := _bomb_behind_lock(document):
            return Inspection("application/pdf", (burst,))
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
    except pdf_names.OddlyPackedError:
        yield Fault("damaged", {"reason": "its objects are packed in a way that programs do not use"})
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


def _bomb_in(path: str) -> Fault | None:
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _bomb(data)


def _bomb_behind_lock(document: pdfium.PdfDocument) -> Fault | None:
    """Of a PDF with an owner's password streams look like noise: judge those of a copy without it."""
    if raw.FPDF_GetSecurityHandlerRevision(document) < 0:
        return None
    copy = io.BytesIO()
    try:
        document.save(copy, flags=raw.FPDF_REMOVE_SECURITY)
    except pdfium.PdfiumError:
        return Fault("damaged", {"reason": "the PDF cannot be read to its end"})
    return _bomb(copy.getvalue())


def _bomb(data: mmap.mmap | bytes) -> Fault | None:
    """Unpack each stream in pieces that are thrown away, before any library may keep it whole."""
    total = 0
    for number, (before, start, end) in enumerate(pdf_names.streams(data)):
        described = before[before.rfind(b" obj") + 1 :]
        if b"stream" in described or _HIDING.search(before) or _is_commented(before):
            return Fault("damaged", {"reason": "a stream is hidden behind a word"})
        if _PICTURE.search(described):
            width, height = (one.search(described) for one in (_WIDTH, _HEIGHT))
            if width and height and int(width.group(1)) * int(height.group(1)) > PIXELS_MAX:
                return Fault("image-too-large", {"width": width[1].decode(), "height": height[1].decode()})
            continue
        grown, layers = _grown(data, start, end)
        total += grown
        if grown > STREAM_BYTES_MAX or (grown > 64 * 1024 * 1024 and grown > STREAM_RATIO_MAX * (end - start)):
            return Fault("archive-bomb", {"reason": "a stream of it is beyond what can be unpacked"})
        if total > STREAMS_TOTAL_BYTES_MAX or number > STREAMS_MAX or layers > LAYERS_MAX:
            return Fault("archive-bomb", {"reason": "its streams are beyond what can be unpacked"})
    return None


def _is_commented(before: bytes) -> bool:
    """Say whether a comment holds a word that begins or ends something; a string with a percent sign is no comment."""
    for match in _COMMENTED.finditer(before):
        marks = _STRING_MARK.sub(b"", before[: match.start()])
        if marks.count(b"(") <= marks.count(b")"):
            return True
    return False


def _grown(data: mmap.mmap | bytes, start: int, end: int) -> tuple[int, int]:
    """Return how many bytes come out of a stream and in how many layers it was packed, whatever is said of it.

    Counting stops behind the bound, and at the third layer.
    """
    layers: list[zlib._Decompress] = []
    grown, is_begun = 0, False
    for at in range(start, end, _PIECE_BYTES):
        rest = data[at : min(at + _PIECE_BYTES, end)]
        if not is_begun and not _is_packed(rest):
            return 0, 0
        is_begun = True
        layers = layers or [zlib.decompressobj()]
        grown = _peel(layers, 0, rest, grown)
        if grown > STREAM_BYTES_MAX or layers[0].eof or len(layers) > LAYERS_MAX:
            break
    return grown, len(layers)


def _peel(layers: "list[zlib._Decompress]", depth: int, packed: bytes, grown: int) -> int:
    """Unpack a piece of one layer, and of the one below it when there is one."""
    is_first = depth + 1 == len(layers)
    while packed and grown <= STREAM_BYTES_MAX and len(layers) <= LAYERS_MAX:
        try:
            out = layers[depth].decompress(packed, _PIECE_OUT_BYTES)
        except zlib.error:
            return grown
        packed = layers[depth].unconsumed_tail
        grown += len(out)
        if is_first and _is_packed(out):
            layers.append(zlib.decompressobj())
        is_first = is_first and not out
        if len(layers) > depth + 1:
            grown = _peel(layers, depth + 1, out, grown)
    return grown


def _is_packed(head: bytes) -> bool:
    """Say whether bytes begin as a zlib stream does."""
    return len(head) > 1 and head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0


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
