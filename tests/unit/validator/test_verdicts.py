"""Whether a verdict is due, and the event it becomes: bound to revision and digest, late news change nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.validator import policy
from services.validator.content import Content, content_of, is_due
from services.validator.domain import examination, observation
from services.validator.engine import Judgement
from services.validator.policy import CHECKS
from services.validator.verdicts import Examined, verdict_event
from shared.contracts.model import WireModel
from shared.contracts.result import DataProtection, ResultFile, ResultState
from shared.contracts.verdict import VerdictState
from shared.messaging.events import ProjectLog, Recorded

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
RESULT = "P-1~abc"
RULES = policy.load()


def posted(revision: int = 1, *, sha256: str = "a", deleted: bool = False, sequence: int = 10) -> Recorded:
    file = ResultFile(name="a.txt", size=5, sha256=sha256 * 64, object_key=f"P-1/abc/{revision}/{sha256 * 64}")
    state = ResultState(
        id=RESULT, project_id="P-1", kind="file", title="T", description="D", category="other",
        data_protection=DataProtection(confirmed=True), revision=revision, file=file, submitter="s",
        created_at=NOON, changed_at=NOON, content_at=NOON, deleted=deleted,
    )  # fmt: skip
    return recorded("intake", state, "intake.result.received.v1", sequence)


def recorded(owner: str, state: WireModel, type_: str, sequence: int) -> Recorded:
    headers = {"ce-id": f"id-{sequence}", "ce-type": type_}
    return Recorded(f"{owner}.P-1.result.{RESULT}", sequence, NOON, headers, state.model_dump_json().encode())


def project(*messages: Recorded) -> ProjectLog:
    return ProjectLog("P-1", max(one.sequence for one in messages), {one.subject: one for one in messages})


def content(message: Recorded) -> Content:
    found = content_of(message)
    assert found
    return found


def examined(
    *codes: tuple[str, str], errors: tuple[str, ...] = (), in_clean: bool = True, attempt: int = 1
) -> Examined:
    checks = tuple(
        RULES.result(
            examination(
                check,
                "t 1",
                [observation(check, code, match=code) for name, code in codes if name == check],
                error=check in errors,
            )
        )
        for check in CHECKS
    )
    judgement = Judgement(checks=checks, detected_type="text/plain", signatures="27800")
    return Examined(judgement=judgement, in_clean=in_clean, attempt=attempt, at=NOON)


def decided(log: ProjectLog, cause: Recorded, found: Examined, *, again: bool = False) -> VerdictState | None:
    event = verdict_event(log, content(cause), found, cause=cause, again=again)
    if event is None:
        return None
    assert isinstance(event[0].state, VerdictState)
    return event[0].state


def judged(cause: Recorded, found: Examined, sequence: int) -> Recorded:
    state = decided(project(cause), cause, found)
    assert state
    return recorded("validator", state, "validator.result.checked.v1", sequence)


def test_a_verdict_names_revision_digest_and_every_check() -> None:
    cause = posted()
    event = verdict_event(project(cause), content(cause), examined(), cause=cause, again=False)
    assert event
    state, guard = event[0].state, event[1]

    assert isinstance(state, VerdictState)
    assert (state.revision, state.sha256, state.outcome, state.in_clean) == (1, "a" * 64, "passed", True)
    assert [one.check for one in state.checks] == list(CHECKS)
    assert (guard.filter, guard.sequence) == (f"validator.P-1.result.{RESULT}", 0)
    assert event[0].causation == cause.id


def test_the_id_hangs_on_cause_outcome_attempt_and_signatures_alone() -> None:
    cause = posted()

    def id_of(**changes: Any) -> str:
        event = verdict_event(project(cause), content(cause), examined(**changes), cause=cause, again=False)
        assert event
        return event[0].id

    assert id_of() == id_of()
    assert id_of(errors=("malware",), attempt=3) != id_of()
    assert id_of(errors=("malware",), attempt=3) != id_of(errors=("malware",), attempt=4)


def test_a_verdict_on_what_intake_no_longer_names_is_late_news() -> None:
    first, second = posted(1), posted(2, sha256="b", sequence=20)

    assert decided(project(second), first, examined()) is None
    assert decided(project(posted(1, deleted=True, sequence=30)), first, examined()) is None


def test_the_same_revision_is_judged_once() -> None:
    cause = posted()
    log = project(cause, judged(cause, examined(), 11))

    assert not is_due(log, content(cause), again=False)
    assert not is_due(log, content(cause), again=True)


@pytest.mark.parametrize(
    "found", [examined(errors=("malware",)), examined(("personal-data", "iban"), errors=("malware",))]
)
def test_an_unfinished_verdict_is_taken_up_again_and_only_on_purpose(found: Examined) -> None:
    cause = posted()
    log = project(cause, judged(cause, found, 11))

    assert not is_due(log, content(cause), again=False)
    assert is_due(log, content(cause), again=True)
    healed = decided(log, cause, examined(), again=True)
    assert healed
    assert healed.outcome == "passed"


def test_an_error_never_replaces_a_pass() -> None:
    cause = posted()
    log = project(cause, judged(cause, examined(), 11))

    assert decided(log, cause, examined(errors=("malware",)), again=True) is None


def test_only_personal_data_alone_is_waivable() -> None:
    cause = posted()

    def waivable(found: Examined) -> bool:
        state = decided(project(cause), cause, found)
        assert state
        return state.waivable

    assert waivable(examined(("personal-data", "iban")))
    assert not waivable(examined(("personal-data", "iban"), ("format", "damaged")))
    assert not waivable(examined(("personal-data", "iban"), errors=("malware",)))
    assert not waivable(examined(("malware", "malware-found"), ("personal-data", "iban")))
    assert not waivable(examined())


def test_verdicts_on_older_revisions_are_carried_along_newest_last() -> None:
    first, second, third = posted(1), posted(2, sha256="b", sequence=20), posted(3, sha256="c", sequence=30)
    one = judged(first, examined(), 11)
    state = decided(project(second, one), second, examined(("personal-data", "iban")))
    assert state
    two = recorded("validator", state, "validator.result.checked.v1", 21)

    last = decided(project(third, two), third, examined())

    assert last
    assert [(each.revision, each.outcome, each.sequence) for each in last.earlier] == [
        (1, "passed", 11),
        (2, "failed", 21),
    ]


def test_tries_that_could_not_run_are_counted() -> None:
    cause = posted()

    state = decided(project(cause), cause, examined(errors=("malware",), attempt=3))

    assert state
    assert (state.outcome, state.attempt) == ("error", 3)
