"""Publishing on real servers: bytes first, then the event; revocations; late and repeated messages; crashes between."""

import asyncio
import itertools
from pathlib import Path

import pytest

from local.verify import violations
from services.publisher.deeds import Copy
from services.publisher.public_zone import OtherBytesError, PublicZone
from services.publisher.readmodel.projection import SCHEMA
from services.publisher.use_cases.sweep import Sweep
from shared.contracts.project import WebsiteState
from shared.contracts.review import ReviewRoundState
from shared.contracts.subjects import object_key, subject
from shared.contracts.verdict import EarlierVerdict, VerdictOutcome
from shared.errors import TransientError
from shared.messaging.log import Appended, Log
from shared.readmodel import ReadModel
from shared.storage.ports import ObjectMissingError
from shared.storage.zones import CLEAN, PUBLIC
from tests.integration.publisher.world import World
from tests.unit.publisher import facts
from tests.unit.publisher.facts import Fact


async def test_the_approved_bytes_become_public_with_the_reports_approval(world: World) -> None:
    await world.approved()
    await world.look()
    assert (await world.status(), await world.public_bytes()) == (None, None)

    await world.record(facts.report())
    await world.look()

    assert (await world.status(), await world.public_bytes()) == ("published", facts.CONTENT)


async def test_the_record_proves_every_publication(world: World) -> None:
    await world.approved()
    await world.record(facts.report())
    await world.look()

    history = [one async for one in world.log.history(f"*.{world.project}.>")]

    complaints = [one for one in violations(history) if one.subject.startswith("publisher.")]
    assert complaints == []
    assert sum(one.subject.startswith("publisher.") for one in history) == 1


@pytest.mark.parametrize("order", list(itertools.permutations(["round", "report", "verdict"])))
async def test_the_order_of_the_last_three_facts_does_not_matter(world: World, order: tuple[str, ...]) -> None:
    await world.record(facts.project(world.project))
    result_id = world.result_id()
    sequence = await world.record(facts.result(result_id))
    await world.clean.put_bytes(CLEAN, object_key(result_id, 1, facts.digest()), facts.CONTENT)
    entry = facts.entry(result_id, sequence)
    await world.record(facts.submitted(entry))
    last = {"round": facts.approved(entry), "report": facts.report(), "verdict": facts.verdict(result_id)}

    for one in order:
        assert await world.status() is None
        await world.record(last[one])
        await world.look()

    assert await world.status() == "published"


async def test_messages_that_come_again_publish_nothing_twice(world: World) -> None:
    await world.approved()
    await world.record(facts.report())

    await asyncio.gather(*(world.look(repeated=number > 0) for number in range(8)))

    assert await world.happened() == ["published"]
    assert await world.public_bytes() == facts.CONTENT


async def test_other_bytes_in_the_clean_zone_are_not_published(world: World) -> None:
    await world.approved()
    await world.record(facts.report())
    await world.clean.put_bytes(CLEAN, object_key(world.result_id(), 1, facts.digest()), b"%PDF-1.7 something else")

    with pytest.raises(OtherBytesError):
        await world.look()

    assert (await world.status(), await world.public_bytes()) == (None, None)


async def test_bytes_that_are_not_there_yet_are_waited_for(world: World) -> None:
    await world.approved()
    await world.record(facts.report())
    await world.clean.delete(CLEAN, object_key(world.result_id(), 1, facts.digest()))

    with pytest.raises(TransientError):
        await world.look()

    assert await world.status() is None


async def test_one_result_that_can_never_be_published_does_not_hold_up_the_others(world: World) -> None:
    await world.record(facts.project(world.project))
    sequences = {part: await world.hand_in(part) for part in ("good", "bad")}
    entries = [facts.entry(world.result_id(part), sequence) for part, sequence in sequences.items()]
    await world.record(facts.submitted(*entries))
    await world.record(facts.approved(*entries))
    await world.record(facts.report())
    await world.clean.put_bytes(CLEAN, object_key(world.result_id("bad"), 1, facts.digest()), b"%PDF-1.7 other")

    with pytest.raises(OtherBytesError):
        await world.look()

    assert await world.status("good") == "published"
    assert await world.status("bad") is None


