"""The event that a finished examination becomes. Pure: log and judgement in, event and guard out."""

from dataclasses import dataclass
from datetime import datetime

from services.validator import policy
from services.validator.content import Content, is_complete, is_due, last_verdict, standing_content
from services.validator.engine import Judgement
from services.validator.hints import renewed
from shared.contracts.verdict import CheckOutcome, CheckResult, EarlierVerdict, VerdictOutcome, VerdictState
from shared.messaging.events import Guard, NewEvent, ProjectLog, Recorded, event_id

EARLIER_MAX = 100
ACTOR = "validator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What became of one content: the judgement, whether its bytes lie in the clean zone, how often it was tried."""

    judgement: Judgement
    in_clean: bool
    attempt: int
    at: datetime

    @property
    def outcome(self) -> VerdictOutcome:
        """What all checks together say."""
        return policy.verdict(self.judgement.checks)


def verdict_event(
    project: ProjectLog, content: Content, examined: Examined, *, cause: Recorded, again: bool
) -> tuple[NewEvent, Guard] | None:
    """Return the verdict to append under its own subject's guard; None when the content no longer waits for one."""
    if not is_due(project, content, again=again):
        return None
    state = _state(project, content, examined)
    happened = f"{state.revision}:{state.sha256}:{state.attempt}:{state.signatures}:{state.outcome}"
    event = NewEvent(
        subject=content.subject,
        type=f"validator.{content.thing}.checked.v1",
        state=state,
        id=event_id(content.subject, cause.id, "checked", happened),
        actor=ACTOR,
        causation=cause.id,
        correlation=cause.headers.get("ce-correlationid", ""),
        at=examined.at,
    )
    return event, project.guard_of(content.subject)


def rescan_event(
    project: ProjectLog, content: Content, examined: Examined, *, cause: Recorded
) -> tuple[NewEvent, Guard] | None:
    """Return the verdict of a check that was asked for again; None when it says nothing that is not known.

    A content that a newer one has replaced, and that may still be public, is judged among the earlier ones.
    """
    before = last_verdict(project, content)
    if before is None:
        return None
    if (before.revision, before.sha256) == (content.revision, content.sha256):
        state = _state(project, content, examined)
        known = (before.outcome, before.blocking, before.signatures)
        if (state.outcome, state.blocking, state.signatures) == known:
            return None
    else:
        state = before.model_copy(update={"earlier": _judged_again(before, content, examined)})
        if state == before:
            return None
    happened = (
        f"{content.revision}:{content.sha256}:{examined.judgement.signatures}:{examined.outcome}:{state.revision}"
    )
    event = NewEvent(
        subject=content.subject,
        type=f"validator.{content.thing}.checked.v1",
        state=state,
        id=event_id(content.subject, cause.id, "rescanned", happened),
        actor=ACTOR,
        causation=cause.id,
        correlation=cause.headers.get("ce-correlationid", ""),
        at=examined.at,
    )
    return event, project.guard_of(content.subject)


def is_judged(project: ProjectLog, content: Content) -> bool:
    """Say whether a whole verdict on this content stands, and the content too."""
    verdict, standing = last_verdict(project, content), standing_content(project, content.thing, content.thing_id)
    if verdict is None or standing is None or not is_complete(verdict):
        return False
    return (
        (verdict.revision, verdict.sha256) == (content.revision, content.sha256) == (standing.revision, standing.sha256)
    )


def described_event(
    project: ProjectLog, content: Content, hints: CheckResult, *, cause: Recorded, at: datetime
) -> tuple[NewEvent, Guard] | None:
    """Return the standing verdict with new hints on the words; None when they say what is known or too late."""
    before, standing = last_verdict(project, content), project.get("intake", content.thing, content.thing_id)
    if before is None or standing is None or not is_judged(project, content):
        return None
    if standing.sequence != cause.sequence:
        return None
    checks = renewed(before.checks, hints, standing.state())
    if checks == before.checks:
        return None
    event = NewEvent(
        subject=content.subject,
        type=f"validator.{content.thing}.checked.v1",
        state=before.model_copy(update={"checks": checks, "checked_at": at}),
        id=event_id(content.subject, cause.id, "described", f"{content.revision}:{content.sha256}"),
        actor=ACTOR,
        causation=cause.id,
        correlation=cause.headers.get("ce-correlationid", ""),
        at=at,
    )
    return event, project.guard_of(content.subject)


def _judged_again(before: VerdictState, content: Content, examined: Examined) -> tuple[EarlierVerdict, ...]:
    blocking = policy.blocking_ids(examined.judgement.checks)
    return tuple(
        one.model_copy(update={"outcome": examined.outcome, "blocking": blocking})
        if (one.revision, one.sha256) == (content.revision, content.sha256)
        else one
        for one in before.earlier
    )


def _state(project: ProjectLog, content: Content, examined: Examined) -> VerdictState:
    checks, outcome = examined.judgement.checks, examined.outcome
    blocking = policy.blocking_ids(checks)
    stands_alone = all(one.outcome in _THROUGH for one in checks if one.check != "personal-data")
    before = last_verdict(project, content)
    tries = before.attempt if before and before.revision == content.revision else 0
    return VerdictState(
        project_id=content.project_id,
        result_id=content.thing_id or f"{content.project_id}~logo",
        revision=content.revision,
        sha256=content.sha256,
        size=content.size,
        outcome=outcome,
        detected_type=examined.judgement.detected_type,
        checks=checks,
        blocking=blocking,
        waivable=outcome is VerdictOutcome.FAILED and stands_alone and bool(blocking),
        in_clean=examined.in_clean,
        object_key=content.object_key,
        attempt=tries + (examined.attempt if outcome is VerdictOutcome.ERROR else 0),
        signatures=examined.judgement.signatures,
        checked_at=examined.at,
        earlier=_earlier(project, content, before),
    )


_THROUGH = (CheckOutcome.PASSED, CheckOutcome.WARNING)


def _earlier(project: ProjectLog, content: Content, before: VerdictState | None) -> tuple[EarlierVerdict, ...]:
    """Carry on the verdicts on older revisions: one of them may still be public."""
    if before is None:
        return ()
    if before.revision == content.revision:
        return before.earlier
    recorded = project.messages[content.subject]
    last = EarlierVerdict(
        revision=before.revision,
        sha256=before.sha256,
        outcome=before.outcome,
        blocking=before.blocking,
        sequence=recorded.sequence,
    )
    return (*before.earlier, last)[-EARLIER_MAX:]
