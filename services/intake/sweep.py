"""Sweep the bucket `incoming` once: `python -m services.intake.sweep`, for a scheduled job."""

import asyncio
import contextlib
import sys

from services.intake.adapters.sessions import KvSessions
from services.intake.app import SERVICE, sweeper_store
from services.intake.settings import IntakeSettings
from services.intake.use_cases.sweeping import SweepIncoming
from shared.messaging.connection import Credentials, connect
from shared.messaging.log import Log
from shared.settings import SettingsError, load
from shared.telemetry import configure


async def sweep(settings: IntakeSettings) -> int:
    """Sweep once; 2 without the sweeper's key."""
    store = sweeper_store(settings)
    if store is None:
        sys.stderr.write("RESULTS_SWEEPER_ACCESS_KEY and RESULTS_SWEEPER_SECRET_KEY are not set\n")
        return 2
    credentials = Credentials.of(settings)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(store.close)
        connection = await connect(credentials, name=f"{SERVICE}-sweep")
        stack.push_async_callback(connection.close)
        await SweepIncoming(store=store, events=Log(connection), sessions=KvSessions(connection.js))()
    return 0


def main() -> int:
    try:
        settings = load(IntakeSettings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure(SERVICE, log_format=settings.log_format, level=settings.log_level)
    return asyncio.run(sweep(settings))


if __name__ == "__main__":
    raise SystemExit(main())
