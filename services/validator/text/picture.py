"""Words in pictures: what the camera or its owner wrote into the file, and what can be read on it, frame by frame."""

import struct
from collections.abc import Iterator
from functools import partial

from PIL import Image, ImageSequence, UnidentifiedImageError

from services.validator.domain import Place
from services.validator.formats import exif
from services.validator.formats.image import PIXELS_DECODED_MAX
from services.validator.text import Block, UnreadError, ocr

FRAMES_MAX = 40
_PARSERS = ("JPEG", "PNG", "GIF", "TIFF")  # a picture of several (MPO) is opened as JPEG

_BROKEN = (
    SyntaxError, ValueError, EOFError, IndexError, TypeError, KeyError, OverflowError, MemoryError, struct.error,
    UnidentifiedImageError, AttributeError, ZeroDivisionError, AssertionError, RuntimeError,
)  # fmt: skip


def read(path: str) -> Iterator[Block]:
    """Yield the properties, then the words on each page. Raises `UnreadError` for what could not be read."""
    try:
        yield from _pages(path)
    except _BROKEN as error:
        raise UnreadError("the picture cannot be decoded") from error


def _pages(path: str) -> Iterator[Block]:
    with Image.open(path, formats=_PARSERS) as picture:
        yield Block("\n".join(exif.words(path, picture)))
        if picture.width * picture.height > PIXELS_DECODED_MAX:
            raise UnreadError("the picture is too large to be searched for text")
        pages = picture.format == "TIFF"
        reader = ocr.Reader()
        for number, frame in enumerate(ImageSequence.Iterator(picture), 1):
            if number > (FRAMES_MAX if pages else 1):
                if pages:
                    raise UnreadError(f"pages beyond {FRAMES_MAX} were not searched for text")
                return
            place = Place(page=number) if pages else Place()
            yield Block(reader.read(frame), partial(_at, place))


def _at(place: Place, _: int) -> Place:
    return place
