"""The text layer of a PDF, page by page."""

from collections.abc import Iterator
from functools import partial

import pypdfium2 as pdfium

from services.validator.domain import Place
from services.validator.text import Block, UnreadError

PAGES_MAX = 5_000


def read(path: str) -> Iterator[Block]:
    """Yield a block per page. Raises `UnreadError` behind the last page that is read, or when pages cannot be read."""
    document = pdfium.PdfDocument(path)
    unreadable = 0
    try:
        for number in range(min(len(document), PAGES_MAX)):
            try:
                yield Block(_page(document, number), partial(_on_page, number + 1))
            except pdfium.PdfiumError:
                unreadable += 1
        if unreadable or len(document) > PAGES_MAX:
            raise UnreadError(f"{unreadable + max(len(document) - PAGES_MAX, 0)} pages were not read")
    finally:
        document.close()


def _on_page(page: int, _: int) -> Place:
    return Place(page=page)


def _page(document: pdfium.PdfDocument, number: int) -> str:
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            return str(words.get_text_range())
        finally:
            words.close()
    finally:
        page.close()
