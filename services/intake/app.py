"""The composition root: the only module that names what is behind each port."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import structlog
from fastapi import FastAPI
from nats.js import JetStreamContext

from services.intake.adapters.fetcher import HttpFetcher
from services.intake.adapters.news import NatsNews
from services.intake.adapters.outcomes import StreamOutcomes
from services.intake.adapters.people import KvPeople
from services.intake.adapters.progress import KvProgress
from services.intake.adapters.sessions import KvSessions
from services.intake.adapters.spool import FileSpools
from services.intake.adapters.zone import S3Incoming, S3Receipts
from services.intake.api.admission import Admission
from services.intake.api.events import build_events, build_vocabularies
from services.intake.api.projects import build_contacts, build_logos, build_projects, build_websites
from services.intake.api.results import build_one_result, build_results
from services.intake.api.rounds import build_history, build_rounds
from services.intake.api.uploads import build_uploads
from services.intake.api.wire import Intake
from services.intake.clock import Clock
from services.intake.handlers import DURABLE, UpstreamInbox
from services.intake.queries import History
from services.intake.settings import IntakeSettings
from services.intake.use_cases.commands import Commands
from services.intake.use_cases.contacts import RefreshContacts, ShowContact
from services.intake.use_cases.gathering import GatherContent
from services.intake.use_cases.logos import RemoveLogo, SetLogo
from services.intake.use_cases.projects import Calendar, EndProject, RegisterProject, TerminateProject
from services.intake.use_cases.results import AddResult, AdmitResult, DeleteResult, DescribeResult, ReviseResult
from services.intake.use_cases.rounds import SubmitRound, WithdrawRound
from services.intake.use_cases.sweeping import SweepIncoming
from services.intake.use_cases.uploads import BeginUpload, ReceiveUpload, UseUpload
from services.intake.use_cases.upstream import Effects, HandleUpstreamEvent
from services.intake.use_cases.websites import RemoveWebsite, SetWebsite
from shared.errors import PermanentError, TransientError
from shared.health import Readiness
from shared.http.answer_stores import KvAnswerStore
from shared.http.app import create_app
from shared.http.auth import Authenticator
from shared.http.idempotency import Idempotency
from shared.messaging import backlog
from shared.messaging.connection import Connection, Credentials, connect
from shared.messaging.log import Log
from shared.messaging.settlement import add_work, build_broker
from shared.messaging.streams import check_drift
from shared.settings import S3Settings
from shared.storage.ports import ObjectStore
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import INCOMING

SERVICE = "intake"
STREAMED = r"/v1/(projects/[^/]+/(results|logo)|results/[^/]+/file|uploads/[^/]+)"
DESCRIPTION = "Projects and their results, handed in by upstream systems and beneficiaries."

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Holder:
    """What the routes work with, there once the lifespan has begun."""

    intake: Intake | None = field(default=None)

    def __call__(self) -> Intake:
        if self.intake is None:
            raise TransientError("the service is starting")
        return self.intake


def build(settings: IntakeSettings, readiness: Readiness) -> FastAPI:
    """Return the app; its lifespan connects, refuses to start on drift, and takes events from NATS."""
    holder = _Holder()
    authenticator = Authenticator(settings.oidc_issuer, settings.oidc_audience)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with running(settings, readiness) as intake:
            holder.intake = intake
            readiness.add("issuer", authenticator.check)
            yield

    return create_app(
        SERVICE,
        readiness=readiness,
        lifespan=lifespan,
        authenticator=authenticator,
        streamed_paths=STREAMED,
        description=DESCRIPTION,
        operations_here=settings.http_admin_port is None,
        routers=[
            *(build(holder) for build in (build_projects, build_websites, build_contacts, build_logos)),
            *(build(holder) for build in (build_results, build_one_result, build_uploads, build_rounds)),
            *(build(holder) for build in (build_history, build_events)),
            build_vocabularies(),
        ],
    )


@contextlib.asynccontextmanager
async def running(settings: IntakeSettings, readiness: Readiness) -> AsyncIterator[Intake]:
    """Give the service at work; let go of everything in the end."""
    async with contextlib.AsyncExitStack() as stack:
        connection = await connect(Credentials.of(settings), name=SERVICE)
        stack.push_async_callback(connection.close)
        await check_drift(connection.js, replicas=settings.replicas, service=SERVICE)
        store = S3ObjectStore(settings)
        stack.callback(store.close)
        tools = _tools(settings, connection, store)
        effects = _effects(settings, tools)
        handle = HandleUpstreamEvent(outcomes=tools.outcomes, effects=effects.by_type())
        await _take_events(settings, stack, handle, tools, lambda: connection.js)
        await stack.enter_async_context(backlog.watched(connection, DURABLE))
        clock = Clock(log=tools.log, end_project=EndProject(tools.commands, tools.calendar))
        await stack.enter_async_context(_beside(clock.run()))
        await stack.enter_async_context(_sweeping(settings, tools))
        _add_checks(readiness, connection, store)
        yield _intake(settings, tools, effects, handle, connection, readiness)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tools:
    log: Log
    commands: Commands
    calendar: Calendar
    people: KvPeople
    sessions: KvSessions
    outcomes: StreamOutcomes
    spools: FileSpools
    zone: S3Incoming
    receipts: S3Receipts
    refresh: RefreshContacts
    gather: GatherContent


def _tools(settings: IntakeSettings, connection: Connection, store: ObjectStore) -> _Tools:
    logbook = Log(connection)
    commands, people = Commands(logbook), KvPeople(connection.js)
    spools = FileSpools(settings.state_dir / "spool", settings.upload_bytes_max)
    spools.clear()
    zone, sessions = S3Incoming(store), KvSessions(connection.js)
    fetcher = HttpFetcher(frozenset(settings.fetch_hosts))
    return _Tools(
        log=logbook,
        commands=commands,
        calendar=Calendar(ZoneInfo(settings.time_zone)),
        people=people,
        sessions=sessions,
        outcomes=StreamOutcomes(connection.js),
        spools=spools,
        zone=zone,
        receipts=S3Receipts(store),
        refresh=RefreshContacts(commands, people),
        gather=GatherContent(spools=spools, use_upload=UseUpload(sessions, zone), fetcher=fetcher),
    )


def _effects(settings: IntakeSettings, tools: _Tools) -> Effects:
    commands = tools.commands
    return Effects(
        commands=commands,
        register_project=RegisterProject(commands, tools.people, tools.calendar, tools.refresh),
        terminate_project=TerminateProject(commands),
        set_website=SetWebsite(commands),
        admit_result=AdmitResult(commands),
        add_result=AddResult(commands, tools.zone),
        gather=tools.gather,
        trusted=frozenset(settings.report_sources),
    )


def _intake(
    settings: IntakeSettings,
    tools: _Tools,
    effects: Effects,
    handle: HandleUpstreamEvent,
    connection: Connection,
    readiness: Readiness,
) -> Intake:
    commands, zone = tools.commands, tools.zone
    return Intake(
        commands=commands,
        people=tools.people,
        history=History(tools.log),
        news=NatsNews(connection.client),
        progress=KvProgress(connection.js),
        outcomes=tools.outcomes,
        idempotency=Idempotency(store=KvAnswerStore(connection.js, "idempotency-intake")),
        spools=tools.spools,
        bodies=Admission(at_once=settings.bodies_at_once, waiting=4 * settings.bodies_at_once),
        pieces=Admission(at_once=settings.pieces_at_once, waiting=4 * settings.pieces_at_once),
        zone=tools.calendar.zone,
        upload_bytes_max=settings.upload_bytes_max,
        public_base=settings.intake_url,
        is_stopping=lambda: readiness.is_stopping,
        register_project=effects.register_project,
        set_website=effects.set_website,
        remove_website=RemoveWebsite(commands),
        show_contact=ShowContact(commands, tools.refresh),
        set_logo=SetLogo(commands, zone),
        remove_logo=RemoveLogo(commands),
        admit_result=effects.admit_result,
        add_result=effects.add_result,
        revise_result=ReviseResult(commands, zone),
        describe_result=DescribeResult(commands),
        delete_result=DeleteResult(commands),
        begin_upload=BeginUpload(tools.sessions, settings.upload_bytes_max),
        receive_upload=ReceiveUpload(tools.sessions, zone),
        gather=tools.gather,
        submit_round=SubmitRound(commands, tools.calendar, tools.receipts),
        withdraw_round=WithdrawRound(commands),
        handle_event=handle,
    )


async def _take_events(
    settings: IntakeSettings,
    stack: contextlib.AsyncExitStack,
    handle: HandleUpstreamEvent,
    tools: _Tools,
    js: Callable[[], JetStreamContext],
) -> None:
    agencies = {source: frozenset(codes) for source, codes in settings.upstream_agencies.items()}
    inbox = UpstreamInbox(handle=handle, outcomes=tools.outcomes, agencies=agencies)
    broker = build_broker(Credentials.of(settings), name=f"{SERVICE}-work")
    add_work(broker, DURABLE, inbox, js, slots=settings.upstream_slots)
    await broker.start()
    stack.push_async_callback(broker.stop)


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Let something run beside until left."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def _sweeping(settings: IntakeSettings, tools: _Tools) -> AsyncIterator[None]:
    """Sweep every hour, where the sweeper's key is given."""
    store = sweeper_store(settings)
    if store is None:
        yield
        return
    sweep = SweepIncoming(store=store, events=tools.log, sessions=tools.sessions)
    with contextlib.closing(store):
        async with _beside(_again_and_again(sweep, settings.sweep_seconds)):
            yield


