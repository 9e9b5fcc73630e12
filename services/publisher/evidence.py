"""The messages on which a publication rests, where the last message of a subject is not the one to name."""

from dataclasses import replace

from services.publisher.domain import Wanted
from shared.contracts.result import ResultState
from shared.contracts.subjects import result_subject
from shared.contracts.verdict import VerdictState
from shared.errors import PermanentError
from shared.messaging.events import Recorded
from shared.messaging.log import Log
from shared.view import ProjectView


class ManifestMismatchError(PermanentError):
    """The approved manifest names a message that is not this content of this result: nothing is published."""

    code = "manifest-names-other-content"


async def report_was_approved(log: Log, view: ProjectView) -> bool:
    """Tell whether the final report was approved at some time and is not any more."""
    if view.report_approved or not (view.report or view.elsewhere_report):
        return False
    for last in (view.log.get("review", "report"), view.log.get("intake", "report")):
        if last and await _last_that_happened(log, last, {"approved", "approved_elsewhere"}):
            return True
    return False


async def approved_state(log: Log, wanted: Wanted) -> ResultState:
    """Return the metadata and the file that were approved: the message that the manifest names."""
    recorded = await log.at(wanted.content.sequence)
    if recorded.subject != result_subject("intake", wanted.result_id):
        raise ManifestMismatchError(f"{wanted.content.sequence} is not a message of {wanted.result_id}")
    state = recorded.state_as(ResultState)
    if (state.revision, state.file.sha256) != (wanted.content.revision, wanted.content.sha256):
        raise ManifestMismatchError(f"{wanted.content.sequence} is another content of {wanted.result_id}")
    return state


async def proven(log: Log, view: ProjectView, wanted: Wanted) -> Wanted:
    """Return the wish with a basis that an auditor can follow message by message."""
    assert wanted.basis
    verdict = await _verdict_sequence(log, view, wanted)
    report = await _gate_sequence(log, view, wanted.basis.report)
    return replace(wanted, basis=wanted.basis.model_copy(update={"verdict": verdict, "report": report}))


async def _verdict_sequence(log: Log, view: ProjectView, wanted: Wanted) -> int:
    """The last verdict may be on a newer content and tell of the approved one in `earlier`: name the one on it."""
    assert wanted.basis
    last = view.log.get("validator", "result", wanted.result_id)
    if last and last.sequence == wanted.basis.verdict and last.state_as(VerdictState).sha256 == wanted.content.sha256:
        return last.sequence
    found = 0
    if last:
        async for one in log.history(last.subject, up_to=last.sequence):
            if one.state_as(VerdictState).sha256 == wanted.content.sha256:
                found = one.sequence
    return found or wanted.basis.verdict


async def _gate_sequence(log: Log, view: ProjectView, sequence: int) -> int:
    """A terminated project that was amended later goes on being terminated: name the termination."""
    project = view.log.get("intake", "project")
    if project is None or project.sequence != sequence or project.happened == "terminated":
        return sequence
    return await _last_that_happened(log, project, {"terminated"}) or sequence


async def _last_that_happened(log: Log, last: Recorded, happened: set[str]) -> int:
    """Return the sequence of the newest event of these kinds on the subject of `last`; 0 when there is none."""
    found = 0
    async for one in log.history(last.subject, up_to=last.sequence):
        if one.happened in happened:
            found = one.sequence
    return found
