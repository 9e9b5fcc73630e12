"""The text layer of a PDF, page by page."""

import ctypes
from collections.abc import Iterator
from functools import partial

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from services.validator.domain import Place
from services.validator.formats import xmp
from services.validator.text import Block, UnreadError, links, ocr

PAGES_MAX = 5_000
FEW_CHARACTERS = 50
ANNOTATIONS_MAX = 2_000
ADDRESS_BYTES_MAX = 8_192
_KEYS = (b"Contents", b"V", b"T", b"TU", b"RC")


def read(path: str) -> Iterator[Block]:
    """Yield a block per page. Raises `UnreadError` at the end when pages were not read or hold pictures, no text."""
    document = pdfium.PdfDocument(path)
    unread, pictures, reader = max(len(document) - PAGES_MAX, 0), 0, ocr.Reader()
    reasons: set[str] = set()
    try:
        properties = [
            *document.get_metadata_dict(skip_empty=True).values(),
            *(one.decode("utf-8", "replace") for one in xmp.packets(path)),
        ]
        yield Block("\n".join(properties))
        for number in range(min(len(document), PAGES_MAX)):
            try:
                text, is_picture = _page(document, number)
            except pdfium.PdfiumError:
                unread += 1
                continue
            if is_picture:
                try:
                    text += "\n" + reader.read(_rendered(document, number))
                except UnreadError as error:
                    pictures += 1
                    reasons.add(str(error))
                except (pdfium.PdfiumError, ValueError, MemoryError):
                    pictures += 1
            yield Block(text, partial(_on_page, number + 1))
    finally:
        document.close()
    if unread or pictures:
        parts = ((unread, "pages were not read"), (pictures, "pages are pictures without text"))
        told = [f"{count} {what}" for count, what in parts if count]
        raise UnreadError(", ".join([*told, *sorted(reasons)]))


def _on_page(page: int, _: int) -> Place:
    return Place(page=page)


def _page(document: pdfium.PdfDocument, number: int) -> tuple[str, bool]:
    """Return the text of a page, and whether it shows a picture instead of text."""
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            text = str(words.get_text_range())
        finally:
            words.close()
        text += "\n" + _notes(page)
        is_picture = len(text.strip()) < FEW_CHARACTERS and any(page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
        return f"{text}\n{_links(document, page)}", is_picture
    finally:
        page.close()


def _notes(page: pdfium.PdfPage) -> str:
    """Return the texts of comments and the values of form fields, which are not part of the page's text."""
    found = []
    for at in range(min(raw.FPDFPage_GetAnnotCount(page), ANNOTATIONS_MAX)):
        annotation = raw.FPDFPage_GetAnnot(page, at)
        if annotation:
            found += [_string(annotation, key) for key in _KEYS]
            raw.FPDFPage_CloseAnnot(annotation)
    return "\n".join(filter(None, found))


def _links(document: pdfium.PdfDocument, page: pdfium.PdfPage) -> str:
    """Return the addresses and numbers that links of the page lead to."""
    found = []
    for at in range(min(raw.FPDFPage_GetAnnotCount(page), ANNOTATIONS_MAX)):
        annotation = raw.FPDFPage_GetAnnot(page, at)
        if annotation:
            action = raw.FPDFLink_GetAction(raw.FPDFAnnot_GetLink(annotation))
            found.append(links.person(_address(document, action)) if action else "")
            raw.FPDFPage_CloseAnnot(annotation)
    return "\n".join(filter(None, found))


def _address(document: pdfium.PdfDocument, action: raw.FPDF_ACTION) -> str:
    size = raw.FPDFAction_GetURIPath(document, action, None, 0)
    buffer = ctypes.create_string_buffer(min(size, ADDRESS_BYTES_MAX))
    raw.FPDFAction_GetURIPath(document, action, buffer, len(buffer))
    return buffer.value.decode("utf-8", "replace")


def _string(annotation: raw.FPDF_ANNOTATION, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")


def _rendered(document: pdfium.PdfDocument, number: int) -> Image.Image:
    """Draw a page at 200 dots per inch, less for one of absurd size."""
    page = document[number]
    try:
        width, height = page.get_size()
        share = (ocr.PIXELS_MAX / max(width * height, 1)) ** 0.5
        bitmap = page.render(scale=min(ocr.DOTS_PER_INCH / 72, share), grayscale=True)
        try:
            drawn: Image.Image = bitmap.to_pil().copy()
            return drawn
        finally:
            bitmap.close()
    finally:
        page.close()
