"""What does not belong to a file: bytes behind its end, a second header inside, markup that a browser would run.

Every format that has an end is walked to it. Behind the end, zeros and white space are padding; a known header is a
second file (blocking); anything else is only remarkable. A zip is found from its end, so it is looked for everywhere.
"""

import mmap
import os
import re
import struct
from collections.abc import Callable, Iterator

from services.validator.formats import Fault

PADDING_ALLOWED_BYTES = 64
TAIL_BYTES_MAX = 4 * 1024 * 1024
SEGMENTS_MAX = 1_000_000
_PDF_HEAD_WITHIN_BYTES = 1024
HEADERS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive"),
    (b"Rar!\x1a\x07", "a rar archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b\x08", "a gzip archive"),
    (b"MSCF\0\0\0\0", "a cabinet archive"),
    (b"\xfd7zXZ\0", "an xz archive"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"\xcf\xfa\xed\xfe", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"),
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "a rich text"),
    (b"#!/", "a script"),
    (b"\x89PNG\r\n\x1a\n", "a picture"),
    (b"GIF87a", "a picture"),
    (b"GIF89a", "a picture"),
)
MARKUP = re.compile(
    rb"<(?i:script[\s>/]|\?php\s|iframe[\s>/]|!doctype\s+html|html[\s>]|body[\s>]|%@\s|svg[\s>/]|object\s|embed\s|hta:application\s)"
)
_JPEG_MARK = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_SECOND = (b"PK\x03\x04", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"%PDF-", b"This program cannot be run in DOS mode")
_MOTION = (b"MotionPhoto", b"MicroVideo", b"Samsung", b"SEFT")


def named(head: bytes) -> str:
    """Say which kind of file begins with these bytes; empty when none that is known."""
    for signature, name in HEADERS:
        if head.startswith(signature):
            return name
    return "a film" if head[4:8] == b"ftyp" else ""


def faults(path: str, kind: str) -> list[Fault]:
    """Return what does not belong to a picture, sound, film, old document or PDF."""
    if not os.path.getsize(path):
        return []
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = [*_archive(data, kind), *_markup(data, kind), *_behind(data, kind)]
    return list({fault.code: fault for fault in reversed(found)}.values())


def _archive(data: mmap.mmap, kind: str) -> Iterator[Fault]:
    """A zip whose directory lies where its end says, whatever stands before it."""
    if kind == "ole":
        return
    at = data.rfind(b"PK\x05\x06", max(len(data) - 65_557, 0))
    if at < 0 or at + 22 > len(data):
        return
    size, _, comment = struct.unpack_from("<IIH", data, at + 12)
    fits = at + 22 + comment <= len(data)
    if fits and (size == 0 or (size <= at and data[at - size : at - size + 4] == b"PK\x01\x02")):
        yield Fault("foreign-data", {"what": "a zip archive"})


def _markup(data: mmap.mmap, kind: str) -> Iterator[Fault]:
    if kind not in ("jpeg", "png", "gif", "tiff"):
        return
    if data.find(b"%PDF-", 0, _PDF_HEAD_WITHIN_BYTES) >= 0:
        yield Fault("foreign-data", {"what": "a PDF"})
    comment_at = {"jpeg": 4, "gif": 6}.get(kind, 0)
    if MARKUP.search(data) or (comment_at and data[comment_at : comment_at + 2] in (b"/*", b"//", b"='", b'="')):
        yield Fault("foreign-data", {"what": "markup or a script"})


def _behind(data: mmap.mmap, kind: str) -> Iterator[Fault]:
    find_end = _ENDS.get(kind)
    end = find_end(data) if find_end else None
    if end is None or end >= len(data):
        return
    rest = data[end : end + TAIL_BYTES_MAX]
    bare = rest.strip(b"\0 \r\n\t")
    if len(bare) == 0:
        return
    what = named(bare) or next((name for one, name in HEADERS if one in _SECOND and one in rest), "")
    is_phone = kind == "jpeg" and (what == "a film" or bare.startswith(b"\xff\xd8\xff")) and _has(data, _MOTION)
    if MARKUP.search(rest):
        what = what or "markup or a script"
    if what and not is_phone:
        yield Fault("foreign-data", {"what": what})
    elif len(bare) > PADDING_ALLOWED_BYTES:
        yield Fault("trailing-data", {"size": str(len(data) - end)})


def _has(data: mmap.mmap, words: tuple[bytes, ...]) -> bool:
    return any(data.find(word) >= 0 for word in words)


def _end_of_jpeg(data: mmap.mmap) -> int | None:
    """Walk the segments, then the marks in the compressed rows, to the end of the first picture."""
    at = 2
    for _ in range(SEGMENTS_MAX):
        mark = _JPEG_MARK.search(data, at)
        if mark is None:
            return None
        kind, at = data[mark.start() + 1], mark.end()
        if kind == 0xD9:
            return at
        if kind not in (0x01, 0xD8):
            if at + 2 > len(data):
                return None
            at += max(int.from_bytes(data[at : at + 2], "big"), 2)
    return None


def _end_of_png(data: mmap.mmap) -> int | None:
    at = 8
    while at + 12 <= len(data):
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        at += 12 + size
        if name == b"IEND":
            return at
    return None


def _end_of_gif(data: mmap.mmap) -> int | None:
    if len(data) < 14:
        return None
    at = 13 + _gif_table(data[10])
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            return at + 1
        if kind == 0x2C and at + 10 < len(data):
            at += 11 + _gif_table(data[at + 9])
        elif kind == 0x21:
            at += 2
        else:
            return None
        while at < len(data) and data[at]:
            at += data[at] + 1
        at += 1
    return None


def _gif_table(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _end_of_pdf(data: mmap.mmap) -> int | None:
    at = data.rfind(b"%%EOF")
    return at + 5 if at >= 0 else None


_ENDS: dict[str, Callable[[mmap.mmap], int | None]] = {
    "jpeg": _end_of_jpeg, "png": _end_of_png, "gif": _end_of_gif, "pdf": _end_of_pdf,
}  # fmt: skip


def before_pdf(head: bytes) -> Fault | None:
    """Judge what stands before the header of a PDF: white space and mail headers may, another file may not."""
    before = head[: head.find(b"%PDF-")].lstrip(b"\xef\xbb\xbf \r\n\t\0")
    what = named(before) or ("markup or a script" if MARKUP.search(before) or before[:2] in (b"#!", b"/*") else "")
    return Fault("foreign-data", {"what": what}) if before and what else None
