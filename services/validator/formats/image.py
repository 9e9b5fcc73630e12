"""Pictures: the signature, one parser that was asked for by name, a bound on pixels, and a full decode."""

import struct

from PIL import Image

from services.validator.formats import Fault, Inspection, NotThisFormatError, exif, foreign

PIXELS_MAX = 250_000_000
PIXELS_DECODED_MAX = 60_000_000
_SIGNATURES = {
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "gif": (b"GIF87a", b"GIF89a"),
    "tiff": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
}
_PARSERS = {"jpeg": ("JPEG", "MPO"), "png": ("PNG",), "gif": ("GIF",), "tiff": ("TIFF",)}

Image.MAX_IMAGE_PIXELS = None


def inspect(path: str, kind: str) -> Inspection:
    """Open and decode a picture. Raises `NotThisFormatError` when it begins like something else."""
    with open(path, "rb") as file:
        if not file.read(8).startswith(_SIGNATURES[kind]):
            raise NotThisFormatError
    return Inspection(f"image/{kind}", (*_faults(path, kind), *foreign.faults(path, kind)))


def _faults(path: str, kind: str) -> list[Fault]:
    try:
        with Image.open(path, formats=_PARSERS[kind]) as picture:
            width, height = picture.size
            if width * height > PIXELS_MAX:
                return [Fault("image-too-large", {"width": str(width), "height": str(height)})]
            located = exif.location(path, picture)
            if width * height <= PIXELS_DECODED_MAX:
                picture.load()
                located = located or exif.location(path, picture)
            else:
                picture.verify()
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        TypeError,
        KeyError,
        OverflowError,
        MemoryError,
        AssertionError,
        AttributeError,
        RuntimeError,
        ZeroDivisionError,
        struct.error,
    ) as error:
        return [Fault("damaged", {"reason": _plain(error)})]
    return [Fault("location-in-picture", {"what": "GPS"})] if located else []


def _plain(error: Exception) -> str:
    text = str(error)
    return "the picture cannot be decoded" if "/" in text or not text else text[:80]
