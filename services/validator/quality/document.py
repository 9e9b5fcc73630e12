"""Pages of a PDF as pictures, what it tells assistive technology, and the pictures inside a docx."""

import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from services.validator.quality import Hint, emblem

PAGES_AT_EACH_END = 2
DOTS_PER_INCH = 100
_PIXELS_MAX = 3_000_000
_PICTURES_MAX = 30
_PICTURE_BYTES_MAX = 16 * 1024 * 1024
_PICTURE_PIXELS_MAX = 12_000_000
SECONDS_MAX = 2.0
_PARSERS = ("JPEG", "PNG", "GIF", "TIFF")
_T = TypeVar("_T")
_DRAWN = [raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING]


def pdf_has_emblem(document: pdfium.PdfDocument) -> bool | None:
    """Say whether the emblem stands on one of the first or last pages, as they are shown; None: no time to look."""
    count = len(document)
    ends = [*range(min(PAGES_AT_EACH_END, count)), *range(max(count - PAGES_AT_EACH_END, 0), count)]
    return _any_in_time(lambda number: _page_has_emblem(document, number), dict.fromkeys(ends))


def _page_has_emblem(document: pdfium.PdfDocument, number: int) -> bool:
    try:
        drawn = _drawn(document, number)
    except pdfium.PdfiumError:
        return False
    return drawn is not None and emblem.is_in(drawn)


def accessibility(document: pdfium.PdfDocument) -> Iterator[Hint]:
    """Say what a screen reader misses in a PDF."""
    if not raw.FPDFCatalog_IsTagged(document):
        yield Hint(code="pdf-not-tagged")
    if not document.get_metadata_dict(skip_empty=True).get("Title", "").strip():
        yield Hint(code="pdf-without-title")
    if raw.FPDFCatalog_GetLanguage(document, None, 0) <= 2:
        yield Hint(code="pdf-without-language")


def package_has_emblem(path: str) -> bool | None:
    """Say whether one of the pictures inside a docx is the emblem or holds it; None: no time to look at all."""
    with zipfile.ZipFile(path) as archive:
        parts = [one for one in archive.infolist() if one.filename.startswith("word/media/")]
        fitting = sorted((one for one in parts if one.file_size <= _PICTURE_BYTES_MAX), key=lambda one: one.file_size)
        seen = _any_in_time(lambda part: _part_has_emblem(archive, part), fitting[:_PICTURES_MAX])
        return None if seen is False and len(fitting) > _PICTURES_MAX else seen


def _any_in_time(holds: Callable[[_T], bool], places: Iterable[_T]) -> bool | None:
    """Say whether one of the places holds the emblem; None when time ran out before all were seen."""
    ends_at = time.monotonic() + SECONDS_MAX
    for place in places:
        if time.monotonic() > ends_at:
            return None
        if holds(place):
            return True
    return False


def _part_has_emblem(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    try:
        with archive.open(part) as data, Image.open(data, formats=_PARSERS) as picture:
            if picture.width * picture.height > _PICTURE_PIXELS_MAX:
                return False
            return emblem.is_in(_on_white(picture))
    except Exception:  # noqa: BLE001 - a picture that no decoder takes shows no emblem; the format check judges it
        return False


def _on_white(picture: Image.Image) -> Image.Image:
    """Return the picture as it looks on paper, with a margin: an emblem may fill it to the edge."""
    picture.draft("RGB", (emblem.WIDTH_MAX, emblem.WIDTH_MAX))
    shrunk = picture.convert("RGBA") if picture.mode in ("P", "1", "PA") else picture
    shrunk.thumbnail((emblem.WIDTH_MAX, emblem.WIDTH_MAX))
    coloured = shrunk.convert("RGBA")
    margin = max(coloured.size) // 10
    paper = Image.new("RGB", (coloured.width + 2 * margin, coloured.height + 2 * margin), "white")
    paper.paste(coloured, (margin, margin), coloured)
    return paper


def _drawn(document: pdfium.PdfDocument, number: int) -> Image.Image | None:
    """Draw a page in colours; None for one that holds only text."""
    page = document[number]
    try:
        if not any(True for _ in page.get_objects(_DRAWN, max_depth=3)):
            return None
        width, height = page.get_size()
        share = (_PIXELS_MAX / max(width * height, 1)) ** 0.5
        bitmap = page.render(scale=min(DOTS_PER_INCH / 72, share), rev_byteorder=True)
        try:
            drawn: Image.Image = bitmap.to_pil().convert("RGB")
            return drawn
        finally:
            bitmap.close()
    finally:
        page.close()
