"""ZIP as a container of documents: bounds judged from the central directory before anything is unpacked.

clamd cuts a member larger than its `MaxFileSize` without a word and calls the rest clean, so such members are refused.
"""

import os
import struct
import zipfile
import zlib
from itertools import pairwise

from services.validator.formats import Fault

MEMBERS_MAX = 10_000
MEMBER_BYTES_MAX = 256 * 1024 * 1024
TOTAL_BYTES_MAX = 1024 * 1024 * 1024
RATIO_MAX = 250
RATIO_FROM_BYTES = 64 * 1024 * 1024
_DIRECTORY_BYTES_MAX = MEMBERS_MAX * 600
_END_BYTES = 22 + 65_535
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    UnicodeDecodeError,
    ValueError,
)


def directory_fault(path: str) -> Fault | None:
    """Judge the end record before the directory is read into memory."""
    with open(path, "rb") as file:
        file.seek(max(os.path.getsize(path) - _END_BYTES, 0))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return Fault("damaged", {"reason": "its end is missing"})
    entries, size = struct.unpack_from("<HI", tail, at + 10)
    wide = tail.rfind(b"PK\x06\x06", 0, at)
    if wide >= 0 and len(tail) >= wide + 48:
        entries, size = struct.unpack_from("<QQ", tail, wide + 32)
    if entries > MEMBERS_MAX or size > _DIRECTORY_BYTES_MAX:
        return Fault("archive-bomb", {"reason": f"more than {MEMBERS_MAX} parts"})
    return None


def bomb_fault(archive: zipfile.ZipFile) -> Fault | None:
    """Judge sizes, ratio and overlaps by what the directory declares; unpacking later stops at these sizes."""
    members = archive.infolist()
    total = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    reason = ""
    if len(members) > MEMBERS_MAX:
        reason = f"more than {MEMBERS_MAX} parts"
    elif any(member.file_size > MEMBER_BYTES_MAX for member in members):
        reason = f"one part is larger than {MEMBER_BYTES_MAX} bytes"
    elif total > TOTAL_BYTES_MAX:
        reason = f"all parts together are larger than {TOTAL_BYTES_MAX} bytes"
    elif total > RATIO_FROM_BYTES and total // packed > RATIO_MAX:
        reason = f"it grows more than {RATIO_MAX} times"
    elif _overlapping(members):
        reason = "its parts overlap"
    return Fault("archive-bomb", {"reason": reason}) if reason else None


def integrity_fault(archive: zipfile.ZipFile) -> Fault | None:
    """Unpack every member once, in small pieces, to compare sizes and check sums."""
    for member in archive.infolist():
        if member.flag_bits & _ENCRYPTED:
            return Fault("encrypted")
        if member.compress_type not in _METHODS:
            return Fault("damaged", {"reason": "it is packed in a way that documents do not use"})
        try:
            with archive.open(member) as part:
                while part.read(1024 * 1024):
                    pass
        except BROKEN:
            return Fault("damaged", {"reason": "a part of it cannot be unpacked"})
    return None


def _overlapping(members: list[zipfile.ZipInfo]) -> bool:
    spans = sorted((member.header_offset, member.header_offset + 30 + member.compress_size) for member in members)
    return any(end > start for (_, end), (start, _) in pairwise(spans))
