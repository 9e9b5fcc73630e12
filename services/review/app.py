"""Review put together: the one module that names the adapters."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from services.review.adapters.zones import S3CleanZone, S3Receipts
from services.review.api import audit, files, lists, many, reviews
from services.review.api.desk import Desk
from services.review.dossier import Deadline
from services.review.readmodel.projection import SCHEMA
from services.review.settings import Settings
from services.review.use_cases.commands import Commands
from services.review.use_cases.decisions import Decisions
from services.review.use_cases.reading import ReadReview
from shared.health import Readiness
from shared.http.answer_stores import KvAnswerStore
from shared.http.app import create_app
from shared.http.auth import Authenticator
from shared.http.idempotency import Idempotency
from shared.messaging.connection import Connection, Credentials, connect
from shared.messaging.log import Log
from shared.messaging.streams import check_drift
from shared.readmodel import ReadModel
from shared.runner import Service
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import CLEAN, RECEIPTS
from shared.vocabularies import terms

# The fixed addresses of the desk come before those that hold a project's id.
ROUTERS = (many.router, lists.router, reviews.router, files.router, audit.router)
ABOUT = "Officers of the agency decide on results and final reports."


def build(settings: Settings, readiness: Readiness, authenticator: Authenticator | None = None) -> FastAPI:
    """Wire the service; what takes time happens in the lifespan."""
    authenticator = authenticator or Authenticator(settings.oidc_issuer, settings.oidc_audience)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with _desk(settings, readiness) as desk:
            readiness.add("issuer", authenticator.check, deadline_seconds=4)
            app.state.desk = desk
            yield

    return create_app(
        "review",
        readiness=readiness,
        lifespan=lifespan,
        routers=ROUTERS,
        authenticator=authenticator,
        operations_here=settings.http_admin_port is None,
        description=ABOUT,
    )


def describe() -> FastAPI:
    """The app without anything behind it, for its description."""
    return create_app("review", readiness=Readiness(), routers=ROUTERS, description=ABOUT)


@asynccontextmanager
async def _desk(settings: Settings, readiness: Readiness) -> AsyncIterator[Desk]:
    credentials = Credentials.of(settings)
    connection = await connect(credentials, name="review")
    store = S3ObjectStore(settings)
    log = Log(connection)
    rows = ReadModel(settings.state_dir / "review.sqlite", SCHEMA, log)
    try:
        await check_drift(connection.js, replicas=settings.replicas, service="review")
        await rows.start()
        _add_checks(readiness, connection, log, store, rows)
        yield Desk(
            decisions=Decisions(
                commands=Commands(log, S3Receipts(store)),
                report_source=settings.report_source,
                reasons=frozenset(terms("change_reason")),
            ),
            reading=ReadReview(log),
            rows=rows,
            clean=S3CleanZone(store),
            idempotency=Idempotency(store=KvAnswerStore(connection.js, "idempotency-review")),
            deadline=Deadline(days=settings.review_days, zone=ZoneInfo(settings.time_zone)),
        )
    finally:
        await rows.stop()
        await connection.close()
        store.close()


def _add_checks(readiness: Readiness, connection: Connection, log: Log, store: S3ObjectStore, rows: ReadModel) -> None:
    async def nats() -> None:
        connection.require_link()

    async def stream() -> str | None:
        return f"last sequence {await log.last_sequence()}"

    async def zones() -> str | None:
        return await store.check(CLEAN) or await store.check(RECEIPTS)

    readiness.add("nats", nats)
    readiness.add("stream", stream)
    readiness.add("s3", zones)
    readiness.add("readmodel", rows.check, deadline_seconds=3)


SERVICE = Service(name="review", about=ABOUT, settings=Settings, build=build)
