"""What could not be completed is tried again, whatever else stands in the log or breaks beside it."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

from services.validator.adapters.clamav import ClamdScanner
from services.validator.use_cases.check_content import CheckContent
from services.validator.use_cases.retry_unfinished import RetryUnfinished
from shared.contracts.verdict import CheckOutcome, CheckResult, VerdictOutcome, VerdictState
from shared.messaging.events import Recorded
from shared.messaging.log import Log
from tests.unit.validator.test_verdicts import NOON


def unfinished(name: str, sequence: int) -> Recorded:
    state = VerdictState(
        project_id="P-1", result_id=f"P-1~{name}", revision=1, sha256="a" * 64, size=5, outcome=VerdictOutcome.ERROR,
        checks=(CheckResult(check="format", outcome=CheckOutcome.ERROR, engine="t 1"),),
        object_key="k", checked_at=NOON,
    )  # fmt: skip
    return Recorded(f"validator.P-1.result.P-1~{name}", sequence, NOON, {}, state.to_json())


class Past:
    """A log that holds these messages of the validator."""

    def __init__(self, *messages: Recorded) -> None:
        self.messages = messages

    async def history(self, _filter: str, after: int = 0) -> AsyncIterator[Recorded]:
        for one in self.messages:
            if one.sequence > after:
                yield one

    async def last_message(self, subject: str) -> Recorded:
        return Recorded(subject, 1, NOON, {}, b"{}")


class Present:
    async def is_usable(self) -> bool:
        return True


class Checks:
    """Notes what is checked again; the first one breaks as only a mistake of ours does."""

    def __init__(self) -> None:
        self.tried: list[str] = []
        self.second = asyncio.Event()

    async def __call__(self, cause: Recorded, *, again: bool) -> None:
        assert again
        self.tried.append(cause.subject)
        if cause.subject.endswith("~first"):
            raise ZeroDivisionError
        self.second.set()


def retrying(past: Past) -> tuple[RetryUnfinished, Checks]:
    checks = Checks()
    log, scanner = cast("Log", past), cast("ClamdScanner", Present())
    return RetryUnfinished(log=log, check=cast("CheckContent", checks), scanner=scanner), checks


async def test_a_thing_that_only_a_newer_version_knows_stops_no_retry() -> None:
    unknown = Recorded("validator.P-1.rating", 1, NOON, {}, b'{"stars": 5}')
    retry, checks = retrying(Past(unknown, unfinished("second", 2)))

    await retry.sweep()

    assert checks.tried == ["intake.P-1.result.P-1~second"]


async def test_a_file_at_which_the_code_breaks_waits_like_any_other_and_holds_up_nothing() -> None:
    retry, checks = retrying(Past(unfinished("first", 1), unfinished("second", 2)))

    running = asyncio.create_task(retry.run())
    async with asyncio.timeout(10):
        await checks.second.wait()
    ended, _ = await asyncio.wait({running}, timeout=0.1)

    assert not ended
    assert checks.tried == ["intake.P-1.result.P-1~first", "intake.P-1.result.P-1~second"]
    running.cancel()