def sweeper_store(settings: IntakeSettings) -> S3ObjectStore | None:
    """Return the store as the sweeper reaches it; None without its key."""
    if settings.sweeper_access_key is None or settings.sweeper_secret_key is None:
        return None
    changes = {"s3_access_key": settings.sweeper_access_key, "s3_secret_key": settings.sweeper_secret_key}
    own = S3Settings.model_construct(**{name: getattr(settings, name) for name in S3Settings.model_fields} | changes)
    return S3ObjectStore(own)


async def _again_and_again(sweep: Callable[[], Awaitable[object]], pause_seconds: float) -> None:
    while True:
        await asyncio.sleep(pause_seconds)
        try:
            await sweep()
        except (TransientError, PermanentError) as error:
            log.warning("sweep_stopped", reason=repr(error))
        except Exception:
            log.exception("sweep_failed")


def _add_checks(readiness: Readiness, connection: Connection, store: S3ObjectStore) -> None:
    async def nats() -> None:
        connection.require_link()
        await connection.js.stream_info("EVENTS")

    async def inbox() -> None:
        await connection.js.consumer_info("UPSTREAM", DURABLE, timeout=1.5)

    async def s3() -> None:
        await store.check(INCOMING)

    for name, check in (("nats", nats), ("stream", inbox), ("s3", s3)):
        readiness.add(name, check)
