"""XMP: what programs tell of a file in XML, in plain bytes anywhere in it."""

import mmap
from collections.abc import Iterator

PACKETS_MAX = 20
PACKET_BYTES_MAX = 64 * 1024


def packets(path: str) -> Iterator[bytes]:
    """Yield the packets that are not packed, wherever they stand."""
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = 0
        for _ in range(PACKETS_MAX):
            at = data.find(b"<x:xmpmeta", at)
            if at < 0:
                return
            end = data.find(b"</x:xmpmeta>", at, at + PACKET_BYTES_MAX)
            yield data[at : end if end >= 0 else at + PACKET_BYTES_MAX]
            at = max(end, at + 1)
