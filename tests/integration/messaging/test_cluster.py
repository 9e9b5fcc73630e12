"""What one server cannot show: followers that lag, guards in flight, a node that dies under load."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator

import pytest

from local.servers import NatsCluster
from shared.contracts.project import WebsiteState
from shared.contracts.subjects import subject
from shared.messaging.events import Guard, NewEvent, ProjectLog, event_id
from shared.messaging.log import ConflictError, Log
from tests.integration.messaging.users import log_of


@pytest.fixture
async def logs(nats_cluster: NatsCluster) -> AsyncIterator[list[Log]]:
    """One connection to each node."""
    contexts = [log_of("intake", node, nats_cluster.credentials) for node in nats_cluster.nodes]
    logs = [await context.__aenter__() for context in contexts]
    yield logs
    for context in contexts:
        await context.__aexit__(None, None, None)


def website(project: str, url: str, cause: str | None = None) -> NewEvent:
    name = subject("intake", project, "website")
    identity = event_id(name, cause or secrets.token_hex(8), "set")
    return NewEvent(subject=name, type="intake.website.set.v1", state=WebsiteState(url=url), id=identity, actor="test")


async def test_whichever_node_answers_a_load_sees_what_was_just_acknowledged(logs: list[Log]) -> None:
    project = f"P-{secrets.token_hex(6)}"
    guard = Guard(f"intake.{project}.>", 0)
    for number in range(150):
        appended = await logs[number % 3].append(website(project, str(number)), guard)
        loads = await asyncio.gather(*(log.load(project) for log in logs))
        assert [one.state("intake", "website", WebsiteState) for one in loads] == [WebsiteState(url=str(number))] * 3
        guard = Guard(guard.filter, appended.sequence)


async def test_of_contenders_on_different_nodes_with_one_guard_exactly_one_wins(logs: list[Log]) -> None:
    for _round in range(60):
        project = f"P-{secrets.token_hex(6)}"
        guard = Guard(f"intake.{project}.>", 0)

        async def contend(number: int, project: str = project, guard: Guard = guard) -> bool:
            try:
                await logs[number % 3].append(website(project, str(number)), guard)
            except ConflictError:
                return False
            return True

        assert sum(await asyncio.gather(*map(contend, range(12)))) == 1


async def test_a_repeated_append_on_a_cluster_is_one_event(logs: list[Log]) -> None:
    project = f"P-{secrets.token_hex(6)}"
    event = website(project, "https://one.example", cause="same")
    first, *others = await asyncio.gather(*(log.append(event, Guard(event.subject, 0)) for log in logs))

    assert {one.sequence for one in others} == {first.sequence}
    assert len([one async for one in logs[0].history(event.subject)]) == 1


async def test_a_node_that_dies_under_load_loses_nothing_and_doubles_nothing(
    nats_cluster: NatsCluster, logs: list[Log]
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    victim = random.Random(seed).choice(nats_cluster.nodes)
    counts = {f"P-{secrets.token_hex(6)}": 0 for _ in range(6)}

    async def count_up(project: str, log: Log) -> None:
        def decide(state: ProjectLog) -> tuple[NewEvent, Guard]:
            last = state.state("intake", "website", WebsiteState)
            number = int(last.url or "0") if last else 0
            return website(project, str(number + 1)), state.guard("intake")

        for _ in range(25):
            await log.decide(project, decide)
            counts[project] += 1

    async def kill() -> None:
        await asyncio.sleep(0.3)
        await asyncio.to_thread(victim.kill)
        await asyncio.sleep(1)
        # Forked here and not by a helper thread: a child dies with the thread that started it.
        with victim.log_path.open("ab") as log:
            victim.spawn(log)
        await asyncio.to_thread(victim.wait_ready)

    survivors = [log for log, node in zip(logs, nats_cluster.nodes, strict=True) if node is not victim]
    await asyncio.gather(kill(), *(count_up(one, survivors[number % 2]) for number, one in enumerate(counts)))

    for project, acknowledged in counts.items():
        urls = [one.state_as(WebsiteState).url async for one in survivors[0].history(f"intake.{project}.>")]
        assert urls == [str(number + 1) for number in range(acknowledged)]
