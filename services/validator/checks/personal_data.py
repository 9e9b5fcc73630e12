"""personal-data: what in the text of the file names a person (R37). Runs in a child.

Numbers whose check digits are right block; e-mail addresses and telephone numbers are shown to the reviewer. A bare
run of digits that is right by chance (one valid number among many of its length) only warns.
"""

import errno
import hashlib
import re
import struct
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from xml.parsers import expat

from services.validator.detectors import Detector, Hit, bank, contact, identity
from services.validator.domain import Examination, Observation, Place, Specimen, masked, observation
from services.validator.formats import xml
from services.validator.text import WITHOUT_TEXT, Block, UnreadError, reader

CHECK = "personal-data"
ENGINE = "results-personal-data 2026-11-1"
SECONDS_MAX = 45.0
HITS_MAX = 2_000
LONE_AMONG = 20
LONE_SHARE = 0.25
DETECTORS: tuple[Detector, ...] = (
    identity.detect, bank.detect_ibans, bank.detect_cards, contact.detect_emails, contact.detect_phones,
)  # fmt: skip
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    expat.ExpatError,
    xml.DeclaredTypeError,
    OSError,
    ValueError,
    LookupError,
    EOFError,
    RuntimeError,
)


def examine(specimen: Specimen) -> Examination:
    """Search the text of a file whose format check has passed. Never raises for what a file holds."""
    search = _Search(time.monotonic() + SECONDS_MAX)
    read = reader(specimen.extension)
    if read is None:
        assert specimen.extension in WITHOUT_TEXT, specimen.extension
        return Examination(check=CHECK, engine=ENGINE)
    notes = search.through(read, specimen.path)
    seen = [*search.observations(lambda: _key(specimen.path)), *notes]
    return Examination(check=CHECK, engine=ENGINE, observations=tuple(seen), total=search.total + len(notes))


class _Search:
    """The hits in one file, each value once per place, and how common bare numbers of their length are in it."""

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at
        self._hits: dict[tuple[str, str, Place], Hit] = {}
        self._lone: Counter[int] = Counter()
        self._numbers: Counter[int] = Counter()
        self.total = 0

    def through(self, read: Callable[[str], Iterator[Block]], path: str) -> list[Observation]:
        """Go through the blocks; return notes on what was left out."""
        try:
            for block in read(path):
                self._take(block)
                if time.monotonic() > self._ends_at:
                    return [_note("partly-examined", reason=f"the search stopped after {SECONDS_MAX:.0f} seconds")]
        except UnreadError as error:
            return [_note("partly-examined", reason=str(error))]
        except _UNREADABLE as error:
            if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
                raise
            return [_note("partly-examined", reason="a part of the text cannot be read")]
        return []

    def _take(self, block: Block) -> None:
        hits = [hit for detect in DETECTORS for hit in detect(block)]
        for hit in hits:
            key = (hit.code, hit.value, block.place(hit.start))
            if key in self._hits:
                continue
            self.total += 1
            if len(self._hits) < HITS_MAX:
                self._hits[key] = hit
        for length in {len(hit.value) for hit in hits if hit.lone}:
            self._lone[length] += sum(hit.lone and len(hit.value) == length for hit in hits)
            self._numbers[length] += len(re.findall(rf"(?<![0-9]){'[0-9]' * length}(?![0-9])", block.text))

    def observations(self, key: Callable[[], bytes]) -> list[Observation]:
        """Return the hits as observations; what is likely chance becomes a possibility."""
        secret = key() if self._hits else b""
        return [self._observed(hit, place, secret) for (_, _, place), hit in self._hits.items()]

    def _observed(self, hit: Hit, place: Place, secret: bytes) -> Observation:
        code = f"possible-{hit.code}" if hit.lone and self._is_chance(len(hit.value)) else hit.code
        name = "network" if hit.code == "payment-card" else "country"
        params = {name: hit.what} if hit.what else {}
        seen = observation(CHECK, code, params, place=place, match=hit.value, key=secret)
        return replace(seen, excerpt=masked(hit.shown))

    def _is_chance(self, length: int) -> bool:
        numbers = self._numbers[length]
        return numbers >= LONE_AMONG and self._lone[length] < LONE_SHARE * numbers


def _note(code: str, **params: str) -> Observation:
    return observation(CHECK, code, params, match=str(sorted(params.items())))


def _key(path: str) -> bytes:
    """Return a digest of the bytes that stands in no event: ids of findings cannot be tried out without the file."""
    digest = hashlib.blake2b(person=b"finding-ids")
    with open(path, "rb") as file:
        while chunk := file.read(1024 * 1024):
            digest.update(chunk)
    return digest.digest()
