"""What must be public: a pure function of one project's log (contract section 5, R28, R29, R33).

`publications` says how every result that matters must stand; `is_settled` whether the log says so already. A fact that
revokes leaves `withdrawn` even where nothing was published, so that a publication decided before it fails its guard.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from shared.contracts.project import LogoState, PublicLogoState, WebsiteState
from shared.contracts.publication import Basis, PublicationState
from shared.contracts.result import ManifestEntry
from shared.contracts.review import ApprovedRound
from shared.contracts.status import ResultView, passes, verdict_passes
from shared.contracts.subjects import logo_key
from shared.contracts.verdict import VerdictOutcome, VerdictState
from shared.view import ProjectView

LOGO_TYPES = ("image/png", "image/jpeg", "image/gif")


class Reason(StrEnum):
    """Why something is no longer public, beside a takedown, whose reason a person wrote."""

    MALWARE = "malware-found"
    CHECKS = "checks-not-passed"
    NOT_CHECKED = "not-checked"
    TERMINATED = "project-terminated"
    REPORT = "report-not-approved"
    NOT_APPROVED = "not-in-approved-results"
    DELETED = "removed-by-the-project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One content of a result with one description of it: what approval binds to."""

    revision: int
    sha256: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a result must stand. `basis` names what publishing and withholding rest on, `reason` why it is withdrawn."""

    result_id: str
    status: Literal["published", "withheld", "withdrawn"]
    content: Content
    basis: Basis | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """R29. `sequence` is that of the fact that opened it; `revoked` says why it will not open or was closed again."""

    sequence: int = 0
    revoked: Reason | None = None

    @property
    def is_open(self) -> bool:
        """Approved results become public now."""
        return self.sequence > 0 and self.revoked is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The latest verdict on one digest: does it let the file through, and which message says so."""

    outcome: VerdictOutcome
    passes: bool
    sequence: int


def gate(view: ProjectView, *, report_was_approved: bool = False) -> Gate:
    """Return the state of the gate; `report_was_approved` tells a report taken back from one never approved."""
    termination = view.project.termination if view.project else None
    if termination and not termination.eligible_costs:
        return Gate(revoked=Reason.TERMINATED)
    if view.report and view.report.status == "approved":
        return Gate(sequence=_sequence(view, "review", "report"))
    if view.report_approved:
        return Gate(sequence=_sequence(view, "intake", "report"))
    if termination:
        return Gate(sequence=_sequence(view, "intake", "project"))
    return Gate(revoked=Reason.REPORT if report_was_approved else None)


def approved_round(view: ProjectView) -> ApprovedRound | None:
    """Return the round that was approved last, with the sequence of its approval; later rounds go on carrying it."""
    review = view.round.review
    if review is None or review.approved is None:
        return None
    if review.status == "approved" or review.approved.sequence is None:
        return review.approved.model_copy(update={"sequence": _sequence(view, "review", "round")})
    return review.approved


def publications(
    view: ProjectView, *, only: str | None = None, report_was_approved: bool = False
) -> dict[str, Wanted | None]:
    """Return how every result must stand that is approved, or was ever published, withheld or revoked.

    None: not yet public and nothing speaks against it. `only` looks at one result.
    """
    approved = approved_round(view)
    barrier = gate(view, report_was_approved=report_was_approved)
    entries = {one.result_id: one for one in approved.manifest} if approved else {}
    scope = [only] if only else [*entries, *(one for one in view.log.things("intake", "result") if one not in entries)]
    found: dict[str, Wanted | None] = {}
    for result_id in scope:
        if (result := view.result(result_id)) is None:
            continue
        entry = entries.get(result_id)
        if approved and entry:
            found[result_id] = _of_approved(view, result, entry, approved, barrier)
        elif wanted := _of_unapproved(result, approved):
            found[result_id] = wanted
    return found


def _of_approved(
    view: ProjectView, result: ResultView, entry: ManifestEntry, approved: ApprovedRound, barrier: Gate
) -> Wanted | None:
    evidence = latest_verdict(view, result, entry.sha256)
    content = Content(revision=entry.revision, sha256=entry.sha256, sequence=entry.sequence)
    if reason := _revocation(result, content, evidence, barrier):
        return Wanted(result_id=entry.result_id, status="withdrawn", content=content, reason=reason)
    if evidence is None or not evidence.passes or not barrier.is_open:
        reason = Reason.REPORT if evidence and evidence.passes else Reason.NOT_CHECKED
        return _no_longer(result, reason)
    return Wanted(
        result_id=entry.result_id,
        status="published" if entry.publish else "withheld",
        content=content,
        basis=Basis(
            verdict=evidence.sequence,
            approval=approved.sequence or 0,
            report=barrier.sequence,
            result=entry.sequence,
        ),
    )


def _revocation(result: ResultView, content: Content, evidence: Evidence | None, barrier: Gate) -> str | None:
    """Return what speaks against this content for good, or until a newer fact."""
    if takedown := _takedown_reason(result, content):
        return takedown
    if result.state.deleted:
        return Reason.DELETED
    if evidence and evidence.outcome == VerdictOutcome.MALWARE:
        return Reason.MALWARE
    if evidence and evidence.outcome == VerdictOutcome.FAILED and not evidence.passes:
        return Reason.CHECKS
    return barrier.revoked


