"""Parts of packages that this process has found harmless: what a template brings along is the same in most documents.

A part is known by a digest of its name and of all its bytes, so only the very same part is ever taken for it.
"""

from hashlib import blake2b

PART_BYTES_MAX = 1024 * 1024
PARTS_MAX = 512


class KnownParts:
    """The digests of the parts that were harmless last."""

    def __init__(self, parts_max: int = PARTS_MAX) -> None:
        self._parts_max = parts_max
        self._digests: dict[bytes, None] = {}

    def __len__(self) -> int:
        return len(self._digests)

    @staticmethod
    def digest(name: str, data: bytes) -> bytes:
        """Return what a part is known by."""
        label = name.encode("utf-8", "surrogatepass")
        return blake2b(b"%d %b%b" % (len(label), label, data), digest_size=32).digest()

    def has(self, digest: bytes) -> bool:
        """Say whether it is known; if so, it is the last one that is forgotten."""
        if digest not in self._digests:
            return False
        del self._digests[digest]
        self._digests[digest] = None
        return True

    def remember(self, digest: bytes) -> None:
        """Keep a digest; the one that was met longest ago makes room."""
        if len(self._digests) >= self._parts_max:
            del self._digests[next(iter(self._digests))]
        self._digests[digest] = None
