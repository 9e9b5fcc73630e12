"""New signatures on a real clamd: one validator scans everything public again, and what is found is judged anew."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from local.port_ranges import reserved_ports
from local.servers import ClamdServer
from services.validator import app
from services.validator.adapters.rescans import KEY, RescanLedger, TakenOverError
from services.validator.use_cases.rescan_content import RescanContent
from services.validator.use_cases.rescan_public import Pace, RescanPublic
from shared.contracts.project import Organisation, ProjectDescription, ProjectState
from shared.contracts.publication import PublicationState
from shared.contracts.subjects import result_subject
from shared.contracts.verdict import VerdictState
from shared.errors import TransientError
from shared.messaging.connection import connect
from shared.messaging.events import NewEvent, event_id
from shared.messaging.log import Log
from shared.storage.zones import INCOMING
from tests.integration.validator.engines import NumberedSignatures, loaded
from tests.integration.validator.platform import Intake, Servers, intake_of, validator_of

QUICK = Pace(between_files=0.0, between_looks=0.05, renewed_every=0.0, lease=60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A clamd with numbered signatures, and what posts, publishes and looks."""

    servers: Servers
    intake: Intake
    clamd: ClamdServer
    home: Path
    number: int

    @asynccontextmanager
    async def job(self, pace: Pace = QUICK) -> AsyncIterator[RescanPublic]:
        """One validator's part in it."""
        settings = self.servers.settings(self.home / secrets.token_hex(4), clamd_address=self.clamd.address)
        async with AsyncExitStack() as stack:
            parts = await app._parts(settings, stack)
            yield RescanPublic(
                log=parts.log,
                scanner=parts.scanner,
                rescan=RescanContent(parts.check),
                ledger=RescanLedger(parts.connection.js),
                pace=pace,
            )

    async def publish(self, *texts: bytes) -> list[str]:
        """Post, have judged and make public."""
        found = []
        await self._register()
        async with validator_of(self.servers, self.home / "state", clamd_address=self.clamd.address):
            for text in texts:
                result = await self.intake.post("a.txt", text)
                verdict = await self.intake.verdict(result)
                assert verdict.outcome == "passed"
                await self._announce(result, verdict)
                found.append(result)
        await forget_passes(self.servers)
        return found

    async def _register(self) -> None:
        name, log = f"intake.{self.intake.project_id}.project", self.intake.log
        description = ProjectDescription(
            title="A project",
            start_date=date(2023, 9, 1),
            end_date=date(2025, 8, 31),
            languages=("en",),
            na="LV01",
            organisations=(Organisation(id="o1", name="A school", role="coordinator"),),
        )
        event = NewEvent(
            subject=name,
            type="intake.project.registered.v1",
            state=ProjectState(id=self.intake.project_id, registered_at=datetime.now(UTC), description=description),
            id=event_id(name, "1", "registered"),
            actor="bm",
        )
        await log.append(event, (await log.load(self.intake.project_id)).guard("intake"))

    async def _announce(self, result: str, verdict: VerdictState) -> None:
        connection = await connect(self.servers.login("publisher"), name="test publisher")
        try:
            log = Log(connection)
            posted = await log.last_message(result_subject("intake", result))
            assert posted
            name = result_subject("publisher", result)
            state = PublicationState(
                result_id=result,
                status="published",
                revision=verdict.revision,
                sha256=verdict.sha256,
                sequence=posted.sequence,
                object_key=verdict.object_key,
                at=datetime.now(UTC),
            )
            event = NewEvent(
                subject=name,
                type="publisher.result.published.v1",
                state=state,
                id=event_id(name, posted.id, "published"),
                actor="publisher",
            )
            await log.append(event, (await log.load(self.intake.project_id)).guard_of(name))
        finally:
            await connection.close()

    async def renew(self, *phrases: str) -> str:
        """Give clamd the next set of signatures."""
        number = self.number + secrets.randbelow(1_000_000) + 1
        assert isinstance(self.clamd.signatures, NumberedSignatures)
        self.clamd.signatures.publish(number, *phrases)
        await loaded(self.clamd, number)
        return str(number)


@pytest.fixture
async def world(servers: Servers, tmp_path: Path) -> AsyncIterator[World]:
    signatures, number = NumberedSignatures(tmp_path / "clamd" / "signatures"), 1_000 + secrets.randbelow(1_000_000)
    signatures.publish(number)
    await forget_passes(servers)
    with reserved_ports() as ports, ClamdServer(tmp_path / "clamd", ports, signatures=signatures) as clamd:
        async with intake_of(servers) as intake:
            yield World(servers=servers, intake=intake, clamd=clamd, home=tmp_path, number=number)
    await forget_passes(servers)


