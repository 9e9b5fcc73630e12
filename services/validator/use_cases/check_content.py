"""Judge one content and append the verdict."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from prometheus_client import Counter, Histogram

from services.validator import policy
from services.validator.about import Known, known_of
from services.validator.adapters.clamav import ClamdScanner, Session
from services.validator.adapters.contacts import ContactsAwayError, PublicContacts
from services.validator.adapters.progress import ProgressTeller
from services.validator.content import Content, content_of, is_due
from services.validator.domain import Specimen
from services.validator.engine import Examiner
from services.validator.one_pass import OnePass, Spool
from services.validator.progress import Progress
from services.validator.published import own_words
from services.validator.slots import UNBOUND, Slot
from services.validator.verdicts import Examined, verdict_event
from shared.contracts.verdict import CheckOutcome, VerdictOutcome
from shared.errors import TransientError
from shared.messaging.events import Guard, NewEvent, ProjectLog, Recorded
from shared.messaging.log import Log
from shared.storage.ports import ObjectMissingError
from shared.storage.zones import CLEAN

TRIES_MAX = 3
RETRY_SECONDS_MAX = 2.0

VERDICTS = Counter("results_verdicts_total", "Verdicts appended", ["outcome"])
CHECKS = Counter("results_checks_total", "Checks of files, by what came of them", ["check", "outcome"])
WAITED = Histogram("results_posted_to_verdict_seconds", "Time from intake's event to the verdict")

_log = structlog.get_logger(__name__)


class CheckUnfinishedError(TransientError):
    """A check could not run; the file is tried again soon."""

    def __init__(self, why: str) -> None:
        super().__init__(why, delay_seconds_max=RETRY_SECONDS_MAX)


class ScannerAwayError(CheckUnfinishedError):
    """Nothing was read: the scanner takes no connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known beside the bytes: `known` for the hints, `published` for the search for personal data."""

    known: Known | None
    published: Mapping[str, Any]

    @property
    def lacks_contacts(self) -> bool:
        """Say whether the public contacts could not be read, so that all of them count."""
        return "unread" in self.published


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckContent:
    """Look whether a verdict is due, read the bytes once, judge them, keep what passed, append."""

    log: Log
    one_pass: OnePass
    examiner: Examiner
    scanner: ClamdScanner
    teller: ProgressTeller
    contacts: PublicContacts

    async def __call__(
        self, cause: Recorded, *, attempt: int = 1, again: bool = False, slot: Slot = UNBOUND
    ) -> VerdictOutcome | None:
        """Return the outcome; None when no verdict is due. `again` takes up an unfinished verdict.

        Raises `CheckUnfinishedError` while tries are left, `NoRoomAsideError`, `StoreAwayError`, and `TransientError`
        of the log.
        """
        content = content_of(cause)
        if content is None:
            return None
        project = await self.log.load(content.project_id)
        if not is_due(project, content, again=again):
            return None
        slot.expect(content.sha256)
        has_tries_left = attempt < TRIES_MAX or again
        background = await self.background(project, content, is_last_try=not has_tries_left)
        async with self.scanner.session(sha256=content.sha256) as session:
            if has_tries_left and not session.is_connected:
                raise ScannerAwayError("the virus scanner is away")
            examined = await self.examine(content, session, attempt, background, slot)
        if has_tries_left and not _may_stand(examined, again=again):
            raise CheckUnfinishedError("a check could not run")
        return await self._append(cause, content, examined, again=again)

    async def background(self, project: ProjectLog, content: Content, *, is_last_try: bool) -> Background:
        """Gather what is known now. Public contacts that cannot be read are waited for; at the last try all count.

        Raises `CheckUnfinishedError` while tries are left.
        """
        own = own_words(project)
        try:
            told: dict[str, Any] = {"texts": own.texts, "people": await self.contacts.people(own.entries)}
        except ContactsAwayError as error:
            if not is_last_try:
                raise CheckUnfinishedError(str(error)) from error
            _log.warning("contacts_not_read", reason=str(error))
            told = {"texts": own.texts, "unread": True}
        return Background(known=known_of(project, content), published=told)

    async def examine(
        self, content: Content, session: Session, attempt: int, background: Background, slot: Slot = UNBOUND
    ) -> Examined:
        """Read the bytes once and judge them; what may be kept lies in the clean zone afterwards."""
        async with (
            self.one_pass.spool() as spool,
            self.one_pass.copy(content, spool) as copy,
            self.teller.watched(Progress(content=content, spool=spool)) as progress,
        ):
            await copy.begin()
            arrived = await self._receive(content, spool, session)
            specimen = Specimen(
                path=str(spool.path),
                name=content.name,
                size=spool.size,
                sha256=spool.sha256,
                published=background.published,
            )
            judgement = await self.examiner(
                specimen, session, bytes_are_right=arrived, known=background.known, over=progress.over, slot=slot
            )
            keep = policy.may_be_kept(judgement.checks)
            if keep:
                await copy.complete()
        return Examined(judgement=judgement, in_clean=keep, attempt=attempt, at=datetime.now(UTC))

    async def _receive(self, content: Content, spool: Spool, session: Session) -> bool:
        """Say whether the object is there and is the one that the event names."""
        try:
            return await self.one_pass.receive(content, spool, session)
        except ObjectMissingError:
            spool.end("")
            return False

    async def _append(
        self, cause: Recorded, content: Content, examined: Examined, *, again: bool
    ) -> VerdictOutcome | None:
        def decide(project: ProjectLog) -> tuple[NewEvent, Guard] | None:
            return verdict_event(project, content, examined, cause=cause, again=again)

        _, appended = await self.log.decide(content.project_id, decide)
        if appended is None:
            await self._drop(content, examined)
            return None
        VERDICTS.labels(examined.outcome).inc()
        for check in examined.judgement.checks:
            CHECKS.labels(check.check, check.outcome).inc()
        if not again:
            WAITED.observe((datetime.now(UTC) - cause.time).total_seconds())
        _log.info("verdict", outcome=examined.outcome, revision=content.revision, size=content.size)
        return examined.outcome

    async def _drop(self, content: Content, examined: Examined) -> None:
        """Remove the copy of a content that was deleted while it was being checked."""
        project = await self.log.load(content.project_id)
        standing = project.get("intake", content.thing, content.thing_id)
        if examined.in_clean and (standing is None or content_of(standing) is None):
            await self.one_pass.store.delete(CLEAN, content.object_key)


def _may_stand(examined: Examined, *, again: bool) -> bool:
    """Say whether to append now: a first verdict unless it is an error, a later one only when it is complete."""
    if again:
        return all(one.outcome is not CheckOutcome.ERROR for one in examined.judgement.checks)
    return examined.outcome is not VerdictOutcome.ERROR
