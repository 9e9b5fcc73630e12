"""Words in pictures, by the library of tesseract inside the same child: no new process, no file, the same limits.

Where the library or its languages are missing, or time runs out, the reader says so: a picture is never passed as read.
"""

import ctypes
import os
import time
from functools import cache
from typing import ClassVar

from PIL import Image

from services.validator.text import UnreadError

LANGUAGES = ("lav", "eng")
PAGES_MAX = 40
SECONDS_MAX = 30.0
PAGE_SECONDS_MAX = 12.0
PIXELS_MAX = 9_000_000
"""An A4 page at 300 dots per inch; what is larger is made smaller, so that a child stays near 150 MB."""
DOTS_PER_INCH = 200
_LIBRARIES = (
    "libtesseract.so.5",
    "libtesseract.so.4",
    "libtesseract.5.dylib",
    "/opt/homebrew/lib/libtesseract.5.dylib",
)
_AUTOMATIC_PAGES = 3


class DeferredError(Exception):
    """A picture is to be searched for words, and this process leaves that to another."""


class Reader:
    """Reads the pictures of one file within its share of pages and seconds; not at all in a process that defers."""

    defers: ClassVar[bool] = False

    def __init__(self) -> None:
        self._ends_at = time.monotonic() + SECONDS_MAX
        self._pages = 0

    def read(self, picture: Image.Image) -> str:
        """Return the words in a picture. Raises `UnreadError` when they cannot be read, or not in time.

        Raises `DeferredError` where another process is to do it.
        """
        if self.defers:
            raise DeferredError
        engine = _engine()
        left = min(self._ends_at - time.monotonic(), PAGE_SECONDS_MAX)
        if engine is None:
            raise UnreadError("pictures were not searched for text: there is no text recognition here")
        if left <= 0 or self._pages >= PAGES_MAX:
            raise UnreadError("pictures beyond the time or number that is allowed were not searched for text")
        self._pages += 1
        words, whole = engine.words(_grey(picture), left)
        if not whole:
            raise UnreadError("a picture took too long to be searched for text")
        return words


def _grey(picture: Image.Image) -> Image.Image:
    width, height = _wanted(picture)
    # A JPEG decodes at a half or a quarter of its size, and without its colours: less memory than to decode and shrink.
    picture.draft("L", (width * 3 // 4, height * 3 // 4))
    grey = picture.convert("L")
    return grey if grey.width * grey.height <= PIXELS_MAX else grey.resize((width, height))


def _wanted(picture: Image.Image) -> tuple[int, int]:
    share = min((PIXELS_MAX / max(picture.width * picture.height, 1)) ** 0.5, 1.0)
    return max(int(picture.width * share), 1), max(int(picture.height * share), 1)


class _Engine:
    """The C interface of tesseract (capi.h), which is the same in its versions 4 and 5."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        for name in ("TessBaseAPICreate", "TessMonitorCreate", "TessBaseAPIGetUTF8Text"):
            getattr(library, name).restype = ctypes.c_void_p
        self._api = ctypes.c_void_p(library.TessBaseAPICreate())

    def start(self) -> bool:
        """Load the languages; False when they are not installed."""
        wanted = "+".join(LANGUAGES).encode()
        if self._library.TessBaseAPIInit3(self._api, None, wanted) != 0:
            return False
        self._library.TessBaseAPISetPageSegMode(self._api, _AUTOMATIC_PAGES)
        return True

    def words(self, picture: Image.Image, seconds: float) -> tuple[str, bool]:
        """Return what was recognised, and whether that was all before the time ran out."""
        if picture.width < 8 or picture.height < 8:
            return "", True
        library, ends_at = self._library, time.monotonic() + seconds
        library.TessBaseAPISetImage(self._api, picture.tobytes(), picture.width, picture.height, 1, picture.width)
        library.TessBaseAPISetSourceResolution(self._api, DOTS_PER_INCH)
        monitor = ctypes.c_void_p(library.TessMonitorCreate())
        library.TessMonitorSetDeadlineMSecs(monitor, int(seconds * 1000))
        try:
            failed = library.TessBaseAPIRecognize(self._api, monitor)
            text = "" if failed else self._text()
        finally:
            library.TessMonitorDelete(monitor)
            library.TessBaseAPIClear(self._api)
        return text, not failed and time.monotonic() < ends_at

    def _text(self) -> str:
        pointer = ctypes.c_void_p(self._library.TessBaseAPIGetUTF8Text(self._api))
        try:
            return (ctypes.cast(pointer, ctypes.c_char_p).value or b"").decode("utf-8", "replace")
        finally:
            self._library.TessDeleteText(pointer)


@cache
def _engine() -> _Engine | None:
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    for name in _LIBRARIES:
        try:
            made = _Engine(ctypes.CDLL(name))
        except (OSError, AttributeError):
            continue
        return made if made.start() else None
    return None
