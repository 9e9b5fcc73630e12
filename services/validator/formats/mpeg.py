"""MPEG: program, elementary and transport streams of video, and layer III audio with or without ID3 tags."""

from typing import BinaryIO

from services.validator.formats import Fault, Inspection, NotThisFormatError, foreign

PROBE_BYTES = 256 * 1024
FRAMES_NEEDED = 3
_START_CODES = (b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3")
_PACKETS = ((188, 0), (192, 4), (204, 0))
_BIT_RATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def inspect(path: str, kind: str) -> Inspection:
    """Recognise a stream by its headers. Raises `NotThisFormatError` when there are none."""
    with open(path, "rb") as file:
        seen = _video(file.read(PROBE_BYTES)) if kind == "video" else _audio(file)
    return Inspection(seen.detected, (*seen.faults, *foreign.faults(path, kind)))


def _video(head: bytes) -> Inspection:
    if head.startswith(_START_CODES):
        return Inspection("video/mpeg")
    for packet, offset in _PACKETS:
        marks = range(offset, min(len(head), packet * 20), packet)
        if len(marks) >= 3 and all(head[at] == 0x47 for at in marks):
            return Inspection("video/mp2t")
    raise NotThisFormatError


def _audio(file: BinaryIO) -> Inspection:
    tagged = _skip_tags(file)
    head = file.read(PROBE_BYTES)
    if not tagged and not _frame_bytes(head[:4]):
        raise NotThisFormatError
    start = next((at for at in range(len(head) - 3) if head[at] == 0xFF and _frames(head, at)), None)
    if start is not None:
        return Inspection("audio/mpeg")
    if tagged:
        return Inspection("audio/mpeg", (Fault("damaged", {"reason": "there is no sound after the tag"}),))
    raise NotThisFormatError


def _skip_tags(file: BinaryIO) -> bool:
    """Move behind the ID3v2 tags at the front; there may be several."""
    found = False
    while True:
        start = file.tell()
        head = file.read(10)
        if head[:3] != b"ID3" or len(head) < 10:
            file.seek(start)
            return found
        size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
        file.seek(start + 10 + size + (10 if head[5] & 0x10 else 0))
        found = True


def _frames(data: bytes, at: int) -> bool:
    """Say whether frames follow each other from here on, as many as are needed or as there are."""
    for number in range(FRAMES_NEEDED):
        length = _frame_bytes(data[at : at + 4])
        if not length:
            return number >= 1 and at >= len(data)
        at += length
    return True


def _frame_bytes(header: bytes) -> int:
    """Return the length in bytes of the layer III frame with this header, 0 if it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, sampling = (header[1] >> 3) & 3, header[2] >> 4, (header[2] >> 2) & 3
    if version == 1 or rate in (0, 15) or sampling == 3:
        return 0
    kilobits = _BIT_RATES[1 if version == 3 else 2][rate]
    per_frame = 144 if version == 3 else 72
    return per_frame * kilobits * 1000 // _SAMPLE_RATES[version][sampling] + ((header[2] >> 1) & 1)
