"""What checks say about one file, before it is put into words and severities (that is `policy`).

These values cross from the sandboxed child to the service as JSON, so they hold plain data only.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

EXCERPT_CHARACTERS_SHOWN = 2
EXCERPT_CHARACTERS_MAX = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in the file. Pages and lines count from 1; in a docx a line is a paragraph."""

    page: int | None = None
    sheet: str | None = None
    cell: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        return "/".join(f"{name}={value}" for name, value in asdict(self).items() if value is not None)


NOWHERE = Place()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that a check saw. `id` is the same whenever the same bytes are checked again.

    `params` fill the placeholders of the text that the policy has for `code`.
    """

    code: str
    id: str
    params: Mapping[str, str] = field(default_factory=dict)
    place: Place = NOWHERE
    excerpt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What one check saw of one file. `total` counts observations, also those that are not listed.

    `error` says that the check could not run to its end: whatever else it saw, it may not pass. `facts` are what
    the hints on quality need to know of the text that it read. `deferred`: nothing was judged, the check has to run
    where words in pictures are recognised.
    """

    check: str
    engine: str
    observations: tuple[Observation, ...] = ()
    total: int = 0
    error: bool = False
    detected_type: str | None = None
    facts: Mapping[str, Any] | None = None
    deferred: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return plain data for the way out of the sandbox."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Examination":
        """Rebuild what a child sent. Raises `TypeError` or `KeyError` when it is of another shape."""
        seen = tuple(Observation(**{**one, "place": Place(**one["place"])}) for one in data.pop("observations"))
        return cls(observations=seen, **data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """The file to judge: where it lies on local disk, the name it was given, its measured size in bytes.

    For the search for personal data: `published` is what the project says of itself (see `about`).
    For the hints on quality: `about` is what is said of the result, `facts` what is known of its text. Without a path
    the words alone are looked at.
    """

    path: str
    name: str
    size: int
    sha256: str = ""
    detected_type: str | None = None
    about: Mapping[str, Any] | None = None
    facts: Mapping[str, Any] | None = None
    published: Mapping[str, Any] | None = None

    @property
    def extension(self) -> str:
        """The last extension, in lower case, without the dot; empty if there is none."""
        stem, dot, extension = self.name.rpartition(".")
        return extension.lower() if dot and stem else ""


def observation(
    check: str,
    code: str,
    params: Mapping[str, str] = MappingProxyType({}),
    *,
    place: Place = NOWHERE,
    match: str = "",
    key: bytes = b"",
) -> Observation:
    """Make an observation whose id depends on check, code, place and what was matched, and on nothing else.

    `key` keeps a short match (an identification number) from being guessed out of its id: it must be something
    that only a holder of the file knows.
    """
    material = "\0".join((check, code, str(place), match)).encode()
    digest = hashlib.blake2b(material, digest_size=10, key=key[:64]).hexdigest()
    return Observation(code=code, id=f"{code}-{digest}", params=dict(params), place=place)


def examination(check: str, engine: str, seen: Iterable[Observation] = (), **more: Any) -> Examination:
    """Return what a check saw, each observation once."""
    unique = tuple({one.id: one for one in seen}.values())
    return Examination(check=check, engine=engine, observations=unique, total=len(unique), **more)


def masked(text: str) -> str:
    """Return an excerpt that shows at most two characters of what was found."""
    hidden = min(max(len(text) - EXCERPT_CHARACTERS_SHOWN, 0), EXCERPT_CHARACTERS_MAX)
    return text[:EXCERPT_CHARACTERS_SHOWN] + "*" * hidden


def encoded(value: object) -> bytes:
    """Return compact JSON in UTF-8; lone surrogates from damaged text become replacement marks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
