"""What was found out about the same bytes a short while ago, so that it is not found out twice.

It lives in the process only: a new program, policy or engine begins without it, and there is no place where somebody
could plant a pass. What the project published itself is a part of the question, so no answer goes from one project to
another that published something else. Never remembered are errors, findings of the scanner, and whatever ran out of
time. A remembered answer spares the scan and the parsers, never the reading: the bytes are digested anew each time,
and the clean object is made of those.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from services.validator.checks import FORMAT, PERSONAL_DATA, SandboxedCheck
from services.validator.domain import Examination, Specimen
from services.validator.recent import REMEMBERED, Recent, known_since

OBSERVATIONS_MAX = 20
_DEPEND_ON_BYTES_AND_NAME = frozenset({FORMAT.name, PERSONAL_DATA.name})
_BY_CHANCE = frozenset({"partly-examined", "check-stopped"})


class Parsers(Protocol):
    """Runs a check in a child."""

    async def examine(self, check: SandboxedCheck, specimen: Specimen) -> Examination: ...


@dataclass(frozen=True, slots=True)
class RememberingParsers:
    """Asks the children once for the same bytes under the same name; weighing is left to the policy each time."""

    parsers: Parsers
    recent: Recent[Examination] = field(default_factory=Recent)

    async def examine(self, check: SandboxedCheck, specimen: Specimen) -> Examination:
        """Return what the check saw, now or a short while ago."""
        if not specimen.sha256 or check.name not in _DEPEND_ON_BYTES_AND_NAME:
            return await self.parsers.examine(check, specimen)
        key = _key(check, specimen)
        if (known := self.recent.find(key)) is not None:
            REMEMBERED.labels(check.name).inc()
            return _dated(*known)
        examined = await self.parsers.examine(check, specimen)
        if _is_worth_keeping(examined):
            self.recent.keep(key, examined)
        return examined


def _key(check: SandboxedCheck, specimen: Specimen) -> tuple[str, bytes]:
    """Name an answer by all it depends on: a digest, so that no contact that the project published stays here."""
    published = specimen.published if check is PERSONAL_DATA else None
    asked = replace(specimen, path="", published=published)
    return check.name, hashlib.blake2b(repr(asked).encode("utf-8", "replace"), digest_size=32).digest()


def _is_worth_keeping(examined: Examination) -> bool:
    codes = {one.code for one in examined.observations}
    return not examined.error and len(examined.observations) <= OBSERVATIONS_MAX and not codes & _BY_CHANCE


def _dated(examined: Examination, since: datetime) -> Examination:
    return replace(examined, engine=f"{examined.engine}, {known_since(since)}")