async def forget_passes(servers: Servers) -> None:
    connection = await connect(servers.login("operator"), name="test operator")
    try:
        await (await connection.js.key_value("rescans")).purge(KEY)
    finally:
        await connection.close()


async def some_scanned(ledger: RescanLedger) -> None:
    async with asyncio.timeout(20):
        while not ((standing := (await ledger.read())[0]) and standing.scanned):  # noqa: ASYNC110 - on a server
            await asyncio.sleep(0.02)


async def test_what_new_signatures_find_is_judged_anew_and_leaves_the_clean_zone(world: World) -> None:
    harmful, harmless = await world.publish(b"a sentence of tomorrow's malware", b"a sentence like any other")
    async with world.job() as job:
        before = await job.look()
        signatures = await world.renew("sentence of tomorrow")
        job.scanner.forget_version()
        after = await job.look()
        again = await job.look()

    found = await world.intake.verdict(harmful)
    assert before
    assert before.found == 0
    assert after
    assert (after.signatures, after.found) == (signatures, 1)
    assert after.failed == before.failed, "of other tests, whose files are gone"
    assert after.scanned >= 2
    assert (found.outcome, found.signatures) == ("malware", signatures)
    assert await world.intake.kept(found.object_key) is None
    assert len(await world.intake.verdicts(harmless)) == 1, "a clean look is not recorded file by file"
    assert again is None, "once is enough"


async def test_one_validator_does_it_and_another_goes_on_when_that_one_is_gone(world: World) -> None:
    await world.publish(b"first words", b"second words", b"third words")
    slow = Pace(between_files=0.3, renewed_every=0.0, lease=1.0)
    async with world.job(slow) as one, world.job(Pace(between_files=0.0, renewed_every=0.0, lease=1.0)) as two:
        first = asyncio.create_task(one.look())
        await some_scanned(two.ledger)
        idle = await two.look()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        standing, _ = await two.ledger.read()
        await asyncio.sleep(1.1)
        over = await two.look()

    assert idle is None, "the first one is at it"
    assert standing
    assert standing.finished_at is None
    assert over
    assert over.finished_at
    assert over.signatures == standing.signatures


async def test_whoever_writes_second_stops(world: World) -> None:
    async with world.job() as one, world.job() as two:
        await one.look()
        ledger, revision = await two.ledger.read()
        assert ledger
        await one.ledger.write(ledger, revision)

        with pytest.raises(TakenOverError):
            await two.ledger.write(ledger, revision)


async def test_a_scanner_that_goes_away_puts_it_off_and_nothing_is_taken_for_clean(world: World) -> None:
    (harmful,) = await world.publish(b"a sentence of tomorrow's malware")
    async with world.job() as job:
        await job.look()
        signatures = await world.renew("sentence of tomorrow")
        job.scanner.forget_version()
        await job.scanner.version()
        world.clamd.stop()
        with pytest.raises(TransientError):
            await _until_it_breaks_off(job)
        world.clamd.start()
        running = asyncio.create_task(job.run())
        found = await _judged(world, harmful)
        running.cancel()

    assert (found.outcome, found.signatures) == ("malware", signatures)


async def _until_it_breaks_off(job: RescanPublic) -> None:
    if await job.look() is None:
        raise TransientError("the scanner is away")


async def _judged(world: World, result: str) -> VerdictState:
    async with asyncio.timeout(20):
        while (verdict := await world.intake.verdict(result)).outcome == "passed":  # noqa: ASYNC110 - on a server
            await asyncio.sleep(0.05)
    return verdict


async def test_bytes_that_are_others_hold_up_nothing_and_are_counted(world: World) -> None:
    changed, harmful = await world.publish(b"words to change", b"tomorrow's malware again")
    key = (await world.intake.verdict(changed)).object_key
    async with world.job() as job:
        before = await job.look()
    await world.intake.store.put_bytes(INCOMING, key, b"changed words")
    async with world.job() as job:
        await world.renew("malware again")
        after = await job.look()

    assert before
    assert after
    assert (after.failed - before.failed, after.found) == (1, 1)
    assert (await world.intake.verdict(harmful)).outcome == "malware"
    assert (await world.intake.verdict(changed)).outcome == "passed"


async def test_new_work_goes_first(world: World) -> None:
    await world.publish(b"some words")
    async with world.job() as job:
        await world.renew()
        job.scanner.forget_version()
        async with job.scanner.session():
            looking = asyncio.create_task(job.look())
            await asyncio.sleep(0.6)
            assert not looking.done(), "it waits while a file is scanned"
        assert await asyncio.wait_for(looking, 20)
