"""The whole platform in the foreground: start by readiness, one merged log, restart of what dies, a clean end.

One thread does everything but the reading of logs, and it looks at every part twenty times a second. All children are
started from it, so that they die with it.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from local.clamav import ClamdServer
from local.credentials import Credentials
from local.home import Home, PlatformSettings
from local.issuer import issuer_url, require_own
from local.merged_log import MergedLog
from local.nats_server import NatsServer
from local.parts import issuer_part, service_exists, service_part
from local.ports import SERVICES
from local.provisioning import provision_now
from local.seaweed import SeaweedServer
from local.server import Server, StartError
from local.signatures import Freshclam, Signatures
from shared.messaging.streams import DriftError

LOOK_SECONDS = 0.05
# Real signatures alone take clamd half a minute to read.
START_SECONDS_MAX = 120.0
STOP_SECONDS_MAX = 8.0
LOG_SECONDS_MAX = 1.0
# A part may stumble once while everything starts at the same time; what ends twice has a reason that people must see.
START_ENDS_MAX = 1
# How long the next start waits, by how often the part died lately: at once at first, never long.
RESTART_DELAYS_SECONDS = (0.0, 0.0, 0.25, 0.5, 1.0, 2.0)
STEADY_SECONDS = 20.0
WARNING = (
    "WARNING: clamd knows only the EICAR test string, no real malware. Real signatures are fetched where the network "
    "allows, unless RESULTS_FRESHCLAM=off."
)
State = Literal["waiting", "starting", "ready", "stopped"]


@dataclass(slots=True)
class Part:
    """A server under supervision. `state` is what we know of it; `readyz` says more."""

    server: Server
    state: State = "waiting"
    restarts: int = 0
    due_at: float = 0.0
    began_at: float = 0.0
    deaths: list[float] = field(default_factory=list)
    since: str = ""

    @property
    def name(self) -> str:
        return self.server.name

    def enter(self, state: State) -> None:
        self.state = state
        self.since = datetime.now(UTC).isoformat(timespec="milliseconds")

    def next_delay(self, now: float) -> float:
        """How long to wait after a death at `now`."""
        self.deaths = [moment for moment in self.deaths if now - moment < STEADY_SECONDS] + [now]
        return RESTART_DELAYS_SECONDS[min(len(self.deaths), len(RESTART_DELAYS_SECONDS)) - 1]

    def as_json(self) -> dict[str, Any]:
        pid = self.server.pid if self.state in ("starting", "ready") else None
        return {"pid": pid, "state": self.state, "restarts": self.restarts, "since": self.since}


class Supervisor:
    """Runs one platform until it is told to stop."""

    def __init__(self, home: Home, settings: PlatformSettings, log: MergedLog) -> None:
        self.home = home
        self.log = log
        self.settings = settings
        self.credentials = Credentials.of_home(home.path)
        self.nats = NatsServer(home.path / "nats", home.ports, self.credentials)
        self.store = SeaweedServer(home.path / "store", home.ports, self.credentials)
        clamd_home = home.path / "clamd"
        wanted = settings.freshclam == "auto"
        signatures = Signatures.of_home(home.path, folder=clamd_home / "signatures", real=wanted)
        self.clamd = ClamdServer(clamd_home, home.ports, signatures=signatures)
        self.freshclam = Freshclam(clamd_home)
        self.parts: list[Part] = []
        self._fetching = threading.Thread()
        self._stopping = threading.Event()
        self._state = "starting"

    def run(self) -> None:
        """Start everything, keep it running, and end it all when told to. Raises when it cannot start."""
        require_own(os.environ.get("RESULTS_OIDC_ISSUER"), issuer_url(self.home.ports))
        self.home.ports.require_free()
        self._listen_to_signals()
        self.home.signer()
        try:
            self._start()
            while not self._stopping.wait(LOOK_SECONDS):
                self._look(self.parts)
                self._look_at_freshclam()
        finally:
            self._stop()

    def _listen_to_signals(self) -> None:
        def stop(number: int, _frame: object) -> None:
            if self._stopping.is_set() and number == signal.SIGINT:
                self._kill(self.parts)
            self._stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, stop)

    def _start(self) -> None:
        began = time.monotonic()
        self._start_together([self.nats, self.store, self.clamd, issuer_part(self.home.path, self.home.ports)])
        if not self._stopping.is_set():
            self._provision()
            self._start_together(list(self._services()))
        if not self._stopping.is_set():
            self._announce(time.monotonic() - began)

    def _services(self) -> Iterable[Server]:
        for name in SERVICES:
            if service_exists(name):
                yield service_part(name, self.home.path, self.nats, self.store, self.clamd)
            else:
                self.log.say("platform", f"there is no services.{name}: left out")

    def _provision(self) -> None:
        """A home that an older version made is brought to what this one declares, as far as NATS can do it in place."""
        try:
            lines = provision_now(url=self.nats.url, password=self.credentials.nats["operator"], apply=True)
        except DriftError as error:
            raise StartError(f"the home {self.home.path} {error}") from error
        for line in lines:
            self.log.say("platform", line)

    def _start_together(self, servers: Sequence[Server]) -> None:
        parts = [Part(server) for server in servers]
        self.parts += parts
        deadline = time.monotonic() + START_SECONDS_MAX
        self._look(parts)
        while not self._stopping.wait(LOOK_SECONDS) and any(part.state != "ready" for part in parts):
            self._look(self.parts)
            self._require_progress(parts, deadline)

    def _require_progress(self, parts: Iterable[Part], deadline: float) -> None:
        for part in parts:
            if part.restarts > START_ENDS_MAX:
                raise StartError(f"{part.name} ended while starting; its last lines:\n{self.log.end_of(part.name)}")
            if part.state != "ready" and time.monotonic() > deadline:
                raise StartError(
                    f"{part.name} was not ready within {START_SECONDS_MAX:.0f} s; its last lines:\n"
                    f"{self.log.end_of(part.name)}"
                )

    def _announce(self, seconds: float) -> None:
        self._write_page("ready")
        if not self.clamd.signatures.are_real:
            self.log.say("platform", WARNING)
        self.log.say("platform", f"ready after {seconds:.1f} s")
        width = max(map(len, self.home.urls))
        self.log.block("ready", *(f"  {name:<{width}}  {url}" for name, url in self.home.urls.items()))
        if self.settings.freshclam == "auto" and self.freshclam.is_due():
            self.log.say("platform", "fetching real virus signatures beside")
            self._fetching = self._spawn(self.freshclam)

    def _look(self, parts: Iterable[Part]) -> None:
        now = time.monotonic()
        before = [(part.state, part.restarts) for part in self.parts]
        for part in parts:
            if part.state != "waiting" and not part.server.is_alive:
                self._bury(part, now)
            if part.state == "waiting" and now >= part.due_at:
                self._spawn(part.server)
                part.began_at = now
                part.enter("starting")
            elif part.state == "starting" and part.server.is_ready():
                self._welcome(part)
        if before != [(part.state, part.restarts) for part in self.parts]:
            self._write_page()

    def _bury(self, part: Part, now: float) -> None:
        code = part.server.process.returncode if part.server.process else None
        part.server.kill()
        delay = part.next_delay(now)
        part.restarts += 1
        part.due_at = now + delay
        part.enter("waiting")
        self.log.say(
            "platform", f"{part.name} ended ({_how(code)}); starting it again" + f" in {delay} s" * (delay > 0)
        )

    def _welcome(self, part: Part) -> None:
        part.server.settle()
        part.enter("ready")
        self.log.say("platform", f"{part.name} is ready after {time.monotonic() - part.began_at:.2f} s")

    def _spawn(self, server: Server) -> threading.Thread:
        server.home.mkdir(parents=True, exist_ok=True)
        server.spawn(subprocess.PIPE)
        assert server.process is not None
        assert server.process.stdout is not None
        return self.log.follow(server.name, server.process.stdout, shown=server.shown)

    def _look_at_freshclam(self) -> None:
        if self.freshclam.process is None or self.freshclam.is_alive:
            return
        if self.freshclam.succeeded:
            self.clamd.signatures.prepare()
            self.clamd.reload()
            self.log.say("platform", "real virus signatures are there; clamd reads them now")
        else:
            self._fetching.join(LOG_SECONDS_MAX)
            reason = self.freshclam.reason_in(self.log.end_of(self.freshclam.name))
            self.log.say("platform", f"freshclam could not fetch signatures ({reason}); going on with what is there")
        self.freshclam.process = None

    def _stop(self) -> None:
        """Those who work first, so that they can finish on servers that still answer."""
        self.log.say("platform", "stopping")
        self._write_page("stopping")
        servers = (self.nats, self.store, self.clamd)
        self._end([part for part in self.parts if part.server not in servers])
        self._end([part for part in self.parts if part.server in servers])
        self.freshclam.kill()
        self._write_page("stopped")
        self.log.say("platform", "stopped")

    def _end(self, parts: Sequence[Part]) -> None:
        for part in parts:
            part.server.terminate()
        deadline = time.monotonic() + STOP_SECONDS_MAX
        while any(part.server.is_alive for part in parts) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        for part in parts:
            if part.server.is_alive:
                self.log.say("platform", f"{part.name} did not end in {STOP_SECONDS_MAX:.0f} s; ending it by force")
        self._kill(parts)

    def _kill(self, parts: Iterable[Part]) -> None:
        for part in parts:
            part.server.kill()
            part.enter("stopped")

    def _write_page(self, state: str | None = None) -> None:
        self._state = state or self._state
        self.home.write_page(
            {
                "state": self._state,
                "signatures": "real" if self.clamd.signatures.are_real else "eicar-only",
                "clamd_socket": str(self.clamd.socket_path),
                "parts": {part.name: part.as_json() for part in self.parts},
            }
        )


def _how(code: int | None) -> str:
    if code is None:
        return "no code"
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
