"""Events on NATS and over HTTP: one outcome each, known again, and refused with a code."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from services.intake.adapters.outcomes import subject_of, token
from services.intake.api.admission import Admission
from services.intake.bodies import WebsiteEvent, validated
from services.intake.cloudevents import event_of, read_json
from services.intake.domain.outcomes import Identity
from services.intake.handlers import NamelessEventError, UpstreamInbox
from services.intake.use_cases.commands import Order
from services.intake.use_cases.upstream import Effect, HandleUpstreamEvent, UpstreamEvent
from shared.errors import ProblemError, TransientError
from shared.messaging.events import Recorded
from shared.messaging.settlement import Task
from tests.component.intake.fakes import InMemoryOutcomes

TYPE = "upstream.website.set.v1"


def inbox(effect: Callable[[Order, UpstreamEvent], Any], outcomes: InMemoryOutcomes) -> UpstreamInbox:
    handle = HandleUpstreamEvent(outcomes=outcomes, effects={TYPE: effect})
    return UpstreamInbox(handle=handle, outcomes=outcomes, agencies={"demo": frozenset({"LV01"})})


def task(data: object = None, attempt: int = 1, body: bytes | None = None, **headers: str | None) -> Task:
    attributes = {"specversion": "1.0", "id": "e1", "source": "anything", "type": TYPE} | headers
    named = {f"ce-{name}": text for name, text in attributes.items() if text is not None}
    content = json.dumps(data if data is not None else {"project_id": "P-1"}).encode() if body is None else body
    recorded = Recorded(f"upstream.demo.{TYPE}", 7, datetime.now(UTC), named, content)
    return Task(recorded=recorded, attempt=attempt)


async def test_the_source_is_that_of_the_subject_and_acts_for_its_agencies() -> None:
    seen: list[tuple[Order, UpstreamEvent]] = []

    async def effect(order: Order, event: UpstreamEvent) -> Effect:
        seen.append((order, event))
        return Effect(project_id="P-1")

    outcomes = InMemoryOutcomes()
    await inbox(effect, outcomes)(task())

    (order, event) = seen[0]
    assert (event.source, order.caller.sub, order.caller.na) == ("demo", "upstream-demo", frozenset({"LV01"}))
    assert order.if_match == "*"
    assert [(one.id, one.status) for one in outcomes.written] == [("e1", "accepted")]


async def test_a_repeated_event_is_told_as_duplicate_and_done_once() -> None:
    done = 0

    async def effect(order: Order, event: UpstreamEvent) -> Effect:
        nonlocal done
        done += 1
        return Effect(project_id="P-1", result_id="P-1~x")

    outcomes = InMemoryOutcomes()
    handle = inbox(effect, outcomes)
    await handle(task())
    await handle(task())

    assert done == 1
    assert [(one.status, one.result_id) for one in outcomes.written] == [
        ("accepted", "P-1~x"),
        ("duplicate", "P-1~x"),
    ]


async def test_a_rejection_had_no_effect_so_the_event_may_come_again() -> None:
    locked = True

    async def effect(order: Order, event: UpstreamEvent) -> Effect:
        if locked:
            raise ProblemError(409, "project-locked", rule="R38")
        return Effect(project_id="P-1")

    outcomes = InMemoryOutcomes()
    handle = inbox(effect, outcomes)
    await handle(task())
    locked = False
    await handle(task())

    assert [(one.status, one.code, one.rule) for one in outcomes.written] == [
        ("rejected", "project-locked", "R38"),
        ("accepted", None, None),
    ]
    assert outcomes.written[0].detail


@pytest.mark.parametrize("attribute", ["specversion", "source", "type"])
async def test_an_event_without_an_attribute_is_rejected_by_its_id(attribute: str) -> None:
    outcomes = InMemoryOutcomes()

    await inbox(_never, outcomes)(task(**{attribute: None}))  # type: ignore[arg-type]  # only attributes come

    assert [(one.id, one.status, one.code) for one in outcomes.written] == [("e1", "rejected", "invalid-event")]


async def test_an_event_that_is_no_json_is_rejected_by_its_id() -> None:
    outcomes = InMemoryOutcomes()

    await inbox(_never, outcomes)(task(body=b"{ not json"))

    assert [one.code for one in outcomes.written] == ["malformed-json"]


async def test_an_event_without_an_id_can_be_told_to_nobody() -> None:
    with pytest.raises(NamelessEventError):
        await inbox(_never, InMemoryOutcomes())(task(id=None))


async def test_the_outcome_tells_what_is_wrong_with_each_field() -> None:
    async def effect(order: Order, event: UpstreamEvent) -> Effect:
        validated(WebsiteEvent, event.data)
        raise AssertionError("unreachable")

    outcomes = InMemoryOutcomes()
    await inbox(effect, outcomes)(task({"project_id": "P-1", "url": 7, "adress": "x"}))

    (told,) = outcomes.written
    assert told.detail
    assert "/url: Correct this value: Input should be a valid string." in told.detail
    assert "/adress: Leave this field out, or correct its name. Known here: url, project_id." in told.detail


async def test_an_unknown_type_is_rejected() -> None:
    outcomes = InMemoryOutcomes()

    await inbox(_never, outcomes)(task(type="upstream.project.exploded.v1"))

    assert [one.code for one in outcomes.written] == ["unknown-event-type"]


async def test_an_event_that_overtook_its_project_is_tried_again_before_it_is_rejected() -> None:
    async def effect(order: Order, event: UpstreamEvent) -> Effect:
        raise ProblemError(404, "unknown-project")

    outcomes = InMemoryOutcomes()
    handle = inbox(effect, outcomes)
    for attempt in (1, 2, 3):
        with pytest.raises(TransientError):
            await handle(task(attempt=attempt))
    await handle(task(attempt=4))

    assert [one.code for one in outcomes.written] == ["unknown-project"]


async def test_events_of_one_project_take_their_turn() -> None:
    order_of_ends: list[str] = []

    async def effect(order: Order, event: UpstreamEvent) -> Effect:
        await asyncio.sleep(0.02 if event.id == "slow" else 0)
        order_of_ends.append(event.id)
        return Effect(project_id="P-1")

    handle = inbox(effect, InMemoryOutcomes())
    await asyncio.gather(
        handle(task(id="slow")), handle(task(id="quick")), handle(task({"project_id": "P-2"}, id="other"))
    )

    assert order_of_ends == ["other", "slow", "quick"]


async def test_a_dependency_that_is_away_is_not_a_rejection() -> None:
    async def effect(order: Order, event: UpstreamEvent) -> Effect:
        raise TransientError("the store is away")

    outcomes = InMemoryOutcomes()
    with pytest.raises(TransientError):
        await inbox(effect, outcomes)(task())

    assert outcomes.written == []


async def test_the_structured_form_is_read_too() -> None:
    async def effect(order: Order, event: UpstreamEvent) -> Effect:
        assert event.data == {"project_id": "P-1"}
        return Effect(project_id="P-1")

    outcomes = InMemoryOutcomes()
    body = json.dumps(
        {"specversion": "1.0", "id": "s1", "source": "x", "type": TYPE, "data": {"project_id": "P-1"}}
    ).encode()
    recorded = Recorded("upstream.demo.x", 7, datetime.now(UTC), {"content-type": "application/cloudevents+json"}, body)
    await inbox(effect, outcomes)(Task(recorded=recorded, attempt=1))

    assert [(one.id, one.status) for one in outcomes.written] == [("s1", "accepted")]


async def _never(order: Order, event: UpstreamEvent) -> Effect:
    raise AssertionError("nothing must be done")


def test_outcomes_of_different_senders_never_meet() -> None:
    nats = Identity(sub="upstream-demo", source="demo", id="e1")
    assert subject_of(nats) == "upstream-outcome.demo.e1"

    others = [
        Identity(sub="bm", source="demo", id="e1"),
        Identity(sub="other", source="demo", id="e1"),
        Identity(sub="bm", source="demo ", id="e1"),
        Identity(sub="bm", source="demo", id="e.1 *>"),
    ]

    assert len({nats.cause, *(one.cause for one in others)}) == 5
    subjects = [subject_of(one) for one in others]
    assert len({subject_of(nats), *subjects}) == 5
    assert all(not set(one) & set(" *>") and one.count(".") == 2 for one in subjects)


def test_a_token_that_fits_no_subject_is_hashed() -> None:
    assert token("abc-DEF_1") == "abc-DEF_1"
    assert len(token("a.b")) == len(token("x" * 65)) == 64


@pytest.mark.parametrize("found", [None, [], "text", {}, {"specversion": "0.3", "id": "1", "source": "s", "type": "t"}])
def test_what_is_no_cloudevent_is_refused(found: object) -> None:
    with pytest.raises(ProblemError) as refusal:
        event_of(found)

    assert (refusal.value.status, refusal.value.code) == (422, "invalid-event")


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"[" * 100_000])
def test_json_that_is_none_is_malformed(body: bytes) -> None:
    with pytest.raises(ProblemError) as refusal:
        read_json(body)

    assert (refusal.value.status, refusal.value.code) == (400, "malformed-json")


async def test_too_many_bodies_at_once_are_told_to_come_again() -> None:
    admission = Admission(at_once=1, waiting=1, seconds=0.05)
    async with admission.slot("one"):
        waiting = asyncio.create_task(_enter(admission))
        await asyncio.sleep(0)
        with pytest.raises(ProblemError) as refusal:
            await _enter(admission)
        assert (refusal.value.status, refusal.value.code) == (503, "busy")
        assert refusal.value.headers["Retry-After"]
        with pytest.raises(ProblemError):
            await waiting
    await _enter(admission)


async def test_one_callers_slow_bodies_leave_half_of_the_places_to_others() -> None:
    admission = Admission(at_once=4, waiting=8, seconds=0.05)
    async with admission.slot("greedy"), admission.slot("greedy"):
        with pytest.raises(ProblemError) as refusal:
            await _enter(admission, "greedy")
        assert refusal.value.code == "busy"
        await _enter(admission, "somebody else")
    await _enter(admission, "greedy")


async def _enter(admission: Admission, by: str = "one") -> None:
    async with admission.slot(by):
        return
