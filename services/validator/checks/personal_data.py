"""personal-data: what in the text of the file names a person (R37). Runs in a child.

Numbers whose check digits are right and lists of people block; weaker signs are shown to the reviewer. A bare run of
digits that is right by chance (one valid number among many of its length) only warns. Names in the text are counted,
not listed. Minutes and recordings of meetings are told by the first characters and by the name of the file (R36).
"""

import errno
import hashlib
import struct
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from xml.parsers import expat

from services.validator.detectors import Hit, material
from services.validator.detectors.own_words import published_by
from services.validator.detectors.published import NOTHING, Published, Value
from services.validator.detectors.reasons import Why
from services.validator.detectors.search import search
from services.validator.detectors.sieve import counts_of_runs
from services.validator.domain import NOWHERE, Examination, Observation, Place, Specimen, masked, observation
from services.validator.formats import xml
from services.validator.quality.facts import told
from services.validator.quality.sample import Sample
from services.validator.text import WITHOUT_TEXT, Block, UnreadError, reader
from services.validator.text.ocr import DeferredError

CHECK = "personal-data"
ENGINE = "results-personal-data 2026-11-4"
SECONDS_MAX = 45.0
HITS_MAX = 2_000
LONE_AMONG = 20
LONE_SHARE = 0.25
NAMES_MAX = 1_000
ONCE_PER_FILE = frozenset({"meeting-minutes", "meeting-recording"})
_PARAMETER = {"payment-card": "network", "list-of-people": "count", "possible-list-of-people": "count"}
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
    """Search the text of a file whose format check has passed. Never raises for what a file holds.

    The answer is `deferred` when words in pictures are to be recognised and this process leaves that to another.
    """
    own = specimen.published or {}
    found = Findings(file_name=specimen.name, published=published_by(own))
    read = reader(specimen.extension)
    assert read or specimen.extension in WITHOUT_TEXT, specimen.extension
    try:
        notes = _through(found, read, specimen.path) if read else []
    except DeferredError:
        return Examination(check=CHECK, engine=ENGINE, deferred=True)
    if own.get("unread"):
        notes.append(_note("published-contacts-unread"))
    seen = [*found.observations(lambda: _key(specimen.path)), *notes]
    return Examination(
        check=CHECK,
        engine=ENGINE,
        observations=tuple(seen),
        total=found.total + len(notes),
        facts=told(found.sample, specimen.extension),
    )


def _through(found: "Findings", read: Callable[[str], Iterator[Block]], path: str) -> list[Observation]:
    """Go through the blocks; return notes on what was left out."""
    ends_at = time.monotonic() + SECONDS_MAX
    try:
        for block in read(path):
            found.take(block)
            if time.monotonic() > ends_at:
                return [_note("partly-examined", reason=f"the search stopped after {SECONDS_MAX:.0f} seconds")]
    except UnreadError as error:
        return [_note("partly-examined", reason=str(error))]
    except _UNREADABLE as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise
        return [_note("partly-examined", reason="a part of the text cannot be read")]
    return []


class Findings:
    """The hits in one file, each value once per place, and how common bare numbers of their length are in it.

    Pure: blocks in, observations out. `published` is what the project says about itself and therefore no finding.
    """

    def __init__(self, *, file_name: str = "", published: Published = NOTHING) -> None:
        self._published = published
        self._hits: dict[tuple[str, str, Place], Hit] = {}
        self._names: dict[str, tuple[Hit, Place]] = {}
        self._left_out: set[Value] = set()
        self._lone: Counter[int] = Counter()
        self._numbers: Counter[int] = Counter()
        self._head = ""
        self.sample = Sample()
        self._hits.update({(hit.code, hit.value, NOWHERE): hit for hit in material.in_name(file_name)})
        self.total = len(self._hits)

    def take(self, block: Block) -> None:
        """Search one block."""
        self.sample.take(block.text)
        hits = list(search(block, self._published))
        if len(self._head) < material.HEAD_CHARACTERS:
            self._head += block.text[: material.HEAD_CHARACTERS]
            hits.extend(material.in_head(self._head))
        for hit in hits:
            if value := self._published.repeated(hit):
                self._left_out.add(value)
            else:
                self._keep(hit, block)
        if lone := Counter(len(hit.value) for hit in hits if hit.lone):
            self._lone += lone
            self._numbers.update(counts_of_runs(block.text, lone))

    def _keep(self, hit: Hit, block: Block) -> None:
        if hit.code == "person-name":
            if hit.value not in self._names and len(self._names) < NAMES_MAX:
                self._names[hit.value] = (hit, block.place(hit.start))
            return
        place = NOWHERE if hit.code in ONCE_PER_FILE else block.place(hit.start)
        key = (hit.code, hit.value, place)
        if key not in self._hits:
            self.total += 1
            if len(self._hits) < HITS_MAX:
                self._hits[key] = hit

    def observations(self, key: Callable[[], bytes]) -> list[Observation]:
        """Return the hits as observations; what is likely chance becomes a possibility."""
        secret = key() if self._hits or self._names else b""
        seen = [self._observed(hit, place, secret) for (_, _, place), hit in self._hits.items()]
        return [*seen, *self._name_note(secret), *self._left_out_note()]

    def judged(self) -> list[Hit]:
        """Return the hits without names, with the code that each has among the others of the file."""
        return [self._judged(hit) for hit in self._hits.values()]

    def _judged(self, hit: Hit) -> Hit:
        numbers = self._numbers[len(hit.value)] if hit.lone else 0
        if numbers < LONE_AMONG or self._lone[len(hit.value)] >= LONE_SHARE * numbers:
            return hit
        return replace(hit, code=f"possible-{hit.code}", why=Why.CHANCE)

    def _observed(self, kept: Hit, place: Place, secret: bytes) -> Observation:
        hit = self._judged(kept)
        params = hit.why.params()
        if hit.what:
            params[_PARAMETER.get(kept.code, "country")] = hit.what
        seen = observation(CHECK, hit.code, params, place=place, match=hit.value, key=secret)
        return replace(seen, excerpt=masked(hit.shown) if hit.shown else None)

    def _name_note(self, secret: bytes) -> list[Observation]:
        if not self._names:
            return []
        self.total += 1
        hit, place = next(iter(self._names.values()))
        params = hit.why.params() | {"count": str(len(self._names))}
        seen = observation(CHECK, "person-names", params, place=place, match=hit.value, key=secret)
        return [replace(seen, excerpt=masked(hit.shown))]

    def _left_out_note(self) -> list[Observation]:
        """Say how many values, each once, do not count because the project published them itself."""
        if not self._left_out:
            return []
        self.total += 1
        return [_note("published-contacts", count=str(len(self._left_out)))]


def _note(code: str, **params: str) -> Observation:
    return observation(CHECK, code, params, match=str(sorted(params.items())))


def _key(path: str) -> bytes:
    """Return a digest of the bytes that stands in no event: ids of findings cannot be tried out without the file."""
    digest = hashlib.blake2b(person=b"finding-ids")
    with open(path, "rb") as file:
        while chunk := file.read(1024 * 1024):
            digest.update(chunk)
    return digest.digest()
