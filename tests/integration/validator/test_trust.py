"""An engine is believed only while it finds the test string and lets harmless words pass."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from local.demo import files
from local.port_ranges import reserved_ports
from local.servers import ClamdServer
from local.signatures import Signatures
from services.validator.adapters.clamav import Answer, ClamdScanner, Deadlines, Scan
from services.validator.adapters.signature_age import BUILT, SignatureAge
from services.validator.adapters.trust import Trust
from tests.integration.validator import engines
from tests.integration.validator.engines import NoSignatures, NumberedSignatures, Says, liar, loaded
from tests.integration.validator.platform import Intake, Servers, codes_of, outcome_of, validator_of

QUICK = Deadlines(connect_seconds=0.5, send_seconds=0.5, answer_seconds=0.5)


async def scan(scanner: ClamdScanner, *pieces: bytes, sha256: str = "") -> Scan:
    async with scanner.session(sha256=sha256) as session:
        for piece in pieces:
            await session.send(piece)
        return await session.answer()


@pytest.fixture
def numbered(tmp_path: Path) -> Iterator[ClamdServer]:
    signatures = NumberedSignatures(tmp_path / "clamd" / "signatures")
    with reserved_ports() as ports, ClamdServer(tmp_path / "clamd", ports, signatures=signatures) as server:
        yield server


@pytest.mark.parametrize("says", [engines.everything_is_fine, engines.everything_is_evil, engines.nonsense])
async def test_no_file_passes_an_engine_that_lies(says: Says, servers: Servers, intake: Intake, tmp_path: Path) -> None:
    async with liar(says) as address, validator_of(servers, tmp_path, clamd_address=address) as readiness:
        verdict = await intake.verdict(await intake.post("a.txt", b"words that nobody scanned"))
        report = await readiness.report()

    assert (verdict.outcome, verdict.in_clean, verdict.blocking) == ("error", False, ())
    assert (outcome_of(verdict, "malware"), codes_of(verdict) & {"scanner-untrusted"}) == (
        "error",
        {"scanner-untrusted"},
    )
    assert await intake.kept(verdict.object_key) is None
    (line,) = [line for line in report.lines if not line.ok]
    assert line.name == "clamd"
    assert "is not believed" in (line.reason or "")


async def test_an_engine_that_hangs_is_waited_for_and_passes_nothing() -> None:
    async with liar(engines.nothing) as address, asyncio.timeout(20):
        scanner = ClamdScanner(address, deadlines=QUICK)

        assert (await scan(scanner, b"words")).answer is Answer.UNTRUSTED
        assert not await scanner.is_usable()


async def test_an_engine_without_signatures_passes_nothing(servers: Servers, intake: Intake, tmp_path: Path) -> None:
    signatures = NoSignatures(tmp_path / "clamd" / "signatures")
    with reserved_ports() as ports, ClamdServer(tmp_path / "clamd", ports, signatures=signatures) as server:
        async with validator_of(servers, tmp_path / "state", clamd_address=server.address) as readiness:
            result = await intake.post("a.txt", b"words that wait for signatures")
            waiting = await intake.verdict(result)
            report = await readiness.report()
            Signatures.prepare(signatures)
            server.reload()
            healed = await intake.verdict(result, complete=True, seconds=30)

    assert (waiting.outcome, waiting.in_clean) == ("error", False)
    assert not report.ready
    assert (healed.outcome, healed.in_clean) == ("passed", True)


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_an_engine_that_restarts_in_the_middle_has_said_nothing(numbered: ClamdServer, end: str) -> None:
    scanner = ClamdScanner(str(numbered.socket_path), deadlines=QUICK)
    async with scanner.session() as session:
        await session.send(b"the first half")
        getattr(numbered, end)()
        numbered.start()
        await session.send(b"the second half")
        broken = await session.answer()

    assert broken.answer in (Answer.AWAY, Answer.UNCLEAR)
    assert (await scan(scanner, b"both halves")).answer is Answer.CLEAN


async def test_a_trusted_engine_that_turns_into_a_liar_is_found_out(numbered: ClamdServer) -> None:
    answers = [b"stream: Eicar-Test-Signature FOUND\0", b"stream: OK\0"]

    def honest_once(_: bytes) -> bytes:
        return answers.pop(0) if answers else b"stream: OK\0"

    async with liar(honest_once) as address:
        scanner = ClamdScanner(address, deadlines=QUICK)
        assert await scanner.is_usable()
        scanner.forget_version()

        assert (await scan(scanner, b"words")).answer is Answer.UNTRUSTED


async def test_new_signatures_are_tried_before_they_are_believed(numbered: ClamdServer) -> None:
    scanner = ClamdScanner(str(numbered.socket_path))
    tried: list[object] = []
    ask = scanner.trust.ask

    async def counted(data: bytes) -> str | None:
        tried.append(len(data))
        return await ask(data)

    scanner.trust = Trust(counted)
    first = await scan(scanner, b"words")
    await scan(scanner, b"words")
    assert isinstance(numbered.signatures, NumberedSignatures)
    numbered.signatures.publish(101, "a new phrase")
    await loaded(numbered, 101)
    scanner._version = None
    second = await scan(scanner, b"a new phrase")

    assert (first.signatures, second.signatures) == ("100", "101")
    assert (first.answer, second.answer) == (Answer.CLEAN, Answer.FOUND)
    assert len(tried) == 4


async def test_a_busy_engine_that_misses_a_try_stays_what_it_was() -> None:
    said: list[str | None] = ["stream: Eicar FOUND", "stream: OK", None, "stream: OK", "stream: OK"]

    async def ask(_: bytes) -> str | None:
        return said.pop(0)

    trust = Trust(ask)
    assert await trust.holds("one")
    trust._due_at = 0
    assert await trust.holds("one")
    trust._due_at = 0
    assert not await trust.holds("one")


async def test_the_age_of_signatures_is_told_and_old_ones_are_an_alarm(numbered: ClamdServer, tmp_path: Path) -> None:
    assert isinstance(numbered.signatures, NumberedSignatures)
    numbered.signatures.publish(90, age_seconds=30 * 3600)
    await loaded(numbered, 90)

    with capture_logs() as logs:
        version = await ClamdScanner(str(numbered.socket_path)).version()

    assert version
    assert version.built
    hours = (datetime.now(UTC) - version.built).total_seconds() / 3600
    assert 29.9 < hours < 30.1
    assert BUILT._value.get() == version.built.timestamp()
    assert [(one["event"], one["log_level"]) for one in logs] == [("signatures_old", "error")]


def test_the_alarm_is_raised_once_an_hour_and_ends_with_new_signatures() -> None:
    age, now = SignatureAge(), datetime.now(UTC)

    with capture_logs() as logs:
        for hours in (25, 26, 1, 30):
            age.note("100", now - timedelta(hours=hours))
        age.note("local", None)

    assert [one["event"] for one in logs] == ["signatures_old", "signatures_old"]
    assert BUILT._value.get() == 0


async def test_the_test_string_is_found_in_a_file_all_the_same(numbered: ClamdServer, tmp_path: Path) -> None:
    infected = files.infected(tmp_path / "e.txt").path.read_bytes()

    assert (await scan(ClamdScanner(str(numbered.socket_path)), infected)).answer is Answer.FOUND


async def test_what_passed_is_not_scanned_again_until_the_signatures_change(numbered: ClamdServer) -> None:
    scanner = ClamdScanner(str(numbered.socket_path))
    words = b"a phrase of tomorrow"
    first = await scan(scanner, words, sha256="digest")
    again = await scan(scanner, b"", sha256="digest")
    assert isinstance(numbered.signatures, NumberedSignatures)
    numbered.signatures.publish(101, words.decode())
    await loaded(numbered, 101)
    scanner._version = None
    later = await scan(scanner, words, sha256="digest")

    assert (first.answer, first.known_since) == (Answer.CLEAN, None)
    assert (again.answer, again.signatures, again.known_since is None) == (Answer.CLEAN, "100", False)
    assert (later.answer, later.signatures) == (Answer.FOUND, "101")
    assert (await scan(scanner, words, sha256="digest")).known_since is None, "a finding is never remembered"
