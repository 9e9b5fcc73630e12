"""A platform of one's own in a process of its own: for the demo, the tests and the benchmarks."""

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.credentials import Credentials
from local.home import Home
from local.nats_server import http_status
from local.parts import ROOT
from local.port_ranges import reserved_ports
from local.ports import SERVICES, Ports
from local.server import Command, Server, StartError, wait_until
from local.tokens import Claims
from shared.http.roles import Role

START_SECONDS_MAX = 130.0


class RunningPlatform(Server):
    """`results up` as a child. `environment` adds settings, for example RESULTS_REPORT_SOURCES."""

    name = "platform"
    stop_seconds_max = 25.0

    def __init__(self, home: Path, ports: Ports, environment: Mapping[str, str] | None = None) -> None:
        super().__init__(home)
        self._home = Home(home.absolute(), ports)
        self._environment = environment or {}

    def command(self) -> Command:
        settings = {
            "RESULTS_HOME": str(self._home.path),
            "RESULTS_PORT_BASE": str(self._home.ports.base),
            "RESULTS_FRESHCLAM": "off",
        }
        environment = {key: text for key, text in os.environ.items() if not key.startswith("RESULTS_")} | settings
        argv = (sys.executable, "-m", "local.cli", "up")
        return Command(argv=argv, environment=environment | dict(self._environment), folder=ROOT)

    def prepare(self) -> None:
        """Nothing of a former run may be taken for this one."""
        self._home.page_path.unlink(missing_ok=True)

    def is_ready(self) -> bool:
        return self.page.get("state") == "ready"

    @property
    def page(self) -> dict[str, Any]:
        """What platform.json says now: urls, parts with their process ids, and where the rest is."""
        return self._home.page() or {}

    @property
    def urls(self) -> dict[str, str]:
        return self._home.urls

    @property
    def ports(self) -> Ports:
        return self._home.ports

    @property
    def pids(self) -> dict[str, int]:
        """The process of every part that runs now."""
        return {name: part["pid"] for name, part in self.page["parts"].items() if part["pid"]}

    @property
    def credentials(self) -> Credentials:
        return Credentials.of_home(self._home.path)

    def token(
        self,
        role: str | Sequence[str],
        sub: str,
        *,
        na: Sequence[str] = (),
        projects: Sequence[str] = (),
        name: str | None = None,
        lifetime_seconds: int = 3600,
    ) -> str:
        """A token as `results token` prints it. `role` may be several."""
        roles = [Role(one) for one in ([role] if isinstance(role, str) else role)]
        claims = Claims(sub=sub, roles=roles, na=na, projects=projects, name=name)
        return self._home.signer().sign(claims, lifetime_seconds=lifetime_seconds)

    def kill_part(self, name: str) -> int:
        """SIGKILL one part, as a crash would; answers the process id that is no more."""
        pid = self.pids[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    def wait_serving(self, seconds_max: float = 10.0) -> float:
        """Wait until every part runs and every service says that it is ready; answers the seconds that it took."""
        began = time.monotonic()
        if not wait_until(self._all_serve, seconds_max):
            raise StartError(f"not serving within {seconds_max} s: {self.page.get('parts')}")
        return time.monotonic() - began

    def _all_serve(self) -> bool:
        parts = self.page.get("parts", {})
        return (
            self.is_ready()
            and all(part["state"] == "ready" and _runs(part["pid"]) for part in parts.values())
            and all(http_status(self.ports.service(name), "/readyz") == 200 for name in SERVICES if name in parts)
        )

    def log_of(self, part: str) -> str:
        """Everything that a part has said in this home."""
        return (self._home.path / "logs" / f"{part}.log").read_text(errors="replace")


@contextmanager
def running_platform(home: Path, environment: Mapping[str, str] | None = None) -> Iterator[RunningPlatform]:
    """A platform on ports that nobody uses, ready; ended with everything it started at the end of the block."""
    with reserved_ports() as ports:
        platform = RunningPlatform(home, ports, environment)
        platform.start(START_SECONDS_MAX)
        try:
            yield platform
        finally:
            platform.stop()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
