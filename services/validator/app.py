"""The composition root: the only module that names what is behind each port."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from fastapi import FastAPI

from services.validator import policy
from services.validator.adapters.clamav import ClamdScanner
from services.validator.adapters.contacts import PublicContacts
from services.validator.adapters.progress import ProgressTeller
from services.validator.adapters.rescans import RescanLedger
from services.validator.engine import Examiner
from services.validator.handlers import DURABLE, build_handler
from services.validator.memory import RememberingParsers
from services.validator.one_pass import OnePass
from services.validator.sandbox.pool import Lane, Pool
from services.validator.settings import ValidatorSettings
from services.validator.slots import Slots
from services.validator.use_cases.check_content import CheckContent
from services.validator.use_cases.forget_content import ForgetContent
from services.validator.use_cases.rescan_content import RescanContent
from services.validator.use_cases.rescan_public import Pace, RescanPublic
from services.validator.use_cases.retry_unfinished import RetryUnfinished
from shared.health import NotReadyError, Readiness
from shared.http.app import create_app
from shared.messaging import backlog
from shared.messaging.connection import Connection, Credentials, connect
from shared.messaging.log import Log
from shared.messaging.settlement import add_work, build_broker
from shared.messaging.streams import check_drift
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import CLEAN, INCOMING

SERVICE = "validator"
# A scan under way ends by its own deadlines: clamd's 245 s and the 125 s of the sandboxed checks.
WORK_ENDS_SECONDS_MAX = 370.0


def build(settings: ValidatorSettings, readiness: Readiness) -> FastAPI:
    """Return the HTTP side (health and metrics only); its lifespan runs everything else."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(settings, readiness):
            yield

    return create_app(SERVICE, readiness=readiness, lifespan=lifespan)


@contextlib.asynccontextmanager
async def running(settings: ValidatorSettings, readiness: Readiness) -> AsyncIterator[None]:
    """Take work until left; then finish what is in work and let go of everything. Refuses to start on drift."""
    async with contextlib.AsyncExitStack() as stack:
        parts = await _parts(settings, stack)
        broker = build_broker(Credentials.of(settings), name=SERVICE, work_ends_seconds_max=WORK_ENDS_SECONDS_MAX)
        rescan = RescanContent(parts.check)
        slots, aside = settings.validator_slots, settings.validator_recognition_files
        forget = ForgetContent(log=parts.log, store=parts.store)
        handler = build_handler(parts.check, forget, rescan, Slots(slots, aside))
        add_work(broker, DURABLE, handler, lambda: parts.connection.js, slots=slots + aside)
        await stack.enter_async_context(backlog.watched(parts.connection, DURABLE))
        await broker.start()
        stack.push_async_callback(broker.stop)
        retry = RetryUnfinished(log=parts.log, check=parts.check, scanner=parts.scanner)
        sweep = asyncio.create_task(retry.run())
        stack.callback(sweep.cancel)
        again = asyncio.create_task(_rescanning(settings, parts, rescan).run())
        stack.callback(again.cancel)
        _add_checks(readiness, parts)
        yield


def _rescanning(settings: ValidatorSettings, parts: "_Parts", rescan: RescanContent) -> RescanPublic:
    return RescanPublic(
        log=parts.log,
        scanner=parts.scanner,
        rescan=rescan,
        ledger=RescanLedger(parts.connection.js),
        pace=Pace(between_files=settings.validator_rescan_seconds),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    connection: Connection
    log: Log
    store: S3ObjectStore
    scanner: ClamdScanner
    pool: Pool
    recognition: Pool
    check: CheckContent


async def _parts(settings: ValidatorSettings, stack: contextlib.AsyncExitStack) -> _Parts:
    rules = policy.load(settings.validator_policy or policy.BUILT_IN)
    connection = await connect(Credentials.of(settings), name=SERVICE)
    stack.push_async_callback(connection.close)
    await check_drift(connection.js, replicas=settings.replicas, service=SERVICE)
    store = S3ObjectStore(settings)
    stack.callback(store.close)
    pool = Pool(settings.validator_parsers, Lane.QUICK)
    recognition = Pool(settings.validator_recognition_parsers, Lane.RECOGNITION)
    stack.push_async_callback(recognition.close)
    stack.push_async_callback(pool.close)
    await pool.start()
    one_pass = OnePass(store=store, folder=settings.state_dir / "spool")
    one_pass.prepare()
    scanner = ClamdScanner(settings.clamd_address, connections=settings.validator_slots)
    log = Log(connection)
    examiner = Examiner(
        pool=RememberingParsers(pool),
        recognition=RememberingParsers(recognition),
        policy=rules,
        limit_bytes=settings.upload_bytes_max,
    )
    teller = ProgressTeller(connection.client)
    contacts = PublicContacts(connection.js)
    check = CheckContent(
        log=log, one_pass=one_pass, examiner=examiner, scanner=scanner, teller=teller, contacts=contacts
    )
    return _Parts(
        connection=connection, log=log, store=store, scanner=scanner, pool=pool, recognition=recognition, check=check
    )


def _add_checks(readiness: Readiness, parts: _Parts) -> None:
    async def nats() -> None:
        parts.connection.require_link()
        await parts.connection.js.consumer_info("EVENTS", DURABLE, timeout=1.5)

    async def store() -> None:
        await parts.store.check(INCOMING)
        await parts.store.check(CLEAN)

    async def clamd() -> str:
        version = await parts.scanner.version()
        if version is None or not await parts.scanner.is_present():
            raise NotReadyError("clamd does not answer; files wait, none passes")
        if not await parts.scanner.trust.holds(version):
            raise NotReadyError(f"clamd is not believed: {parts.scanner.trust.reason}; files wait, none passes")
        return f"{version.engine}, signatures {version.signatures}; it finds the EICAR test string"

    async def parsers() -> str:
        if not parts.pool.ready:
            raise NotReadyError("no parser child is alive")
        open_to = f"; OPEN: {', '.join(parts.pool.holes)}" if parts.pool.holes else ""
        pictures = f"for words in pictures {parts.recognition.ready} of {parts.recognition.size}"
        isolation = ", ".join(parts.pool.isolation)
        return f"{parts.pool.ready} of {parts.pool.size}, {pictures}; isolation: {isolation}{open_to}"

    for name, check in (("nats", nats), ("store", store), ("clamd", clamd), ("parsers", parsers)):
        readiness.add(name, check)
