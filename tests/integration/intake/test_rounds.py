"""Submissions at several replicas, their receipts, the clock, and the history."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.intake.adapters.zone import S3Receipts
from services.intake.clock import Clock
from services.intake.use_cases.commands import Commands
from services.intake.use_cases.projects import Calendar, EndProject
from shared.contracts.project import ProjectState
from shared.contracts.result import ResultState, RoundState
from shared.contracts.review import ReviewRoundState
from shared.contracts.subjects import subject
from shared.contracts.verdict import VerdictOutcome, VerdictState
from shared.http.roles import Role
from shared.messaging.events import NewEvent
from shared.messaging.log import EVENT_BYTES_MAX, Log
from shared.settings import S3Settings
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import RECEIPTS
from tests.integration.intake.site import Desk, Site, refused, told
from tests.integration.messaging.users import log_of


async def pass_checks(desk: Desk, result_id: str) -> None:
    """Append the verdict that lets a result through, as the validator would."""
    async with log_of("validator", desk.site.nats, desk.site.credentials) as log:
        project = await log.load(desk.project_id)
        state = project.state("intake", "result", ResultState, result_id)
        assert state is not None
        name = subject("validator", desk.project_id, "result", result_id)
        verdict = VerdictState(
            project_id=desk.project_id,
            result_id=result_id,
            revision=state.revision,
            sha256=state.file.sha256,
            size=state.file.size,
            outcome=VerdictOutcome.PASSED,
            object_key=state.file.object_key,
            checked_at=datetime.now(UTC),
        )
        event = NewEvent(
            subject=name, type="validator.result.checked.v1", state=verdict, id=secrets.token_hex(8), actor="validator"
        )
        await log.append(event, project.guard_of(name))


async def reviewed(desk: Desk, review: Log, status: str, **changes: Any) -> None:
    """Append what review says of the round."""
    project = await review.load(desk.project_id)
    name = subject("review", desk.project_id, "round")
    state = ReviewRoundState.model_validate(
        {"round": 1, "status": status, "by": "olga", "officer": "olga", "at": datetime.now(UTC)} | changes
    )
    event = NewEvent(subject=name, type=f"review.round.{status}.v1", state=state, id=secrets.token_hex(8), actor="olga")
    await review.append(event, project.guard("project"))


@pytest.fixture
async def ready(desk: Desk) -> Desk:
    """A project that can be submitted."""
    await desk.register()
    await pass_checks(desk, (await desk.post())["id"])
    return desk


async def test_of_many_submissions_at_two_replicas_one_wins(site: Site, ready: Desk) -> None:
    async with site.running() as other:
        there = ready.at(other)
        path = f"{ready.path}/submissions"
        answers = await asyncio.gather(*(one.call("POST", path) for one in (ready, there) * 3))

    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409, 409, 409]
    assert {one.json().get("code") for one in answers} == {None, "already-under-review"}


async def test_a_submission_leaves_a_receipt_that_intake_itself_cannot_read(ready: Desk, operator: Log) -> None:
    told(await ready.call("POST", f"{ready.path}/submissions"), 201)
    recorded = await operator.last_message(f"intake.{ready.project_id}.round")
    assert recorded is not None

    with ready.site.eyes("intake") as store:
        key = f"{ready.project_id}/round/{recorded.sequence}-{recorded.id}.json"
        with pytest.raises(Exception, match="refused"):
            await store.stat(RECEIPTS, key)
        await S3Receipts(store).keep(recorded)


async def test_a_receipt_that_cannot_be_kept_now_does_not_undo_the_submission(operator: Log) -> None:
    away = S3ObjectStore(
        S3Settings.model_validate({"s3_endpoint": "127.0.0.1:9", "s3_access_key": "x", "s3_secret_key": "y"})
    )
    recorded = await operator.last_message(">")
    assert recorded is not None

    await S3Receipts(away).keep(recorded)

    away.close()


async def test_a_lost_answer_of_a_submission_is_given_again_even_after_it_was_taken_back(
    ready: Desk, operator: Log
) -> None:
    key = {"Idempotency-Key": secrets.token_hex(8)}
    path = f"{ready.path}/submissions"
    first = told(await ready.call("POST", path, headers=key), 201)
    told(await ready.call("DELETE", f"{path}/current"), 204)
    await operator.connection.js.purge_stream("KV_idempotency-intake")

    again = told(await ready.call("POST", path, headers=key), 201)

    assert again == first
    state = (await operator.load(ready.project_id)).state("intake", "round", RoundState)
    assert state is not None
    assert state.status == "withdrawn"


@pytest.mark.parametrize("what", ["submissions", "results", "uploads"])
async def test_who_lost_the_project_since_does_not_get_the_first_answer_again(ready: Desk, what: str) -> None:
    key, path = {"Idempotency-Key": secrets.token_hex(8)}, f"{ready.path}/{what}"
    bodies = {
        "submissions": None,
        "results": ready.metadata(kind="text", text="Words."),
        "uploads": {"filename": "a.txt", "size": 1, "sha256": "0" * 64},
    }
    told(await ready.call("POST", path, json=bodies[what], headers=key), 201)
    by_right = dict(ready.tokens)

    ready.tokens["coordinator"] = ready.site.token(Role.COORDINATOR, sub="karlis", project_id="another-project")
    refused(await ready.call("POST", path, json=bodies[what], headers=key), 404, "unknown-project")
    ready.tokens["coordinator"] = ready.site.token(Role.EXPERT, sub="karlis", project_id=ready.project_id)
    refused(await ready.call("POST", path, json=bodies[what], headers=key), 403, "not-yours")

    ready.tokens = by_right
    again = await ready.call("POST", path, json=bodies[what], headers=key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")


async def test_a_withdrawal_looks_at_the_version_only_when_one_is_named(ready: Desk) -> None:
    path = f"{ready.path}/submissions"
    created = await ready.call("POST", path)
    refused(await ready.call("DELETE", f"{path}/current", headers={"If-Match": '"1-0"'}), 412, "changed-meanwhile")

    current = await ready.call("GET", f"{path}/current")
    assert current.headers["etag"] == created.headers["etag"]
    tag = {"If-Match": created.headers["etag"]}
    assert (await ready.call("DELETE", f"{path}/current", headers=tag)).status_code == 204
    refused(await ready.call("DELETE", f"{path}/current"), 409, "not-under-review")


async def test_the_history_comes_in_pages_and_hides_who_reviewed(ready: Desk, review: Log) -> None:
    told(await ready.call("POST", f"{ready.path}/submissions"), 201)
    await reviewed(ready, review, "claimed")
    await reviewed(ready, review, "returned", comment="Please add the disclaimer.")
    seen: list[dict[str, Any]] = []
    parameters: dict[str, str] = {"limit": "2"}
    while True:
        page = told(await ready.call("GET", f"{ready.path}/history", params=parameters))
        seen += page["items"]
        if page["next"] is None:
            break
        parameters["cursor"] = page["next"]

    assert [one["type"] for one in seen] == [
        "intake.project.registered.v1",
        "intake.result.received.v1",
        "validator.result.checked.v1",
        "intake.round.submitted.v1",
        "review.round.returned.v1",
    ]
    assert "olga" not in str(seen)
    assert "Please add the disclaimer." in str(seen)
    assert [one["id"] for one in seen] == sorted(one["id"] for one in seen)


async def test_the_clock_ends_a_project_once_for_all_replicas(desk: Desk, operator: Log) -> None:
    await desk.register(end_date=str(datetime.now(UTC).date()))
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    async with log_of("intake", desk.site.nats, desk.site.credentials) as log:
        clocks = [
            Clock(
                log=log,
                end_project=EndProject(Commands(log), Calendar(ZoneInfo("Europe/Riga"))),
                now=lambda: tomorrow,
            )
            for _ in range(2)
        ]
        await asyncio.gather(*(clock.tick() for clock in clocks))
        await clocks[0].tick()

    found = [one async for one in operator.history(f"intake.{desk.project_id}.project")]
    assert [one.type for one in found] == ["intake.project.registered.v1", "intake.project.ended.v1"]
    assert {"ce-causationid", "ce-correlationid", "traceparent"} <= set(found[1].headers)
    state = (await operator.load(desk.project_id)).state("intake", "project", ProjectState)
    assert state is not None
    assert state.ended_at is not None


def as_large_as_an_event(body: dict[str, Any], size: int) -> dict[str, Any]:
    """Fill a body whose state is of this size, so that no event can hold ten bytes more."""
    packages, left = body["work_packages"], EVENT_BYTES_MAX - size
    for number, package in enumerate(packages):
        words = min(4_900, left - len(',"planned_results":""'))
        if words > 0:
            packages[number] = package | {"planned_results": "p" * words}
            left -= words + len(',"planned_results":""')
    return body


async def test_a_project_too_large_to_be_ended_keeps_no_other_from_its_end(
    site: Site, desk: Desk, operator: Log
) -> None:
    titles = [{"number": number, "title": "t" * 170} for number in range(1, 100)]
    packages = [{"number": number, "title": "Content", "activities": titles} for number in range(1, 51)]
    today = str(datetime.now(UTC).date())
    large, other = Desk(site=site, app=desk.app), Desk(site=site, app=desk.app)
    await large.register(end_date=today, work_packages=packages)
    (first,) = [one async for one in operator.history(f"intake.{large.project_id}.project")]
    await large.register(**as_large_as_an_event({"end_date": today, "work_packages": packages}, len(first.data)))
    await other.register(end_date=today)

    async with log_of("intake", site.nats, site.credentials) as log:
        end = EndProject(Commands(log), Calendar(ZoneInfo("Europe/Riga")))
        await Clock(log=log, end_project=end, now=lambda: datetime.now(UTC) + timedelta(days=2)).tick()

    types = {
        name: [one.happened async for one in operator.history(f"intake.{name}.project")]
        for name in (large.project_id, other.project_id)
    }
    assert types == {large.project_id: ["registered", "amended"], other.project_id: ["registered", "ended"]}
