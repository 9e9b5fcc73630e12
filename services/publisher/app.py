"""The composition root: the only module that names what is behind each port."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from services.publisher.api import pages, public
from services.publisher.api.files import Downloads
from services.publisher.api.front import Front
from services.publisher.catalogue import Catalogue
from services.publisher.contacts import PublicContacts
from services.publisher.handlers import DURABLE, SLOTS, build_handler
from services.publisher.proof import Prove
from services.publisher.public_zone import PublicZone
from services.publisher.readmodel.projection import SCHEMA
from services.publisher.settings import PublisherSettings
from services.publisher.use_cases.keep_public import KeepPublic
from services.publisher.use_cases.sweep import Sweep
from shared.health import Readiness
from shared.http.app import create_app
from shared.messaging import backlog
from shared.messaging.connection import Connection, Credentials, connect
from shared.messaging.log import Log
from shared.messaging.settlement import add_work, build_broker
from shared.messaging.streams import check_drift
from shared.readmodel import ReadModel
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import CLEAN, PUBLIC

NAME = "publisher"
ABOUT = "What the public sees: projects and approved results, on pages and as an API. Nobody needs a token."


def build(settings: PublisherSettings, readiness: Readiness) -> FastAPI:
    """Wire the service; what takes time happens in the lifespan. Refuses to start on drift."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(settings, readiness) as front:
            app.state.front = front
            yield

    return _app(readiness, lifespan=lifespan, operations_here=settings.http_admin_port is None)


def describe() -> FastAPI:
    """The app without anything behind it, for its description."""
    return _app(Readiness())


def _app(readiness: Readiness, **options: object) -> FastAPI:
    app = create_app(
        NAME,
        readiness=readiness,
        routers=(public.router, pages.router),
        description=ABOUT,
        **options,  # type: ignore[arg-type]  # passed on
    )
    pages.install(app)
    return app


@contextlib.asynccontextmanager
async def running(settings: PublisherSettings, readiness: Readiness) -> AsyncIterator[Front]:
    """Follow the log and take work until left; then finish what is in work and let go of everything."""
    async with contextlib.AsyncExitStack() as stack:
        credentials = Credentials.of(settings)
        connection = await connect(credentials, name=NAME)
        stack.push_async_callback(connection.close)
        await check_drift(connection.js, replicas=settings.replicas, service=NAME)
        store = S3ObjectStore(settings)
        stack.callback(store.close)
        log, zone = Log(connection), PublicZone(store, settings.state_dir / "spool")
        zone.prepare()
        model = ReadModel(settings.state_dir / "publisher.sqlite", SCHEMA, log)
        await model.start()
        stack.push_async_callback(model.stop)
        broker = build_broker(credentials, name=NAME)
        handler = build_handler(log, KeepPublic(log=log, zone=zone))
        add_work(broker, DURABLE, handler, lambda: connection.js, slots=SLOTS)
        await stack.enter_async_context(backlog.watched(connection, DURABLE))
        await broker.start()
        stack.push_async_callback(broker.stop)
        sweep = Sweep(model=model, log=log, zone=zone, every_seconds=settings.publisher_sweep_seconds)
        stack.callback(asyncio.create_task(sweep.run(), name="sweep").cancel)
        _add_checks(readiness, connection, log, store, model)
        catalogue = Catalogue(model=model, contacts=PublicContacts(connection.js), public_url=settings.public_url)
        downloads = Downloads(catalogue=catalogue, log=log, zone=zone)
        yield Front(catalogue=catalogue, downloads=downloads, prove=Prove(catalogue=catalogue, log=log))


def _add_checks(readiness: Readiness, connection: Connection, log: Log, store: S3ObjectStore, model: ReadModel) -> None:
    async def nats() -> None:
        connection.require_link()

    async def stream() -> str:
        return f"last sequence {await log.last_sequence()}"

    async def zones() -> str | None:
        return await store.check(CLEAN) or await store.check(PUBLIC)

    readiness.add("nats", nats)
    readiness.add("stream", stream)
    readiness.add("s3", zones)
    readiness.add("readmodel", model.check, deadline_seconds=3)
