"""ZIP as a container of documents: bounds judged from the central directory before anything is unpacked.

clamd cuts a member larger than its `MaxFileSize` without a word and calls the rest clean, so such members are refused.
"""

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO

from services.validator.formats import Fault

MEMBERS_MAX = 10_000
MEMBER_BYTES_MAX = 256 * 1024 * 1024
TOTAL_BYTES_MAX = 1024 * 1024 * 1024
RATIO_MAX = 250
RATIO_FROM_BYTES = 64 * 1024 * 1024
_DIRECTORY_BYTES_MAX = MEMBERS_MAX * 600
_END_BYTES = 22 + 65_535
_GAP_BYTES = 64
_HEAD = struct.Struct("<4s2xHH8xII")
_LOCKED, _SIZES_FOLLOW, _SIZE_APART = 0x1, 0x8, 0xFFFFFFFF
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
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


def foreign_fault(path: str, archive: zipfile.ZipFile) -> Fault | None:
    """Judge what belongs to no member: bytes before, between and behind them, twins, and names that lead elsewhere."""
    members = sorted(archive.infolist(), key=lambda one: one.header_offset)
    names = [member.filename.lower() for member in members]
    if len(set(names)) != len(names):
        return Fault("damaged", {"reason": "two parts have the same name"})
    if any(name.startswith(("/", "\\")) or ".." in name.split("/") or "\0" in name for name in names):
        return Fault("damaged", {"reason": "the name of a part leads out of it"})
    with open(path, "rb") as file:
        end = os.path.getsize(path)
        file.seek(max(end - _END_BYTES, 0))
        tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        comment = struct.unpack_from("<H", tail, at + 20)[0]
        if tail[at + 22 + comment :].strip(b"\0 \r\n"):
            return Fault("foreign-data", {"what": "bytes behind its end"})
        if any(is_contradicted(file, member) for member in members):
            return Fault("damaged", {"reason": "the head of a part says something else than the directory"})
        spans = list(_spans(file, members))
        if any(start < before for (_, before), (start, _) in pairwise([*spans, (archive.start_dir, end)])):
            return Fault("archive-bomb", {"reason": "its parts overlap"})
        if _gap(file, spans, archive.start_dir):
            return Fault("foreign-data", {"what": "bytes between its parts"})
    return None


def is_contradicted(file: BinaryIO, member: zipfile.ZipInfo) -> bool:
    """Say whether a member's own head tells of another size or packing than the directory.

    Readers go by the directory; clamd goes by the head, and calls clean without a look what it cannot unpack. Sizes
    that follow behind the member (flag 3) it finds by itself; sizes kept apart (ZIP64) only together with that flag.
    """
    file.seek(member.header_offset)
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return True
    mark, flags, method, *sizes = _HEAD.unpack(head)
    if mark != b"PK\x03\x04" or method != member.compress_type or (flags ^ member.flag_bits) & _LOCKED:
        return True
    allowed = [[member.compress_size, member.file_size]]
    if flags & _SIZES_FOLLOW:
        allowed += [[0, 0], [_SIZE_APART, _SIZE_APART]]
    return sizes not in allowed


def _spans(file: BinaryIO, members: list[zipfile.ZipInfo]) -> Iterator[tuple[int, int]]:
    """Yield where each member begins and ends, by the lengths in its own head."""
    for member in members:
        file.seek(member.header_offset + 26)
        lengths = file.read(4).ljust(4, b"\0")
        end = member.header_offset + 30 + sum(struct.unpack("<HH", lengths)) + member.compress_size
        yield member.header_offset, end


def _gap(file: BinaryIO, spans: list[tuple[int, int]], directory: int) -> bool:
    """Say whether more lies between members than the description that may follow each (24 bytes) and padding."""
    starts = [*(start for start, _ in spans), directory]
    ends = [0, *(end for _, end in spans)]
    return any(start - end > _GAP_BYTES and _bare(file, end, start) for end, start in zip(ends, starts, strict=True))


def _bare(file: BinaryIO, start: int, end: int) -> bool:
    file.seek(start)
    return bool(file.read(min(end - start, 1024 * 1024)).strip(b"\0"))


def _overlapping(members: list[zipfile.ZipInfo]) -> bool:
    spans = sorted((member.header_offset, member.header_offset + 30 + member.compress_size) for member in members)
    return any(end > start for (_, end), (start, _) in pairwise(spans))
