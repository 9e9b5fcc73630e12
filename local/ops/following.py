"""The archive that never ends: the log every few seconds and, where that is wanted, a whole run now and then."""

import asyncio
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import nats.errors
from prometheus_client import Gauge

from local.ops.backup import Backup
from local.ops.log_archive import Done, LogArchive
from local.ops.platform import Platform
from local.ops.runs import last_run
from local.ops.vault import Vault
from shared.errors import TransientError

LOG_EVERY_SECONDS = 15.0
POSITION = Gauge("results_archive_position", "Sequence of the last event in the archive")
REACHED = Gauge("results_archive_reached_seconds", "When the archive last held everything that the log held")
MISSING = Gauge("results_archive_missing", "Objects that the log names and no bucket holds")
BACKED_UP = Gauge("results_archive_backup_seconds", "When the newest whole run of the backup was written")
Tell = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class Follower:
    """Keeps one archive. Without `runs_every_seconds` whole runs are somebody else's: a CronJob's."""

    platform: Platform
    vault: Vault
    tell: Tell
    keep: int = 7
    runs_every_seconds: float | None = None
    _due: float = 0.0

    async def forever(self) -> None:
        """Go on until SIGTERM. Trouble with the network or a disk is tried again; BrokenArchiveError ends it."""
        task = asyncio.current_task()
        assert task
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        log = LogArchive(self.platform, self.vault)
        with suppress(asyncio.CancelledError):
            while True:
                try:
                    await self._turn(log)
                except (TransientError, nats.errors.Error, OSError) as error:
                    self.tell({"put_off": repr(error)})
                    log = LogArchive(self.platform, self.vault)
                await asyncio.sleep(min(LOG_EVERY_SECONDS, self.runs_every_seconds or LOG_EVERY_SECONDS))

    async def _turn(self, log: LogArchive) -> None:
        began = time.time()
        log.done = Done(missing=log.done.missing)
        if self.runs_every_seconds is not None and time.monotonic() >= self._due:
            done = await Backup(log).run(keep=self.keep)
            self._due = time.monotonic() + self.runs_every_seconds
        else:
            done = await log.advance()
            await log.copy_again()
        if done.events or done.seconds:
            self.tell({"position": done.position, "events": done.events, "objects": done.objects})
        await self._measure(done, began)

    async def _measure(self, done: Done, began: float) -> None:
        POSITION.set(done.position)
        REACHED.set(began)
        MISSING.set(len(done.missing))
        if run := await last_run(self.vault):
            BACKED_UP.set(run.at.timestamp())
