"""The log on a real server: guards, ids, loads as of one position, history, following, permissions."""

import asyncio
import secrets
from datetime import UTC, datetime

import pytest

from local.servers import Credentials as ServerCredentials
from local.servers import NatsServer
from shared.contracts.project import ContactState, WebsiteState
from shared.contracts.result import ElsewhereReportState
from shared.contracts.review import ReviewResultState, ReviewRoundState, Waiver
from shared.contracts.subjects import subject
from shared.messaging.connection import ForbiddenError, connect
from shared.messaging.events import Guard, NewEvent, ProjectLog, event_id
from shared.messaging.log import ConflictError, Log
from tests.integration.messaging.users import log_of, login


def website(project: str, url: str, cause: str | None = None) -> NewEvent:
    name = subject("intake", project, "website")
    return NewEvent(
        subject=name,
        type="intake.website.set.v1",
        state=WebsiteState(url=url),
        id=event_id(name, cause or secrets.token_hex(8), "set"),
        actor="test",
    )


def contact_like(project: str, number: int) -> NewEvent:
    """An event of another thing of the project, one of many."""
    name = subject("intake", project, "contact", f"c{number}")
    return NewEvent(
        subject=name,
        type="intake.contact.changed.v1",
        state=ContactState(contact_id=f"c{number}"),
        id=event_id(name, str(number), "changed"),
        actor="test",
    )


def waived(project: str, number: int) -> NewEvent:
    name = subject("review", project, "result", f"{project}~r{number}")
    waiver = Waiver(finding_id="f1", sha256="0" * 64, reason="public", by="ilze", at=datetime.now(UTC))
    state = ReviewResultState(result_id=f"{project}~r{number}", waivers=(waiver,))
    return NewEvent(
        subject=name, type="review.result.waived.v1", state=state, id=event_id(name, "1", "waived"), actor="ilze"
    )


def claimed(project: str) -> NewEvent:
    name = subject("review", project, "round")
    state = ReviewRoundState(round=1, status="claimed", officer="ilze", by="ilze", at=datetime.now(UTC))
    return NewEvent(
        subject=name, type="review.round.claimed.v1", state=state, id=event_id(name, "1", "claimed"), actor="ilze"
    )


async def test_a_load_shows_the_last_state_of_every_thing_at_one_position(
    intake: Log, review: Log, project: str
) -> None:
    await intake.append(website(project, "https://one.example"), Guard(f"intake.{project}.>", 0))
    before = await intake.load(project)
    await intake.append(website(project, "https://two.example"), before.guard("intake"))
    appended = await review.append(claimed(project), (await review.load(project)).guard("project"))

    loaded = await intake.load(project)

    assert loaded.position == appended.sequence
    assert loaded.state("intake", "website", WebsiteState) == WebsiteState(url="https://two.example")
    assert loaded.state("review", "round", ReviewRoundState) is not None


async def test_a_project_that_nobody_wrote_loads_empty(intake: Log, project: str) -> None:
    assert (await intake.load(project)).messages == {}


async def test_a_stale_guard_is_a_conflict_and_nothing_is_stored(intake: Log, project: str) -> None:
    loaded = await intake.load(project)
    await intake.append(website(project, "https://one.example"), loaded.guard("intake"))

    with pytest.raises(ConflictError):
        await intake.append(website(project, "https://late.example"), loaded.guard("intake"))

    assert (await intake.load(project)).state("intake", "website", WebsiteState) == WebsiteState(
        url="https://one.example"
    )


async def test_the_same_id_appended_again_is_a_success_though_the_guard_is_stale(intake: Log, project: str) -> None:
    event = website(project, "https://one.example", cause="same")
    guard = (await intake.load(project)).guard("intake")
    first = await intake.append(event, guard)
    await intake.append(website(project, "https://two.example"), (await intake.load(project)).guard("intake"))

    again = await intake.append(event, guard)

    assert (again.sequence, again.duplicate) == (first.sequence, True)


async def test_of_many_contenders_with_one_guard_exactly_one_wins(intake: Log, project: str) -> None:
    guard = (await intake.load(project)).guard("intake")

    async def contend(number: int) -> bool:
        try:
            await intake.append(website(project, f"https://{number}.example"), guard)
        except ConflictError:
            return False
        return True

    assert sum(await asyncio.gather(*map(contend, range(24)))) == 1


async def test_deciders_that_collide_decide_again_until_everyone_is_heard(
    nats_server: NatsServer, credentials: ServerCredentials, intake: Log, project: str
) -> None:
    """Two replicas, many writers: each sees the others' events before its own stands."""

    def count_up(log: ProjectLog) -> tuple[NewEvent, Guard]:
        state = log.state("intake", "website", WebsiteState)
        number = int(state.url or "0") if state else 0
        return website(project, str(number + 1)), log.guard("intake")

    async with log_of("intake", nats_server, credentials) as other:
        await asyncio.gather(*(one.decide(project, count_up) for _ in range(15) for one in (intake, other)))

    state = (await intake.load(project)).state("intake", "website", WebsiteState)
    assert state == WebsiteState(url="30")


