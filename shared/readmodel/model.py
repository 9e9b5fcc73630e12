"""Following the log into the file, and reading from it: fresh as of a sequence, or as it is."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

import structlog
from prometheus_client import Gauge

from shared.errors import PermanentError, TransientError
from shared.health import NotReadyError
from shared.messaging.events import Recorded
from shared.readmodel.database import BrokenProjectionError, Database, Position, Query, Schema

READERS = 4
FRESH_SECONDS_MAX = 5.0
RETRY_SECONDS = 0.5
WATCH_SECONDS = 0.5

T = TypeVar("T")
log = structlog.get_logger(__name__)
POSITION = Gauge("read_model_position", "Sequence of the last event in the read model.", ["model"])


class LogSource(Protocol):
    """The part of `shared.messaging.log.Log` that a read model needs."""

    def follow(self, after: int = 0) -> AsyncIterator[list[Recorded]]: ...

    async def last_sequence(self) -> int: ...

    async def at(self, sequence: int) -> Recorded: ...


@dataclass(slots=True)
class ReadModel:
    """One service's read model. `start` it in the lifespan, `stop` it at the end; delete its file to rebuild it.

    A file that belongs to another log (a position beyond its end, another event at its position) is rebuilt.
    """

    path: Path
    schema: Schema
    source: LogSource
    _database: Database = field(init=False)
    _writer: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "read-model-writer"))
    _readers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(READERS, "read-model"))
    _position: int = 0
    _waiters: list[tuple[int, asyncio.Future[None]]] = field(default_factory=list)
    _broken: str | None = None
    _rebuild: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._database = Database(self.path, self.schema)

    @property
    def position(self) -> int:
        """Sequence of the last event whose rows can be read."""
        return self._position

    async def start(self) -> None:
        """Open the file and begin to follow; returns at once, `check` tells when it has caught up."""
        await self._in(self._writer, self._database.open)
        self._task = asyncio.create_task(self._run(), name="read-model")

    async def stop(self) -> None:
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        await self._in(self._writer, self._database.close)
        self._writer.shutdown(wait=False)
        self._readers.shutdown(wait=False, cancel_futures=True)

    async def read(self, query: Query[T], *, at_least: int = 0) -> T:
        """Run a query on one state that has reached `at_least`. Raises TransientError when it stays behind."""
        if at_least > self._position:
            await self.wait_until(at_least)
        return await self._in(self._readers, lambda: self._database.read(query))

    async def read_fresh(self, query: Query[T]) -> T:
        """Run a query on a state that holds everything acknowledged before this call, on whichever replica."""
        return await self.read(query, at_least=await self.source.last_sequence())

    async def wait_until(self, sequence: int, seconds_max: float = FRESH_SECONDS_MAX) -> None:
        """Wait until the event at `sequence` can be read. Raises TransientError after `seconds_max`."""
        if self._position >= sequence:
            return
        if self._broken is not None:
            raise TransientError(f"the read model stands still: {self._broken}")
        waiter = (sequence, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(seconds_max):
                await waiter[1]
        except TimeoutError:
            raise TransientError(f"the read model is at {self._position}, wanted is {sequence}") from None
        finally:
            self._waiters = [one for one in self._waiters if one is not waiter]

    async def rebuild(self) -> None:
        """Begin again from zero. `wait_until` and `check` tell when it is done."""
        self._rebuild.set()

    async def check(self) -> str | None:
        """Readiness: the position against the log's last sequence."""
        if self._broken is not None:
            raise NotReadyError(f"stands still at {self._position}: {self._broken}")
        last = await self.source.last_sequence()
        try:
            await self.wait_until(last, 1.0)
        except TransientError as error:
            raise NotReadyError(f"position {self._position} of {last}") from error
        return f"position {self._position}"

    async def _run(self) -> None:
        """Follow until stopped; start again after trouble with the log and after a rebuild was asked for."""
        while True:
            self._rebuild.clear()
            following = asyncio.create_task(self._follow_until_trouble())
            watching = asyncio.create_task(self._watch())
            try:
                await asyncio.wait({following, watching}, return_when=asyncio.FIRST_COMPLETED)
                wants_rebuild = watching.done()
            finally:
                for task in (following, watching):
                    task.cancel()
                await asyncio.gather(following, watching, return_exceptions=True)
            if wants_rebuild:
                await self._from_zero()

    async def _watch(self) -> None:
        """Returns when the file was deleted or `rebuild` was called."""
        while not self._rebuild.is_set() and not self._database.is_deleted():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(WATCH_SECONDS):
                    await self._rebuild.wait()

    async def _follow_until_trouble(self) -> None:
        try:
            await self._begin_where_the_file_ends()
            async for batch in self.source.follow(self._position):
                self._advance(await self._apply(batch))
        except BrokenProjectionError as error:
            self._stand_still(error)
            await asyncio.Event().wait()
        except (TransientError, sqlite3.OperationalError, OSError) as error:
            log.warning("read_model_waits", reason=str(error))
            await asyncio.sleep(RETRY_SECONDS)
        except sqlite3.DatabaseError as error:
            log.warning("read_model_damaged", reason=str(error))
            self._rebuild.set()
            await asyncio.sleep(RETRY_SECONDS)
        except Exception:
            log.exception("read_model_failed")
            await asyncio.sleep(RETRY_SECONDS)

    async def _apply(self, batch: Sequence[Recorded]) -> Position:
        return await self._in(self._writer, lambda: self._database.apply(batch))

    async def _begin_where_the_file_ends(self) -> None:
        """Only a position that is known to be one of this log may be waited for, so it is not believed before."""
        known = await self._in(self._writer, self._database.position)
        if known.sequence and not await self._is_of_this_log(known):
            log.warning("read_model_of_another_log", position=known.sequence)
            await self._from_zero()
        else:
            self._advance(known)

    async def _is_of_this_log(self, known: Position) -> bool:
        try:
            return (await self.source.at(known.sequence)).id == known.event_id
        except PermanentError:
            return False

    async def _from_zero(self) -> None:
        log.info("read_model_rebuild", path=str(self.path))
        self._broken = None
        self._advance(Position())
        await self._in(self._writer, self._database.remove)
        await self._in(self._writer, self._database.open)

    def _advance(self, position: Position) -> None:
        self._position = position.sequence
        POSITION.labels(self.path.stem).set(position.sequence)
        for sequence, future in self._waiters:
            if sequence <= position.sequence and not future.done():
                future.set_result(None)

    def _stand_still(self, error: BrokenProjectionError) -> None:
        log.critical("projection_broken", reason=str(error), exc_info=error.__cause__ or error)
        self._advance(Position(sequence=error.position))
        self._broken = str(error)
        for _, future in self._waiters:
            if not future.done():
                future.set_exception(TransientError(f"the read model stands still: {error}"))

    async def _in(self, executor: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(executor, work)