async def test_a_withheld_result_is_recorded_and_its_bytes_stay_private(world: World) -> None:
    await world.approved(publish=False)
    await world.record(facts.report())
    await world.look()

    assert (await world.status(), await world.public_bytes()) == ("withheld", None)


async def test_a_takedown_removes_the_bytes_and_leaves_its_reason(world: World) -> None:
    await world.approved()
    await world.record(facts.report())
    await world.look()

    await world.record(facts.takedown(world.result_id()))
    await world.look()

    publication = await world.publication()
    assert publication is not None
    assert (publication.status, publication.reason) == ("withdrawn", "It names a pupil")
    assert publication.first_published_at is not None
    assert await world.public_bytes() is None


async def test_a_publication_that_was_overtaken_by_a_takedown_does_not_stand(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is slow; meanwhile the takedown is recorded and seen. The guard of the publication fails."""
    await world.approved()
    await world.record(facts.report())
    copied, go_on = asyncio.Event(), asyncio.Event()
    put = PublicZone.put

    async def slow_put(zone: PublicZone, copy: Copy) -> None:
        await put(zone, copy)
        copied.set()
        await go_on.wait()

    monkeypatch.setattr(PublicZone, "put", slow_put)
    slow = asyncio.create_task(world.look())
    await copied.wait()
    await world.record(facts.takedown(world.result_id()))
    await world.look()
    go_on.set()
    await slow

    assert await world.happened() == ["withdrawn"]
    assert await world.public_bytes() is None


async def test_a_crash_between_withdrawal_and_removal_is_mended_when_the_message_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.approved()
    await world.record(facts.report())
    await world.look()
    await world.record(facts.takedown(world.result_id()))

    async def crash(_zone: PublicZone, _key: str) -> None:
        raise TransientError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(PublicZone, "remove", crash)
        with pytest.raises(TransientError):
            await world.look()
    assert (await world.status(), await world.public_bytes()) == ("withdrawn", facts.CONTENT)

    await world.look(repeated=True)

    assert await world.public_bytes() is None


async def test_a_crash_between_copy_and_publication_publishes_once_when_the_message_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.approved()
    await world.record(facts.report())

    async def crash(*_: object) -> Appended:
        raise TransientError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(Log, "append", crash)
        with pytest.raises(TransientError):
            await world.look()

    await world.look(repeated=True)

    assert await world.happened() == ["published"]


async def test_a_copy_that_nobody_published_goes_when_the_message_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.approved()
    await world.record(facts.report())

    async def crash(*_: object) -> Appended:
        raise TransientError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(Log, "append", crash)
        with pytest.raises(TransientError):
            await world.look()
    await world.record(facts.takedown(world.result_id()))

    await world.look(repeated=True)

    assert (await world.status(), await world.public_bytes()) == ("withdrawn", None)


async def test_a_reopened_project_keeps_what_is_public_until_the_next_approved_round(world: World) -> None:
    sequence = await world.approved()
    await world.record(facts.report())
    await world.look()
    round_ = await world.log.last_message(subject("review", world.project, "round"))
    assert round_
    await world.record(facts.reopened(round_.state_as(ReviewRoundState), round_.sequence))
    await world.look()
    assert await world.status() == "published"

    other = await world.hand_in("bbbb", content=b"%PDF-1.7 better")
    entry = facts.entry(world.result_id("bbbb"), other, sha256=facts.digest(b"%PDF-1.7 better"))
    await world.record(facts.submitted(entry, number=2))
    await world.record(facts.approved(entry, number=2))
    await world.look()

    assert (await world.status("aaaa"), await world.public_bytes()) == ("withdrawn", None)
    assert await world.status("bbbb") == "published"
    assert sequence < other


async def test_the_basis_names_the_verdict_on_the_approved_content_though_a_newer_one_stands_there(
    world: World,
) -> None:
    await world.approved()
    verdict = await world.log.last_message(subject("validator", world.project, "result", world.result_id()))
    assert verdict
    before = EarlierVerdict(revision=1, sha256=facts.digest(), outcome=VerdictOutcome.PASSED)
    await world.record(facts.result(world.result_id(), revision=2, content=b"%PDF-1.7 newer"))
    await world.record(
        facts.verdict(world.result_id(), revision=2, sha256=facts.digest(b"%PDF-1.7 newer"), earlier=(before,))
    )
    await world.record(facts.report())
    await world.look()

    publication = await world.publication()

    assert publication is not None
    assert publication.basis is not None
    assert (publication.sha256, publication.basis.verdict) == (facts.digest(), verdict.sequence)


async def test_a_termination_that_was_amended_later_is_still_the_fact_to_name(world: World) -> None:
    await world.approved()
    at = await world.record(facts.project(world.project, eligible_costs=True, happened="terminated"))
    await world.record(facts.project(world.project, eligible_costs=True, happened="amended"))
    await world.look()

    publication = await world.publication()

    assert publication is not None
    assert publication.basis is not None
    assert publication.basis.report == at


async def test_a_report_taken_back_withdraws_and_approved_again_publishes_again(world: World) -> None:
    await world.approved()
    for one in ("approved", "reception_cancelled", "approved"):
        await world.record(facts.report(one))
        await world.look()

    assert await world.happened() == ["published", "withdrawn", "published"]
    assert await world.public_bytes() == facts.CONTENT


async def test_the_same_circumstances_a_second_time_publish_a_second_time(world: World) -> None:
    """A termination is recorded and taken back: the basis is the same as before, the event is a new one."""
    await world.approved()
    await world.record(facts.report())
    await world.look()
    for fact in (
        facts.project(world.project, eligible_costs=False, happened="terminated"),
        facts.project(world.project, happened="amended"),
    ):
        await world.record(fact)
        await world.look()

    assert await world.happened() == ["published", "withdrawn", "published"]
    assert await world.public_bytes() == facts.CONTENT


async def test_a_lost_public_object_that_the_log_names_is_restored(world: World) -> None:
    await world.approved()
    await world.record(facts.report())
    await world.look()
    key = object_key(world.result_id(), 1, facts.digest())
    await world.public.delete(PUBLIC, key)

    await PublicZone(world.public, world.spool).ensure(Copy(key=key, sha256=facts.digest()))

    assert await world.public_bytes() == facts.CONTENT


async def test_a_website_is_public_at_once_whatever_the_round(world: World) -> None:
    await world.record(facts.project(world.project))
    at = await world.record(
        Fact(owner="intake", thing="website", happened="set", state=WebsiteState(url="https://school.example"))
    )
    await world.look()
    await world.look()

    shown = await world.log.last_message(subject("publisher", world.project, "website"))
    assert shown is not None
    assert shown.state_as(WebsiteState) == WebsiteState(url="https://school.example", basis=at)
    assert await world.happened("website") == ["published"]


async def test_the_publishers_key_cannot_write_what_was_checked(world: World) -> None:
    with pytest.raises(TransientError):
        await world.public.put_bytes(CLEAN, f"{world.project}/x/1/{'a' * 64}", b"forged")
    with pytest.raises((TransientError, ObjectMissingError)):
        await world.public.stat("incoming", "anything")


async def test_a_copy_that_no_event_names_is_swept_and_what_is_public_stays(world: World, tmp_path: Path) -> None:
    await world.approved()
    await world.record(facts.report())
    await world.look()
    stray = await world.hand_in("stray", content=b"%PDF-1.7 never published")
    entry = facts.entry(world.result_id("stray"), stray, sha256=facts.digest(b"%PDF-1.7 never published"))
    kept = await world.publication()
    assert kept
    await world.record(facts.approved(facts.entry(world.result_id(), kept.sequence), entry))
    key = object_key(entry.result_id, 1, entry.sha256)
    await world.public.put_bytes(PUBLIC, key, b"%PDF-1.7 never published")
    model = ReadModel(tmp_path / "sweep.sqlite", SCHEMA, world.log)
    await model.start()
    zone = PublicZone(world.public, world.spool)

    await Sweep(model=model, log=world.log, zone=zone, every_seconds=60, grace_seconds=0)()
    await model.stop()

    assert await world.public_bytes("stray", b"%PDF-1.7 never published") is None
    assert await world.public_bytes() == facts.CONTENT