def _of_unapproved(result: ResultView, approved: ApprovedRound | None) -> Wanted | None:
    """A result outside the latest approved manifest is never public; whoever might think otherwise is told."""
    publication, decision = result.publication, result.review.decision if result.review else None
    if publication:
        content = content_of(publication)
        reason = _takedown_reason(result, content) or publication.reason or Reason.NOT_APPROVED
        return Wanted(result_id=result.state.id, status="withdrawn", content=content, reason=reason)
    if approved and decision and decision.round < approved.round:
        content = Content(revision=decision.revision, sha256=decision.sha256, sequence=decision.sequence)
        reason = _takedown_reason(result, content) or Reason.NOT_APPROVED
        return Wanted(result_id=result.state.id, status="withdrawn", content=content, reason=reason)
    return None


def _no_longer(result: ResultView, reason: Reason) -> Wanted | None:
    """What is public while its reasons are not given any more is withdrawn; what is not waits."""
    if not result.is_published or result.publication is None:
        return None
    content = content_of(result.publication)
    return Wanted(result_id=result.state.id, status="withdrawn", content=content, reason=reason)


def _takedown_reason(result: ResultView, content: Content) -> str | None:
    takedown = result.review.takedown if result.review else None
    if takedown and (content.revision <= takedown.revision or content.sha256 == takedown.sha256):
        return takedown.reason
    return None


def content_of(publication: PublicationState) -> Content:
    """Return what a publication speaks of."""
    return Content(revision=publication.revision, sha256=publication.sha256, sequence=publication.sequence)


def latest_verdict(view: ProjectView, result: ResultView, sha256: str) -> Evidence | None:
    """Return the latest verdict on a digest, whichever revision it was given on; None when there is none."""
    return max(_verdicts(view, result, sha256), key=lambda one: one.sequence, default=None)


def _verdicts(view: ProjectView, result: ResultView, sha256: str) -> Iterator[Evidence]:
    if result.verdict is None:
        return
    if result.verdict.sha256 == sha256:
        yield Evidence(
            outcome=result.verdict.outcome,
            passes=verdict_passes(result.verdict, result.waivers),
            sequence=_sequence(view, "validator", "result", result.state.id),
        )
    for one in result.verdict.earlier:
        if one.sha256 == sha256:
            # Only personal-data findings can be waived at all: where every blocking one is, the verdict was waivable.
            let_through = passes(
                one.outcome,
                waivable=bool(one.blocking),
                blocking=one.blocking,
                sha256=sha256,
                waivers=result.waivers,
            )
            yield Evidence(outcome=one.outcome, passes=let_through, sequence=one.sequence)


def is_settled(wanted: Wanted | None, current: PublicationState | None) -> bool:
    """Tell whether the log says already what must be so."""
    if wanted is None:
        return True
    if current is None or current.status != wanted.status:
        return False
    if wanted.status == "withdrawn":
        return current.reason == wanted.reason
    return content_of(current) == wanted.content


def website(view: ProjectView) -> WebsiteState | None:
    """Return what the public must see of the website (R28: at once, whatever the round); None when it does."""
    given = view.log.state("intake", "website", WebsiteState)
    shown = view.log.state("publisher", "website", WebsiteState) or WebsiteState()
    if given is None or given.url == shown.url:
        return None
    return WebsiteState(url=given.url, basis=_sequence(view, "intake", "website"))


def logo(view: ProjectView) -> PublicLogoState | None:
    """Return what the public must see of the logo: nothing without a passed verdict on it; None when it does.

    While a new picture waits for its verdict the one before stays.
    """
    given = view.log.state("intake", "logo", LogoState)
    shown = view.log.state("publisher", "logo", PublicLogoState) or PublicLogoState()
    if given is None:
        return None
    wanted = _wanted_logo(view, given, shown)
    same = (wanted.sha256, wanted.object_key) == (shown.sha256, shown.object_key)
    return None if same else wanted


def _wanted_logo(view: ProjectView, given: LogoState, shown: PublicLogoState) -> PublicLogoState:
    nothing = PublicLogoState(revision=given.revision)
    if given.file is None:
        return nothing
    verdict = view.log.state("validator", "logo", VerdictState)
    if verdict is None or (verdict.revision, verdict.sha256) != (given.revision, given.file.sha256):
        return shown
    if verdict.outcome == VerdictOutcome.ERROR:
        return shown
    if verdict.outcome != VerdictOutcome.PASSED or verdict.detected_type not in LOGO_TYPES:
        return nothing
    return PublicLogoState(
        revision=given.revision,
        sha256=given.file.sha256,
        object_key=logo_key(view.log.project_id, given.revision, given.file.sha256),
        content_type=verdict.detected_type,
    )


def _sequence(view: ProjectView, owner: str, thing: str, thing_id: str = "") -> int:
    recorded = view.log.get(owner, thing, thing_id)
    return recorded.sequence if recorded else 0
