"""Where the samples of one track of an MP4 or QuickTime film lie: by the tables of the track, and in fragments."""

import mmap
from collections.abc import Iterator
from itertools import chain, islice

from services.validator.formats import boxes
from services.validator.formats.boxes import Box, number

SAMPLES_MAX = 200_000


def where(data: mmap.mmap, table: Box, track: int) -> Iterator[tuple[int, int]]:
    """Yield start and size in bytes of each sample; `table` is the box `stbl`."""
    return islice(chain(_listed(data, table), _in_fragments(data, track)), SAMPLES_MAX)


def _listed(data: mmap.mmap, table: Box) -> Iterator[tuple[int, int]]:
    """Yield where each sample lies and its size in bytes: chunks say where, and how many samples each has."""
    parts = {box.kind: box.start for box in boxes.inside(data, table)}
    if not parts.keys() >= {b"stsc", b"stsz"} or not parts.keys() & {b"stco", b"co64"}:
        return
    wide = 8 if b"co64" in parts else 4
    offsets = parts[b"co64" if wide == 8 else b"stco"] + 8
    sizes = _sizes(data, parts[b"stsz"])
    for chunk, samples in enumerate(_samples_per_chunk(data, parts[b"stsc"], number(data, offsets - 4))):
        at = number(data, offsets + wide * chunk, wide)
        for size in islice(sizes, samples):
            yield at, size
            at += size


def _sizes(data: mmap.mmap, start: int) -> Iterator[int]:
    same, samples = number(data, start + 4), min(number(data, start + 8), SAMPLES_MAX)
    return (same or number(data, start + 12 + 4 * index) for index in range(samples))


def _samples_per_chunk(data: mmap.mmap, start: int, chunks: int) -> Iterator[int]:
    """Yield how many samples each chunk has; an entry holds until the next one begins."""
    runs = min(number(data, start + 4), SAMPLES_MAX)
    chunk = 1
    for index in range(runs):
        at = start + 8 + 12 * index
        until = number(data, at + 12) if index + 1 < runs else chunks + 1
        for _ in range(chunk, min(until, chunks + 1, SAMPLES_MAX)):
            yield number(data, at + 4)
        chunk = max(chunk, until)


def _in_fragments(data: mmap.mmap, track: int) -> Iterator[tuple[int, int]]:
    """Yield the samples of a track in the fragments ([ISO 14496-12] 8.8.7 and 8.8.8)."""
    usual = _usual_size(data, track)
    for fragment in boxes.along(data, boxes.whole(data), b"moof"):
        for part in boxes.along(data, fragment, b"traf"):
            within = list(boxes.inside(data, part))
            head = next((box.start for box in within if box.kind == b"tfhd"), None)
            if head is None or number(data, head + 4) != track:
                continue
            base, size = _base(data, head, fragment.start - 8, usual)
            for run in (box for box in within if box.kind == b"trun"):
                yield from _run(data, run.start, base, size)


def _usual_size(data: mmap.mmap, track: int) -> int:
    defaults = boxes.along(data, boxes.whole(data), b"moov", b"mvex", b"trex")
    return next((number(data, one.start + 16) for one in defaults if number(data, one.start + 4) == track), 0)


def _base(data: mmap.mmap, head: int, fragment: int, size: int) -> tuple[int, int]:
    """Return from where a run counts, and the size of samples that tell none."""
    flags, at = number(data, head + 1, 3), head + 8
    if flags & 0x1:
        fragment, at = number(data, at, 8), at + 8
    at += 4 * bool(flags & 0x2) + 4 * bool(flags & 0x8)
    return fragment, number(data, at) if flags & 0x10 else size


def _run(data: mmap.mmap, start: int, base: int, usual: int) -> Iterator[tuple[int, int]]:
    flags, samples = number(data, start + 1, 3), min(number(data, start + 4), SAMPLES_MAX)
    fields = start + 8 + 4 * bool(flags & 0x1) + 4 * bool(flags & 0x4)
    at = base + (number(data, start + 8) if flags & 0x1 else 0)
    width = sum(4 for flag in (0x100, 0x200, 0x400, 0x800) if flags & flag)
    for sample in range(samples):
        size = number(data, fields + width * sample + 4 * bool(flags & 0x100)) if flags & 0x200 else usual
        yield at, size
        at += size
