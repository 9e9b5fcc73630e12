"""All checks on one file: the sandboxed ones run while the scan of the same bytes goes on.

The scanner begins when it is asked for its answer. For small files that can grow it is asked a moment later: a bomb is
found in milliseconds, and would keep the scanner busy for a minute or two. Recognition of words in pictures waits until
the scan is over: it is for children of its own, and the file leaves its slot for it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from services.validator.about import NOTHING, Known
from services.validator.adapters.clamav import Scan, Session
from services.validator.checks import FORMAT, PERSONAL_DATA, QUALITY, malware, size
from services.validator.domain import Examination, Specimen, examination, observation
from services.validator.memory import Parsers
from services.validator.policy import CHECKS, Policy
from services.validator.sandbox.pool import stopped
from services.validator.slots import UNBOUND, Slot
from shared.contracts.verdict import CheckOutcome, CheckResult

_STILL_READABLE = frozenset(
    {"double-extension", "deceptive-name", "macros", "embedded-files", "pdf-javascript", "pdf-launch"}
)
Over = Callable[[str], None]
CAN_GROW = frozenset({"docx", "xlsx", "pdf"})
HEAD_START_BYTES_MAX = 16 * 1024 * 1024
HEAD_START_SECONDS = 0.5
_BOMB = "archive-bomb"
_OTHER_BYTES = "the stored bytes are not those that were announced"


def _told_to_nobody(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Every check of one file, in the order of the policy."""

    checks: tuple[CheckResult, ...]
    detected_type: str | None
    signatures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examiner:
    """Runs the checks. `limit_bytes` is the largest file that is allowed (R30).

    `recognition` is asked for what `pool` defers: files with words in pictures.
    """

    pool: Parsers
    recognition: Parsers
    policy: Policy
    limit_bytes: int

    async def __call__(
        self,
        specimen: Specimen,
        session: Session,
        *,
        bytes_are_right: bool = True,
        known: Known | None = NOTHING,
        over: Over = _told_to_nobody,
        slot: Slot = UNBOUND,
    ) -> Judgement:
        """Judge a file that lies on disk and has gone into the scanner's session.

        When its bytes are not those that were announced, nothing is judged: every check is an error. Without `known`
        (a logo) there are no hints on quality. `over` is told of each check that has come to its end. Raises
        `NoRoomAsideError` when the file has to leave its slot and cannot.
        """
        if not bytes_are_right:
            return self._judgement(tuple(stopped(name, _OTHER_BYTES) for name in CHECKS), "unknown")
        over("size")
        form_known = asyncio.get_running_loop().create_future()
        (form, personal, hints), scanned = await asyncio.gather(
            self._parsed(specimen, known, over, form_known), _scanned(specimen, session, over, form_known)
        )
        if personal.deferred:
            slot.step_aside(specimen.sha256)
            personal = await self._recognised(specimen)
            over(PERSONAL_DATA.name)
            hints = await self._hinted(replace(specimen, facts=personal.facts), known)
        examined = (size.examine(specimen, self.limit_bytes), form, malware.examine(scanned), personal, *hints)
        return self._judgement(examined, scanned.signatures)

    def _judgement(self, examined: tuple[Examination, ...], signatures: str) -> Judgement:
        detected = next((one.detected_type for one in examined if one.detected_type), None)
        return Judgement(checks=tuple(map(self.policy.result, examined)), detected_type=detected, signatures=signatures)

    async def _parsed(
        self, specimen: Specimen, known: Known | None, over: Over, form_known: "asyncio.Future[Examination]"
    ) -> tuple[Examination, Examination, tuple[Examination, ...]]:
        form = await self.pool.examine(FORMAT, specimen)
        form_known.set_result(form)
        over(FORMAT.name)
        if self._stops(form):
            personal = examination(
                PERSONAL_DATA.name, "results-personal-data", [observation(PERSONAL_DATA.name, "format-first")]
            )
            return form, personal, await self._hinted(replace(specimen, path=""), known)
        personal = await self.pool.examine(PERSONAL_DATA, specimen)
        if personal.deferred:
            return form, personal, ()
        over(PERSONAL_DATA.name)
        return form, personal, await self._hinted(replace(specimen, facts=personal.facts), known)

    async def _recognised(self, specimen: Specimen) -> Examination:
        personal = await self.recognition.examine(PERSONAL_DATA, specimen)
        return stopped(PERSONAL_DATA.name, "the parser gave no clear answer") if personal.deferred else personal

    async def _hinted(self, specimen: Specimen, known: Known | None) -> tuple[Examination, ...]:
        """Return the hints on quality, none for a logo. A fault there is a remark, never an error."""
        if known is None:
            return ()
        return (await self.hints(specimen, known),)

    async def hints(self, specimen: Specimen, known: Known) -> Examination:
        """Return the hints on quality on a file, or on the words alone when the specimen has no path."""
        found = await self.pool.examine(QUALITY, replace(specimen, about=known.about))
        seen = [*found.observations, *known.observations()]
        if found.error:
            reason = {"reason": "the file is too hard to look at", "reason_lv": "datni nav iespējams aplūkot"}
            seen = [observation(QUALITY.name, "hints-missing", reason), *known.observations()]
        return examination(QUALITY.name, found.engine, seen)

    def _stops(self, form: Examination) -> bool:
        """Say whether the text is out of reach: no answer about the format, or one that parsers should stay away."""
        unreadable = [one for one in form.observations if one.code not in _STILL_READABLE]
        outcome = self.policy.result(form).outcome
        return form.error or (outcome is CheckOutcome.FAILED and bool(unreadable))


async def _scanned(specimen: Specimen, session: Session, over: Over, form_known: "asyncio.Future[Examination]") -> Scan:
    if specimen.extension in CAN_GROW and specimen.size <= HEAD_START_BYTES_MAX:
        await asyncio.wait([form_known], timeout=HEAD_START_SECONDS)
    is_bomb = form_known.done() and any(one.code == _BOMB for one in form_known.result().observations)
    scan = await (session.give_up(_BOMB) if is_bomb else session.answer())
    over(malware.CHECK)
    return scan
