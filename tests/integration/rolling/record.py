"""What the record says afterwards: every promise is kept, once, and whatever must hold did hold."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence

from local.verify import violations
from shared.contracts.verdict import VerdictOutcome, VerdictState
from shared.messaging.connection import connect
from shared.messaging.events import Recorded
from shared.messaging.log import Log
from tests.integration.deploy.deployment import Deployment

SETTLING_SECONDS_MAX = 60.0


async def settled(deployment: Deployment, promised: Iterable[str]) -> list[Recorded]:
    """The whole log, once every promised result has its verdict, and nothing lies among the dead letters."""
    wanted = set(promised)
    with deployment.trusted():
        connection = await connect(deployment.login("provision", "provision"), name="drill")
    try:
        deadline = time.monotonic() + SETTLING_SECONDS_MAX
        history = [one async for one in Log(connection).history(">")]
        while unjudged := wanted - judged(history):
            assert time.monotonic() < deadline, f"without a verdict: {unjudged}"
            await asyncio.sleep(0.5)
            history = [one async for one in Log(connection).history(">")]
        assert (await connection.js.stream_info("DEADLETTERS")).state.messages == 0
    finally:
        await connection.close()
    return history


def judged(history: Iterable[Recorded]) -> set[str]:
    return {
        one.address.thing_id
        for one in history
        if one.type == "validator.result.checked.v1" and one.state_as(VerdictState).outcome is not VerdictOutcome.ERROR
    }


def require_kept(history: Sequence[Recorded], promised: Sequence[str]) -> None:
    """Nothing that was acknowledged is lost or doubled, nothing was early, nothing broke a rule."""
    received = Counter(one.address.thing_id for one in history if one.type == "intake.result.received.v1")
    assert len(set(promised)) == len(promised)
    assert {one: received[one] for one in promised if received[one] != 1} == {}
    assert [str(one) for one in violations(history)] == []


def verdicts(history: Iterable[Recorded]) -> Counter[tuple[str, int]]:
    """How many verdicts each revision of each result has."""
    return Counter(
        (one.address.thing_id, one.state_as(VerdictState).revision)
        for one in history
        if one.type == "validator.result.checked.v1"
    )
