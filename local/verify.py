"""Prove from the log alone that what must always hold did hold (design.md 5), event by event.

Reads nothing but the record: an auditor, a test or an operator after a restore can run it on a copy.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from shared.contracts.publication import PublicationState
from shared.contracts.result import ManifestEntry, ResultState, RoundState
from shared.contracts.review import ReportState, ReviewResultState, ReviewRoundState
from shared.contracts.status import is_live, passes
from shared.contracts.subjects import subject
from shared.contracts.verdict import VerdictState
from shared.messaging.events import ProjectLog, Recorded
from shared.view import ProjectView

Complaints = Iterator[str]


@dataclass(frozen=True)
class Violation:
    """What did not hold, at which sequence of the log."""

    sequence: int
    subject: str
    what: str

    def __str__(self) -> str:
        return f"{self.sequence} {self.subject}: {self.what}"


@dataclass(slots=True)
class Verifier:
    """Takes the log message by message; keeps the state of every project and all that publications rest on."""

    _messages: dict[str, dict[str, Recorded]] = field(default_factory=dict)
    _by_sequence: dict[int, Recorded] = field(default_factory=dict)
    _ids: set[str] = field(default_factory=set)

    def take(self, event: Recorded) -> list[Violation]:
        """Judge one event against everything before it, and keep it."""
        found = self.judge(event)
        self.keep(event)
        return found

    def judge(self, event: Recorded) -> list[Violation]:
        """Judge one event against everything that was kept."""
        project_id = event.address.project_id
        messages = self._messages.get(project_id, {})
        before = ProjectView(ProjectLog(project_id, event.sequence - 1, dict(messages)))
        return [Violation(event.sequence, event.subject, what) for what in self._complaints(event, before)]

    def keep(self, event: Recorded) -> None:
        """Let an event be part of what later ones are judged against."""
        if not event.is_ours:
            return
        self._messages.setdefault(event.address.project_id, {})[event.subject] = event
        self._by_sequence[event.sequence] = event
        self._ids.add(event.id)

    def knows(self, project_id: str) -> bool:
        """Whether a project was registered."""
        return subject("intake", project_id, "project") in self._messages.get(project_id, {})

    def _complaints(self, event: Recorded, before: ProjectView) -> Complaints:
        if not event.is_ours:
            yield "no event of a service: the server's answer to somebody who named this subject as the place for it"
            return
        if event.id in self._ids:
            yield "an event with this id stands in the log already"
        if not event.type.startswith(f"{event.address.owner}.{event.address.thing}."):
            yield f"the type {event.type} does not belong to this subject"
        rule = _RULES.get((event.address.owner, event.address.thing))
        if rule:
            yield from rule(event, before)
        if (event.address.owner, event.address.thing) == ("publisher", "result"):
            yield from self._publication(event)

    def _publication(self, event: Recorded) -> Complaints:
        state = event.state_as(PublicationState)
        if state.status != "published":
            return
        basis = state.basis
        if basis is None:
            yield "published without a basis"
            return
        if max(basis.verdict, basis.approval, basis.report, basis.result) >= event.sequence:
            yield "published before what it rests on"
            return
        yield from self._approval(state, basis.approval)
        yield from self._checked(state, basis.verdict, event)
        yield from self._gate(basis.report, event)

    def _approval(self, state: PublicationState, sequence: int) -> Complaints:
        approval = self._by_sequence.get(sequence)
        if approval is None or approval.type != "review.round.approved.v1":
            yield f"its approval {sequence} is no approval"
            return
        approved = approval.state_as(ReviewRoundState).approved
        entries = approved.manifest if approved else ()
        wanted = (state.result_id, state.revision, state.sha256, state.sequence)
        if wanted not in {(one.result_id, one.revision, one.sha256, one.sequence) for one in entries}:
            yield f"its approval {sequence} does not hold this content"
        if any(one.result_id == state.result_id and not one.publish for one in entries):
            yield "it was to be withheld"

    def _checked(self, state: PublicationState, sequence: int, event: Recorded) -> Complaints:
        recorded = self._by_sequence.get(sequence)
        if recorded is None or recorded.type != "validator.result.checked.v1":
            yield f"its verdict {sequence} is no verdict"
            return
        verdict = recorded.state_as(VerdictState)
        if verdict.sha256 != state.sha256:
            yield f"its verdict {sequence} is on other bytes"
        review = self._messages.get(event.address.project_id, {}).get(
            subject("review", event.address.project_id, "result", state.result_id)
        )
        waivers = review.state_as(ReviewResultState).waivers if review else ()
        if not passes(
            verdict.outcome,
            waivable=verdict.waivable,
            blocking=verdict.blocking,
            sha256=verdict.sha256,
            waivers=waivers,
        ):
            yield f"its verdict {sequence} does not pass"

    def _gate(self, sequence: int, event: Recorded) -> Complaints:
        report = self._by_sequence.get(sequence)
        opens = {"review.report.approved.v1", "intake.report.approved_elsewhere.v1", "intake.project.terminated.v1"}
        if report is None or report.type not in opens or report.address.project_id != event.address.project_id:
            yield f"{sequence} opens no gate"


def _result(event: Recorded, before: ProjectView) -> Complaints:
    state = event.state_as(ResultState)
    if before.round.is_locked:
        yield f"{event.happened} while the project is locked"
    earlier = before.result(state.id)
    if earlier and state.revision < earlier.state.revision:
        yield f"revision {state.revision} after revision {earlier.state.revision}"
    if earlier and earlier.state.deleted:
        yield f"{event.happened} after it was deleted"


def _round(event: Recorded, before: ProjectView) -> Complaints:
    state = event.state_as(RoundState)
    if state.status == "withdrawn":
        if not before.round.is_under_review or before.round.is_opened:
            yield "withdrawn though it was not waiting unopened"
        return
    if before.round.is_locked:
        yield "submitted while the project is locked"
    if state.round != before.round.number + 1:
        yield f"round {state.round} after round {before.round.number}"
    yield from _manifest(state.manifest, before)


def _manifest(manifest: tuple[ManifestEntry, ...], before: ProjectView) -> Complaints:
    """Judge what was submitted. A takedown or a new verdict may have come in the same moment: review looks again."""
    known = {view.state.id: view for view in before.results() if not view.state.deleted}
    named = {one.result_id for one in manifest}
    if not {name for name, view in known.items() if is_live(view)} <= named <= set(known):
        yield "the manifest does not hold exactly the live results"
    for entry in manifest:
        view = known.get(entry.result_id)
        if view is None:
            continue
        now = (view.sequence, view.state.revision, view.state.file.sha256)
        if (entry.sequence, entry.revision, entry.sha256) != now:
            yield f"the manifest names an old state of {entry.result_id}"
        if view.current_verdict is None:
            yield f"{entry.result_id} was submitted unchecked"
        if (decision := view.standing_decision) and decision.decision == "request_changes":
            yield f"{entry.result_id} was submitted though changes were requested"


def _review_round(event: Recorded, before: ProjectView) -> Complaints:
    state = event.state_as(ReviewRoundState)
    submission = before.round.submission
    if submission is None or submission.status != "submitted" or submission.round != state.round:
        yield f"{event.happened} for round {state.round}, which is not the submitted one"
        return
    if state.status != "reopened" and not before.round.is_under_review:
        yield f"{event.happened} though the round is decided"
    if state.status != "approved":
        return
    if state.approved is None or state.approved.manifest != submission.manifest:
        yield "approved another manifest than the submitted one"
    for entry in submission.manifest:
        view = before.result(entry.result_id)
        if view and not is_live(view):
            continue  # taken down meanwhile: it is not published, whatever was decided
        decision = view.standing_decision if view else None
        if decision is None or decision.decision != "approve" or decision.sequence != entry.sequence:
            yield f"the round was approved though {entry.result_id} was not"


def _review_result(event: Recorded, before: ProjectView) -> Complaints:
    state = event.state_as(ReviewResultState)
    if event.happened != "decided" or state.decision is None:
        return
    if not before.round.is_under_review:
        yield "decided though no round is under review"
    review = before.round.review
    if review is None or review.officer != state.decision.by:
        yield f"decided by {state.decision.by}, who has not claimed the round"


def _report(event: Recorded, before: ProjectView) -> Complaints:
    state = event.state_as(ReportState)
    if state.status == "approved" and before.round.status != "approved" and not state.override_reason:
        yield "approved though the results are not (R21)"


def _verdict(event: Recorded, before: ProjectView) -> Complaints:
    state = event.state_as(VerdictState)
    earlier = before.log.get("validator", "result", event.address.thing_id)
    if earlier and earlier.state_as(VerdictState).revision > state.revision:
        yield "a verdict on an older revision replaced one on a newer"


_RULES: dict[tuple[str, str], Callable[[Recorded, ProjectView], Complaints]] = {
    ("intake", "result"): _result,
    ("intake", "round"): _round,
    ("review", "round"): _review_round,
    ("review", "result"): _review_result,
    ("review", "report"): _report,
    ("validator", "result"): _verdict,
}


def violations(history: Iterable[Recorded]) -> list[Violation]:
    """Return everything that did not hold in a history, in the order of the log."""
    verifier = Verifier()
    return [found for event in history for found in verifier.take(event)]
