"""Where the tags of an mp3 lie: ID3v2 before and behind the sound, ID3v1, APE and Lyrics3 behind it."""

import mmap

HEAD_BYTES = 10
ID3V1_BYTES = 128
_APE_FOOT_BYTES, _LYRICS_FOOT_BYTES, _TAGS_MAX = 32, 15, 16


def length(head: bytes) -> int:
    """Return the length in bytes of the ID3v2 tag that begins with these ten; 0 if none does."""
    if head[:3] != b"ID3" or len(head) < HEAD_BYTES:
        return 0
    return HEAD_BYTES + seven_bits(head[6:10]) + (HEAD_BYTES if head[5] & 0x10 else 0)


def seven_bits(digits: bytes) -> int:
    """Return the number that ID3 writes with seven bits in each byte."""
    value = 0
    for digit in digits:
        value = value << 7 | digit & 0x7F
    return value


def behind(data: mmap.mmap, start: int = 0) -> list[tuple[str, int, int]]:
    """Return the tags behind the sound that begins at `start`, the last first: kind, start and end."""
    found: list[tuple[str, int, int]] = []
    end = len(data)
    while len(found) < _TAGS_MAX and (tag := _last(data, end)) and tag[1] >= start:
        found.append((*tag, end))
        end = tag[1]
    return found


def _last(data: mmap.mmap, end: int) -> tuple[str, int] | None:
    """Return kind and start of the tag that ends here."""
    if end >= ID3V1_BYTES and data[end - ID3V1_BYTES : end - ID3V1_BYTES + 3] == b"TAG":
        return "id3v1", end - ID3V1_BYTES
    if data[max(end - _APE_FOOT_BYTES, 0) : end][:8] == b"APETAGEX":
        return "ape", _start_of_ape(data, end)
    if data[max(end - 9, 0) : end] == b"LYRICS200" and data[end - _LYRICS_FOOT_BYTES : end - 9].isdigit():
        return "lyrics", end - _LYRICS_FOOT_BYTES - int(data[end - _LYRICS_FOOT_BYTES : end - 9])
    if data[max(end - HEAD_BYTES, 0) : end][:3] == b"3DI":
        return "id3v2", end - 2 * HEAD_BYTES - seven_bits(data[end - 4 : end])
    return None


def _start_of_ape(data: mmap.mmap, end: int) -> int:
    """An APE tag counts its items and its foot; a head of the same length may stand before them."""
    start = end - int.from_bytes(data[end - 20 : end - 16], "little")
    has_head = data[end - 9] & 0x80
    return start - _APE_FOOT_BYTES if has_head else start
