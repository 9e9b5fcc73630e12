"""A load that reads only what has come since is the same as one that reads everything."""

import asyncio
import random
import secrets

from local.servers import Credentials, NatsCluster, NatsServer
from shared.contracts.project import ContactState, WebsiteState
from shared.contracts.subjects import subject
from shared.messaging.events import Guard, NewEvent, ProjectLog, event_id
from shared.messaging.log import Log
from tests.integration.messaging.users import log_of


def contact(project: str, number: int) -> NewEvent:
    name = subject("intake", project, "contact", f"c{number}")
    identity = event_id(name, secrets.token_hex(8), "changed")
    state = ContactState(contact_id=f"c{number}", publish_name=True)
    return NewEvent(subject=name, type="intake.contact.changed.v1", state=state, id=identity, actor="test")


def website(project: str, url: str) -> NewEvent:
    name = subject("publisher", project, "website")
    identity = event_id(name, secrets.token_hex(8), "published")
    return NewEvent(
        subject=name, type="publisher.website.published.v1", state=WebsiteState(url=url), id=identity, actor="publisher"
    )


def essence(project: ProjectLog) -> tuple[int, list[tuple[str, int, str, bytes]]]:
    """A load without the headers that the server adds to an answer."""
    return project.position, [(one.subject, one.sequence, one.id, one.data) for one in project.messages.values()]


async def append(log: Log, event: NewEvent) -> None:
    last = await log.last_message(event.subject)
    await log.append(event, Guard(event.subject, last.sequence if last else 0))


async def test_whatever_was_appended_between_two_loads_the_second_equals_a_fresh_one(
    nats_server: NatsServer, credentials: Credentials, intake: Log, project: str
) -> None:
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    async with log_of("publisher", nats_server, credentials) as publisher:
        for _ in range(40):
            for _ in range(chance.randint(0, 4)):
                await append(intake, contact(project, chance.randint(1, 5)))
                await append(publisher, website(chance.choice((project, f"{project}-other")), secrets.token_hex(4)))
            async with log_of("intake", nats_server, credentials) as fresh:
                again, whole = await intake.load(project), await fresh.load(project)
            assert essence(again) == essence(whole)


async def test_more_than_one_answer_holds_is_loaded_whole(
    nats_server: NatsServer, credentials: Credentials, intake: Log, project: str
) -> None:
    await append(intake, contact(project, 0))
    await intake.load(project)
    await asyncio.gather(*(append(intake, contact(project, number)) for number in range(1, 150)))

    again = await intake.load(project)

    async with log_of("intake", nats_server, credentials) as fresh:
        assert essence(again) == essence(await fresh.load(project))
    assert len(again.messages) == 150


async def test_followers_that_lag_are_noticed(nats_cluster: NatsCluster) -> None:
    project = f"P-{secrets.token_hex(6)}"
    contexts = [log_of("intake", node, nats_cluster.credentials) for node in nats_cluster.nodes]
    logs = [await context.__aenter__() for context in contexts]
    for number in range(100):
        await append(logs[number % 3], contact(project, number % 7))
        loads = await asyncio.gather(*(log.load(project) for log in logs))
        assert essence(loads[0]) == essence(loads[1]) == essence(loads[2])
        assert loads[0].messages[f"intake.{project}.contact.c{number % 7}"].sequence == loads[0].position
    for context in contexts:
        await context.__aexit__(None, None, None)
