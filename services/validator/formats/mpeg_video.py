"""Streams of MPEG video: how they begin, that their packets follow each other, and that the last one is whole.

A stream has no end that is marked for certain, so one that was cut between two packets cannot be told from a whole
one. Of an elementary stream the last picture must reach as far down as the others.
"""

import mmap
import re

from services.validator.formats import NotThisFormatError

PACK, SEQUENCE, END = b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"\x00\x00\x01\xb9"
LOST_SHARE_MAX = 0.01
REST_BYTES_MAX = 256
TAIL_BYTES = 8 * 1024 * 1024
_PACKETS = ((188, 0), (192, 4), (204, 0))
_SYNC = 0x47
_PACKETS_PROBED, _PACKETS_NEEDED = 20, 3
_PICTURE_OR_SLICE = re.compile(rb"\x00\x00\x01([\x00-\xaf])", re.DOTALL)
_OUT_OF_STEP = "its packets do not follow each other"
_CUT_PACKET = "its last packet is cut off"
_CUT_PICTURE = "its last picture is cut off"


def judged(data: mmap.mmap) -> tuple[str, str]:
    """Return the media type and what is broken. Raises `NotThisFormatError` for anything else."""
    if data[:4] == PACK:
        return "video/mpeg", _program(data)
    if data[:4] == SEQUENCE:
        return "video/mpeg", _elementary(data)
    for packet, offset in _PACKETS:
        marks = data[offset : packet * _PACKETS_PROBED : packet]
        if len(marks) >= _PACKETS_NEEDED and set(marks) == {_SYNC}:
            return "video/mp2t", _transport(data, packet, offset)
    raise NotThisFormatError


def _program(data: mmap.mmap) -> str:
    """Walk from packet to packet; where one does not follow, the next pack is looked for."""
    at = packets = lost = 0
    while at < len(data):
        size = _packet_bytes(data, at)
        if size:
            at, packets = at + size, packets + 1
            continue
        rest = data[at : at + 4]
        if rest == END:
            return _lost(lost, packets)
        found = data.find(PACK, at + 1)
        if found < 0:
            return _cut(data, at) or _lost(lost, packets)
        lost += bool(data[at:found].strip(b"\0"))
        at = found
    return _CUT_PACKET if at > len(data) else _lost(lost, packets)


def _packet_bytes(data: mmap.mmap, at: int) -> int:
    """Return the length in bytes of the pack's head or the packet that begins here; 0 if none does."""
    head = data[at : at + 14]
    if head[:3] != b"\0\0\1" or len(head) < 6 or head[3] < 0xBA:
        return 0
    if head[3] != PACK[3]:
        return 6 + int.from_bytes(head[4:6], "big")
    if head[4] >> 6 == 1:
        return 14 + (head[13] & 7 if len(head) == 14 else 1)
    return 12 if head[4] >> 4 == 2 else 0


def _cut(data: mmap.mmap, at: int) -> str:
    """Say what remains behind the last packet: the beginning of one, or more than a few bytes of something else."""
    rest = data[at : at + 6]
    if len(rest) < 6 and rest.strip(b"\0") and b"\0\0\1".startswith(rest[:3]):
        return _CUT_PACKET
    is_more = data[at : at + REST_BYTES_MAX + 1].strip(b"\0")
    return _OUT_OF_STEP if len(is_more) > REST_BYTES_MAX else ""


def _lost(lost: int, packets: int) -> str:
    return _OUT_OF_STEP if lost > LOST_SHARE_MAX * packets else ""


def _transport(data: mmap.mmap, packet: int, offset: int) -> str:
    marks = data[offset::packet].rstrip(b"\0")
    if len(marks) - marks.count(_SYNC) > LOST_SHARE_MAX * len(marks):
        return _OUT_OF_STEP
    rest = data[len(data) - len(data) % packet :]
    return _CUT_PACKET if rest.strip(b"\0\xff") else ""


def _elementary(data: mmap.mmap) -> str:
    """Compare the lowest slices of the pictures near the end; a picture that ends higher was cut."""
    pictures: list[list[int]] = []
    for match in _PICTURE_OR_SLICE.finditer(data[max(len(data) - TAIL_BYTES, 0) :]):
        code = match.group(1)[0]
        if code == 0:
            pictures.append([])
        elif pictures:
            pictures[-1].append(code)
    if not pictures:
        return "" if len(data) > TAIL_BYTES else _CUT_PICTURE
    rows = (((data[5] & 0x0F) << 8 | data[6]) + 15) // 16
    deepest = max(max(slices, default=0) for slices in pictures)
    wanted = rows if len(pictures) == 1 < len(pictures[0]) else deepest
    return _CUT_PICTURE if max(pictures[-1], default=0) < max(wanted, 1) else ""