async def test_a_project_of_more_than_1024_things_loads_whole(intake: Log, review: Log, project: str) -> None:
    """The server gives at most 1,024 subjects at once; each owner alone stays below that."""
    events = [contact_like(project, number) for number in range(600)]
    decided = [waived(project, number) for number in range(600)]
    await asyncio.gather(*(intake.append(event, Guard(event.subject, 0)) for event in events))
    await asyncio.gather(*(review.append(event, Guard(event.subject, 0)) for event in decided))

    loaded = await intake.load(project)

    assert len(loaded.things("intake", "contact")) == 600
    assert len(loaded.things("review", "result")) == 600
    assert loaded.guard("project").sequence == loaded.position


async def test_history_yields_every_message_of_a_subject_in_order(intake: Log, project: str) -> None:
    for number in range(5):
        await intake.append(website(project, str(number)), (await intake.load(project)).guard("intake"))

    urls = [one.state_as(WebsiteState).url async for one in intake.history(subject("intake", project, "website"))]

    assert urls == ["0", "1", "2", "3", "4"]


async def test_an_old_event_is_found_by_its_id_in_the_whole_history(intake: Log, project: str) -> None:
    event = website(project, "https://one.example", cause="long ago")
    first = await intake.append(event, Guard(event.subject, 0))
    await intake.append(website(project, "https://two.example"), (await intake.load(project)).guard("intake"))

    found = await intake.find(event.subject, event.id)

    assert found is not None
    assert found.sequence == first.sequence
    assert await intake.find(event.subject, "never") is None


async def test_a_follower_sees_all_that_comes_in_order_and_soon(intake: Log, review: Log, project: str) -> None:
    seen: list[int] = []

    async def follow(after: int) -> None:
        async for batch in review.follow(after):
            seen.extend(one.sequence for one in batch if one.address.project_id == project)

    follower = asyncio.create_task(follow(await review.last_sequence()))
    appended = []
    for number in range(20):
        event = website(project, str(number))
        appended.append((await intake.append(event, (await intake.load(project)).guard_of(event.subject))).sequence)
    async with asyncio.timeout(2):
        while len(seen) < 20:  # noqa: ASYNC110 - the follower has no event to wait for
            await asyncio.sleep(0.01)
    follower.cancel()

    assert seen == appended


async def test_a_service_cannot_append_for_another(review: Log, project: str) -> None:
    with pytest.raises(ForbiddenError):
        await review.append(website(project, "https://forged.example"), Guard(f"intake.{project}.>", 0))


async def test_events_carry_the_cloudevents_attributes(intake: Log, project: str) -> None:
    name = subject("intake", project, "report")
    state = ElsewhereReportState(status="approved_elsewhere", source="bm", decided_at=datetime.now(UTC))
    event = NewEvent(
        subject=name,
        type="intake.report.approved_elsewhere.v1",
        state=state,
        id=event_id(name, "x", "approved"),
        actor="Jānis\r\nevil: 1",
        causation="cause",
        correlation="request",
    )
    await intake.append(event, Guard(name, 0))

    stored = (await intake.load(project)).get("intake", "report")

    assert stored is not None
    assert stored.headers["ce-id"] == stored.headers["Nats-Msg-Id"] == event.id
    assert stored.headers["ce-type"] == "intake.report.approved_elsewhere.v1"
    assert stored.headers["ce-causationid"] == "cause"
    assert stored.headers["ce-correlationid"] == "request"
    assert stored.actor == "J%C4%81nis%0D%0Aevil:%201"
    assert "evil" not in stored.headers


async def test_an_answer_that_somebody_had_sent_into_the_log_is_no_event_and_stops_nothing(
    nats_server: NatsServer, credentials: ServerCredentials, intake: Log, operator: Log, project: str
) -> None:
    name, js = subject("intake", project, "website"), operator.connection.js
    first = await intake.append(website(project, "https://one.example"), Guard(name, 0))
    await intake.load(project)
    stranger = await connect(login("upstream-demo", nats_server, credentials), name="test stranger")
    try:
        for number in range(2):
            await stranger.client.publish("upstream.demo.stranger", b"{}", reply=name)
            async with asyncio.timeout(10):
                while (await js.get_last_msg("EVENTS", name)).headers:  # noqa: ASYNC110 - it is on a server
                    await asyncio.sleep(0.01)
            loaded = await intake.load(project)
            assert loaded.get("intake", "website") == await intake.last_message(name)
            guard = loaded.guard("intake") if number else loaded.guard_of(name)
            await intake.append(website(project, f"https://{number}.example"), guard)
    finally:
        await stranger.close()
        await js.purge_stream("UPSTREAM", subject="upstream.demo.stranger")

    events = [one.sequence async for one in operator.history(name)]
    everything = [one.sequence async for one in operator.history(name, foreign=True)]
    assert (events[0], len(events), len(everything)) == (first.sequence, 3, 5)
    assert (await intake.load(project)).state("intake", "website", WebsiteState) == WebsiteState(
        url="https://1.example"
    )
