"""How a service's process starts and ends: settings, logs, uvicorn with uvloop, and a stop that has a deadline.

Exit codes: 0 stopped as asked, 2 the settings are wrong, 3 the service could not start or broke while it ran.
"""

import argparse
import asyncio
import contextlib
import ctypes
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from shared import tracing
from shared.health import Readiness
from shared.http.app import create_operations_app
from shared.http.bounded_head import BoundedHead
from shared.settings import HttpSettings, LogSettings, SettingsError, load, masked, reference
from shared.telemetry import configure

EXIT_SETTINGS = 2
EXIT_FAILED = 3
MALLOC_MMAP_THRESHOLD = -3
MALLOC_ARENA_MAX = -8
GARBAGE_THRESHOLDS = (20_000, 20, 20)
_CLOSE = (b"connection", b"close")

log = structlog.get_logger(__name__)


class ServiceSettings(HttpSettings, LogSettings):
    """The parts that running needs; a service's settings class inherits it beside its own parts."""


S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Generic[S]):
    """What `run` needs of a service. `build` wires it; what takes time belongs into the app's lifespan."""

    name: str
    about: str
    settings: type[S]
    build: Callable[[S, Readiness], FastAPI]


def run(service: Service[S], arguments: Sequence[str] | None = None) -> int:
    """The whole life of the process; returns its exit code (`raise SystemExit(run(...))` in `__main__`)."""
    _give_memory_back()
    _read_arguments(service, arguments)
    try:
        settings = load(service.settings)
    except SettingsError as error:
        sys.stderr.write(f"{service.name} cannot start, its settings are wrong:\n{_indented(str(error))}\n")
        return EXIT_SETTINGS
    configure(service.name, log_format=settings.log_format, level=settings.log_level)
    log.info("starting", **({"settings": masked(settings)} if settings.log_format == "json" else {}))
    tracing.start(service.name)
    try:
        return uvloop.run(_serve(service, settings))
    except Exception:
        log.exception("broken")
        return EXIT_FAILED
    finally:
        tracing.stop()


async def _serve(service: Service[S], settings: S) -> int:
    readiness = Readiness()
    readiness.starting()
    app = service.build(settings, readiness)
    main = _Server(_config(app, settings, settings.http_port), readiness=readiness, leads=True)
    servers = [main]
    if settings.http_admin_port is not None:
        inner = create_operations_app(readiness)
        servers.append(_Server(_config(inner, settings, settings.http_admin_port), readiness=readiness))
    tasks = [asyncio.create_task(_until_stopped(server, servers)) for server in servers]
    with _signals(servers, tasks, settings.http_leave_seconds) as asked:
        await asyncio.gather(*tasks, return_exceptions=True)
    log.info("stopped", asked=bool(asked))
    return 0 if asked else EXIT_FAILED


def _give_memory_back() -> None:
    """Let large blocks go back to the system when they are freed, where the C library is glibc.

    Measured: six files of 100 MB at once took the validator to 211 MB without this, and to 151 MB with it.
    """
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(MALLOC_MMAP_THRESHOLD, 256 * 1024)
        mallopt(MALLOC_ARENA_MAX, 2)


def _calm_garbage_collection() -> None:
    """What stands now stands for ever: a full look at it takes 70 ms, in which nobody gets an answer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


async def _until_stopped(server: "_Server", together: Sequence["_Server"]) -> None:
    """Serve; when one ends, by itself or because it could not start, the others end too."""
    try:
        await server.serve()
    except SystemExit:
        log.critical("not_started", host=server.config.host, port=server.config.port)
    finally:
        for other in together:
            other.should_exit = True


def _config(app: FastAPI, settings: HttpSettings, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.http_host,
        port=port,
        http=BoundedHead,
        ws="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=max(1, int(settings.http_drain_seconds)),
    )


class _Server(uvicorn.Server):
    """Uvicorn whose signals are ours: a stop first shows in /readyz, so that traffic can move away.

    The one that `leads` serves the service itself: only with it is the process ready.
    """

    def __init__(self, config: uvicorn.Config, *, readiness: Readiness, leads: bool = False) -> None:
        super().__init__(config)
        self.readiness = readiness
        self.leads = leads

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            log.info("serving", host=self.config.host, port=self.config.port)
        if self.leads and self.started:
            _calm_garbage_collection()
            self.readiness.started()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def leave(self, seconds: float) -> None:
        """Not ready from now on, but serve for so long: some time passes until no proxy sends more.

        Every answer closes its connection, so that who keeps one to this process comes to another the next time.
        """
        self.readiness.stop()
        self.config.encoded_headers.append(_CLOSE)
        self.server_state.default_headers = [*self.server_state.default_headers, _CLOSE]
        asyncio.get_running_loop().call_later(seconds, self.stop)

    def stop(self) -> None:
        """Take no more connections, close those that are idle, and end with the last running request."""
        self.should_exit = True


@contextlib.contextmanager
def _signals(
    servers: Sequence[_Server], tasks: Sequence[asyncio.Task[None]], leave_seconds: float
) -> Iterator[list[int]]:
    """Leave on the first signal, stop at once on the second; what is still starting is not waited for.

    Only the server that leads leaves: the port for operators answers until the service has ended.
    """
    loop = asyncio.get_running_loop()
    asked: list[int] = []

    def on_signal(number: int) -> None:
        log.info("stopping_at_once" if asked else "stopping", signal=signal.Signals(number).name)
        for server, task in zip(servers, tasks, strict=True):
            if not server.started:
                task.cancel()
            elif asked:
                server.force_exit = True
                server.stop()
            elif server.leads:
                server.leave(leave_seconds)
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield asked
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _read_arguments(service: Service[S], arguments: Sequence[str] | None) -> None:
    parser = argparse.ArgumentParser(
        prog=f"python -m services.{service.name}",
        description=service.about,
        epilog=_settings_help(service),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)


def _settings_help(service: Service[S]) -> str:
    rows = reference(service.settings)
    lines = [f"  {name} ({default})\n      {text}" for name, default, text in rows]
    return "settings, from the environment:\n" + "\n".join(lines) + "\n\nSIGTERM: finish what runs, then stop."


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
