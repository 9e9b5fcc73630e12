"""Which bytes the log names, and getting them from one store into another without holding them in memory."""

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import ValidationError

from shared.contracts.project import ContactState, LogoState, ProjectState, PublicLogoState
from shared.contracts.publication import PublicationState
from shared.contracts.result import ResultState
from shared.contracts.verdict import VerdictState
from shared.messaging.events import Recorded
from shared.storage.ports import ObjectMissingError
from shared.storage.zones import CLEAN, INCOMING, PUBLIC

ZONES = (CLEAN, INCOMING, PUBLIC)
THINGS = ("result", "logo")


def digest_of(key: str) -> str:
    """Every zone keeps a content under a key that ends in its digest."""
    return key.rpartition("/")[2]


def named_by(event: Recorded) -> Iterator[tuple[str, str]]:
    """Yield zone and key of what an event names."""
    if event.address.thing not in THINGS:
        return
    try:
        state = event.state()
    except (KeyError, ValidationError):
        return
    match state:
        case ResultState() if not state.deleted:
            yield INCOMING, state.file.object_key
        case LogoState() if state.file:
            yield INCOMING, state.file.object_key
        case VerdictState() if state.in_clean:
            yield CLEAN, state.object_key
        case PublicationState() if state.status == "published" and state.object_key:
            yield PUBLIC, state.object_key
        case PublicLogoState() if state.object_key:
            yield PUBLIC, state.object_key


def people_key(event: Recorded) -> str | None:
    """Return the key under which the personal data lies that an event names."""
    if not event.is_ours:
        return None
    match event.address.owner, event.address.thing:
        case "intake", "project":
            return event.state_as(ProjectState).contacts_key
        case "intake", "contact":
            return event.state_as(ContactState).public_key
    return None


def _put_out(verdict: Recorded) -> Iterator[str]:
    """Yield the keys that the clean zone must not have: what is not clean, and what turned out not to be."""
    state = verdict.state_as(VerdictState)
    if not state.in_clean:
        yield state.object_key
    folder = state.object_key.rsplit("/", 2)[0]
    yield from (f"{folder}/{one.revision}/{one.sha256}" for one in state.earlier if one.outcome == "malware")


@dataclass(slots=True)
class Inventory:
    """What must lie in which zone, as of the events that were taken so far."""

    _incoming: dict[str, str] = field(default_factory=dict)
    _clean: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _public: dict[str, str] = field(default_factory=dict)

    def take(self, event: Recorded) -> None:
        if not event.is_ours or event.address.thing not in THINGS:
            return
        thing = event.subject.partition(".")[2]
        named = dict(named_by(event))
        match event.address.owner:
            case "intake":
                self._stand(self._incoming, thing, named.get(INCOMING))
                if INCOMING not in named:
                    self._clean.pop(thing, None)
            case "validator":
                self._clean[thing] |= {named[CLEAN]} if CLEAN in named else set()
                self._clean[thing] -= set(_put_out(event))
            case "publisher":
                self._stand(self._public, thing, named.get(PUBLIC))

    def _stand(self, zone: dict[str, str], thing: str, key: str | None) -> None:
        if key is None:
            zone.pop(thing, None)
        else:
            zone[thing] = key

    def keys(self, zone: str) -> set[str]:
        """Every key that must be there."""
        if zone == CLEAN:
            return {key for keys in self._clean.values() for key in keys}
        return set((self._incoming if zone == INCOMING else self._public).values())


@asynccontextmanager
async def spooled(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[Path, str]]:
    """Put a stream of bytes into a file for the moment; gives its path and the digest of what came."""
    digest = hashlib.sha256()
    with TemporaryDirectory(prefix="results-object-") as folder:
        path = Path(folder) / "object"
        with await asyncio.to_thread(path.open, "wb") as file:
            async for chunk in chunks:
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
        yield path, digest.hexdigest()


async def digest_in(chunks: AsyncIterator[bytes]) -> str | None:
    """Return the digest of an object; None when there is none."""
    digest = hashlib.sha256()
    try:
        async for chunk in chunks:
            digest.update(chunk)
    except ObjectMissingError:
        return None
    return digest.hexdigest()
