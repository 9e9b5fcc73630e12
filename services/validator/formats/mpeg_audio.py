"""Layer III audio: frames that follow each other from the tags before them to the tags behind them."""

import mmap
from functools import cache

from services.validator.formats import NotThisFormatError, id3

PROBE_BYTES = 256 * 1024
FRAMES_NEEDED = 3
PROMISE_KEPT = 0.9
_BIT_RATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_PROMISES_WITHIN_BYTES = 64
_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBE", b"ID3")


def damage(data: mmap.mmap) -> str:
    """Say what is broken, empty when nothing is. Raises `NotThisFormatError` when there are no frames."""
    begin = _behind_tags(data)
    if not begin and not _frame_bytes(data[:3]):
        raise NotThisFormatError
    start = _next_frame(data, begin, begin + PROBE_BYTES)
    if start is None:
        if begin:
            return "there is no sound after the tag"
        raise NotThisFormatError
    tags = id3.behind(data, start)
    end = tags[-1][1] if tags else len(data)
    last = _walk(data, start, end)
    rest = data[last : last + 8]
    if last > end or (len(rest) < 3 and rest[:1] == b"\xff"):
        return "its last frame is cut off"
    if last < end and any(rest.startswith(name[: len(rest)]) for name in _TAGS):
        return "the tag behind its sound is cut off"
    return "less is there than it announces" if end - start < PROMISE_KEPT * _promised(data, start) else ""


def _behind_tags(data: mmap.mmap) -> int:
    """Return where the ID3v2 tags at the front end; there may be several."""
    at = 0
    while size := id3.length(data[at : at + id3.HEAD_BYTES]):
        at += size
    return at


def _next_frame(data: mmap.mmap, start: int, until: int) -> int | None:
    at = data.find(b"\xff", start, until)
    while at >= 0:
        if _frames(data, at):
            return at
        at = data.find(b"\xff", at + 1, until)
    return None


def _walk(data: mmap.mmap, at: int, end: int) -> int:
    """Return where the last frame ends. Foreign bytes between frames are stepped over."""
    while at + 3 <= end:
        size = _frame_bytes(data[at : at + 3])
        if size:
            at += size
            continue
        found = _next_frame(data, at, min(at + PROBE_BYTES, end))
        if found is None:
            return at
        at = found
    return at


def _frames(data: mmap.mmap, at: int) -> bool:
    """Say whether frames follow each other from here on, as many as are needed or as there are."""
    for number in range(FRAMES_NEEDED):
        size = _frame_bytes(data[at : at + 3])
        if not size:
            return number >= 1 and at >= len(data)
        at += size
    return True


def _promised(data: mmap.mmap, start: int) -> int:
    """Return how many bytes the first frame announces ([Xing, Info]: flags, then frames, then bytes), or 0."""
    head = data[start : start + _PROMISES_WITHIN_BYTES]
    at = max(head.find(b"Xing"), head.find(b"Info"))
    if at < 0 or not head[at + 7 : at + 8] or not head[at + 7] & 2:
        return 0
    at += 8 + 4 * (head[at + 7] & 1)
    return int.from_bytes(head[at : at + 4], "big")


@cache
def _frame_bytes(header: bytes) -> int:
    """Return the length in bytes of the layer III frame that begins with these three, 0 if it is none."""
    if len(header) < 3 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, sampling = (header[1] >> 3) & 3, header[2] >> 4, (header[2] >> 2) & 3
    if version == 1 or rate in (0, 15) or sampling == 3:
        return 0
    kilobits = _BIT_RATES[1 if version == 3 else 2][rate]
    per_frame = 144 if version == 3 else 72
    return per_frame * kilobits * 1000 // _SAMPLE_RATES[version][sampling] + ((header[2] >> 1) & 1)
