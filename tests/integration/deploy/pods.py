"""Pods as processes: the command and the environment of the manifest."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local.nats_server import http_status
from local.ports import HOST
from local.server import Command, Server

START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 15.0


class Pod(Server):
    """The service container of one pod, ready when the probe of the manifest says so."""

    stop_seconds_max = STOP_SECONDS_MAX

    def __init__(
        self,
        name: str,
        home: Path,
        *,
        argv: tuple[str, ...],
        environment: Mapping[str, str],
        tree: Path,
        probe: Mapping[str, Any],
    ) -> None:
        super().__init__(home)
        self.name = name
        self.argv = argv
        self.environment = environment
        self.tree = tree
        self.probe = probe

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.environment['RESULTS_HTTP_PORT']}"

    @property
    def listens_on(self) -> tuple[int, ...]:
        return (int(self.environment["RESULTS_HTTP_PORT"]), self._operations)

    @property
    def _operations(self) -> int:
        return int(self.environment["RESULTS_HTTP_ADMIN_PORT"])

    def command(self) -> Command:
        return Command(argv=self.argv, environment=self.environment, folder=self.tree)

    def prepare(self) -> None:
        Path(self.environment["RESULTS_STATE_DIR"]).mkdir(parents=True, exist_ok=True)

    def is_ready(self) -> bool:
        return self.ready_status() == 200

    def ready_status(self) -> int | None:
        """What the readiness probe is answered; None when that takes longer than half a second."""
        return http_status(self._operations, self.probe["httpGet"]["path"])


def start_together(pods: Sequence[Server]) -> None:
    """Start all, then wait for all: one alone would wait for the machine, not for the others."""
    for pod in pods:
        pod.home.mkdir(parents=True, exist_ok=True)
        with pod.log_path.open("ab") as log:
            pod.spawn(log)
    for pod in pods:
        pod.wait_ready(START_SECONDS_MAX)


def stop_together(pods: list[Pod]) -> None:
    """Ask all to end, then wait for all."""
    for pod in pods:
        pod.terminate()
    for pod in pods:
        pod.stop()
