"""Whatever is killed, whenever: nothing acknowledged is lost, nothing is public twice or early, and it serves again.

RESULTS_SEED repeats a run's choices, RESULTS_CRASH_SECONDS makes it longer (default 20). The five seconds count for a
machine that is ours: where others take a part of it, the limit grows by as much.
"""

import asyncio
import os
import secrets
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from bench.machine import Noise
from local.running import RunningPlatform, running_platform
from local.verify import violations
from shared.contracts.publication import PublicationState
from shared.contracts.result import ResultState
from shared.contracts.verdict import VerdictOutcome, VerdictState
from shared.messaging.connection import Credentials, connect
from shared.messaging.events import Recorded
from shared.messaging.log import Log
from tests.integration.crash.clients import Promised, Site, Story, until
from tests.integration.crash.killer import AWAY_SECONDS_MAX, Killer

SECONDS = float(os.environ.get("RESULTS_CRASH_SECONDS", "20"))
PROJECTS = 10
RESULTS_EACH = max(20, min(400, int(SECONDS)))
KILLS_MIN = 8
SETTLING_SECONDS_MAX = 60.0

pytestmark = pytest.mark.timeout(180 + 3 * SECONDS)


@pytest.fixture
def fragile(tmp_path: Path) -> Iterator[RunningPlatform]:
    with running_platform(tmp_path / "home", {"RESULTS_LOG_FORMAT": "json"}) as platform:
        yield platform


@pytest.fixture
async def site(fragile: RunningPlatform) -> AsyncIterator[Site]:
    limits = httpx.Limits(max_keepalive_connections=20)
    async with httpx.AsyncClient(timeout=10, limits=limits) as http:
        yield Site(fragile, http)


async def test_killing_any_part_at_any_moment_loses_nothing_and_publishes_nothing_twice_or_early(site: Site) -> None:
    seed = os.environ.get("RESULTS_SEED") or secrets.token_hex(4)
    print(f"\nRESULTS_SEED={seed}", flush=True)
    stories = _stories(site, seed)
    killer = Killer(site, f"{seed}-killer")
    noise = Noise(site.platform)

    await _live_through(stories, killer)

    await _the_right_bytes_are_public(site, stories)
    history = await _settled_history(site)
    _each_promise_is_kept_once(site.promised, history)
    _only_what_was_promised_is_there(stories, history)
    assert [str(one) for one in violations(history)] == []
    _nothing_is_published_twice(history)
    assert site.surprises == []
    assert await _dead_letters(site.platform) == 0
    others = noise.summary()["others_share"]
    longest = max(killer.outages, key=lambda one: one.away_seconds)
    print(f"{len(killer.outages)} kills, {len(site.promised)} results, {site.repeats} repeats, longest: {longest}")
    print(f"others took {others:.0%} of the machine")
    assert longest.away_seconds * (1 - others) < AWAY_SECONDS_MAX, "\n".join(map(str, killer.outages))


def _stories(site: Site, seed: str) -> list[Story]:
    return [
        Story(
            site,
            f"{seed}-{number}",
            results=RESULTS_EACH,
            pause_seconds=SECONDS / RESULTS_EACH,
            goes_public=number % 2 == 0,
        )
        for number in range(PROJECTS)
    ]


async def _live_through(stories: Sequence[Story], killer: Killer) -> None:
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(killer.run(over, KILLS_MIN))
        await asyncio.gather(*(group.create_task(story.run()) for story in stories))
        over.set()


async def _settled_history(site: Site) -> list[Recorded]:
    """The whole log, once every promised result has its verdict."""
    connection = await connect(_operator(site.platform), name="crash-test")
    log = Log(connection)
    history: list[Recorded] = []

    async def is_settled() -> bool:
        history[:] = [event async for event in log.history(">")]
        return not _unjudged(site.promised, history)

    try:
        await until(is_settled, within=SETTLING_SECONDS_MAX, pause=0.5)
    except TimeoutError:
        raise AssertionError(f"without a verdict: {_unjudged(site.promised, history)}") from None
    finally:
        await connection.close()
    return history


async def _dead_letters(platform: RunningPlatform) -> int:
    connection = await connect(_operator(platform), name="crash-test")
    try:
        return int((await connection.js.stream_info("DEADLETTERS")).state.messages)
    finally:
        await connection.close()


def _operator(platform: RunningPlatform) -> Credentials:
    password = SecretStr(platform.credentials.nats["operator"])
    return Credentials(url=platform.urls["nats"], user="operator", password=password)


def _unjudged(promised: Sequence[Promised], history: Sequence[Recorded]) -> set[str]:
    judged = {
        event.address.thing_id
        for event in history
        if (event.address.owner, event.address.thing) == ("validator", "result")
        and event.state_as(VerdictState).outcome is not VerdictOutcome.ERROR
    }
    return {one.result_id for one in promised} - judged


def _each_promise_is_kept_once(promised: Sequence[Promised], history: Sequence[Recorded]) -> None:
    received = Counter(event.address.thing_id for event in history if event.type == "intake.result.received.v1")
    assert {one.result_id: received[one.result_id] for one in promised if received[one.result_id] != 1} == {}
    assert len({one.result_id for one in promised}) == len(promised)


def _only_what_was_promised_is_there(stories: Sequence[Story], history: Sequence[Recorded]) -> None:
    """However often a request was repeated, one key made one result."""
    titles = Counter(
        event.state_as(ResultState).title for event in history if event.type == "intake.result.received.v1"
    )
    assert {title: count for title, count in titles.items() if count > 1} == {}
    handed_in = sum(title.endswith(story.id) for title in titles for story in stories)
    assert handed_in == sum(story.results for story in stories)


def _nothing_is_published_twice(history: Sequence[Recorded]) -> None:
    published: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for event in history:
        if event.type == "publisher.result.published.v1":
            published[event.address.thing_id, event.state_as(PublicationState).sha256].append(event.sequence)
    assert {what: times for what, times in published.items() if len(times) > 1} == {}


async def _the_right_bytes_are_public(site: Site, stories: Sequence[Story]) -> None:
    public = {story.id for story in stories if story.goes_public}
    for one in site.promised:
        url = f"{site.platform.urls['publisher']}/v1/results/{one.result_id}"
        if one.project_id in public:
            await _becomes_public(site, url)
            assert (await site.http.get(f"{url}/file")).content == one.content
        else:
            assert (await site.http.get(url)).status_code == 404


async def _becomes_public(site: Site, url: str) -> None:
    async def is_public() -> bool:
        return (await site.http.get(url)).status_code == 200

    await until(is_public, within=SETTLING_SECONDS_MAX)
