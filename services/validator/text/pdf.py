"""The text layer of a PDF, page by page."""

from collections.abc import Iterator
from functools import partial

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from services.validator.domain import Place
from services.validator.text import Block, UnreadError

PAGES_MAX = 5_000


def read(path: str) -> Iterator[Block]:
    """Yield a block per page. Raises `UnreadError` at the end when pages were not read or hold pictures, no text."""
    document = pdfium.PdfDocument(path)
    unread, pictures = max(len(document) - PAGES_MAX, 0), 0
    try:
        for number in range(min(len(document), PAGES_MAX)):
            try:
                text, is_picture = _page(document, number)
            except pdfium.PdfiumError:
                unread += 1
                continue
            pictures += is_picture
            yield Block(text, partial(_on_page, number + 1))
    finally:
        document.close()
    if unread or pictures:
        parts = ((unread, "pages were not read"), (pictures, "pages are pictures without text"))
        raise UnreadError(", ".join(f"{count} {what}" for count, what in parts if count))


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
        is_picture = not text.strip() and any(page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
        return text, is_picture
    finally:
        page.close()
