"""One child process: started in a group of its own, ready when it says so, and gone when its parent is.

`start` must be called from a thread that lives as long as the child: Linux sends the parent-death signal when the
*thread* that forked ends.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from local.ports import is_free

READY_SECONDS_MAX = 20.0
STOP_SECONDS_MAX = 6.0
POLL_SECONDS = 0.02


class StartError(Exception):
    """A server died or stayed silent while it was expected to become ready."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run. `environment` is the whole environment of the child, nothing is inherited beside it."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path


class Server(ABC):
    """A process with a configuration to write first, a probe that tells when it serves, and a home of its own."""

    name: str
    shown = re.compile(r"")
    """The lines worth a person's eye in the merged log; its own log file has them all."""
    stop_seconds_max = STOP_SECONDS_MAX

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None
        self._swept = True

    @abstractmethod
    def command(self) -> Command:
        """What to run."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it serves now. Answers within a second and never raises."""

    @property
    def listens_on(self) -> tuple[int, ...]:
        """The ports it takes: another process there could be taken for this one."""
        return ()

    @abstractmethod
    def prepare(self) -> None:
        """Write what the process reads when it starts."""

    def settle(self) -> None:  # noqa: B027 - most servers are done when they are ready
        """What has to be done to the running server once it is ready. May be done again."""

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was never started"
        return self.process.pid

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def spawn(self, output: int | IO[bytes]) -> None:
        """Prepare and start the process, without waiting; stdout and stderr go to `output`."""
        self.prepare()
        command = self.command()
        self.process = subprocess.Popen(
            (*_dies_with_parent(), *command.argv),
            cwd=command.folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._swept = False

    def start(self, seconds_max: float = READY_SECONDS_MAX) -> Self:
        """Start and wait until it serves. StartError with the end of its log when it does not."""
        for port in self.listens_on:
            if not is_free(port):
                raise StartError(f"{self.name} cannot listen on port {port}: it is taken")
        self.home.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self.spawn(log)
        try:
            self.wait_ready(seconds_max)
        except BaseException:
            self.kill()
            raise
        self.settle()
        return self

    def wait_ready(self, seconds_max: float = READY_SECONDS_MAX) -> None:
        if not wait_until(lambda: self.is_ready() or not self.is_alive, seconds_max):
            raise StartError(f"{self.name} was not ready within {seconds_max:.0f} s\n{self.log_end()}")
        if not self.is_alive:
            raise StartError(f"{self.name} ended while starting\n{self.log_end()}")

    def terminate(self) -> None:
        """Ask it to end; `stop` waits as well."""
        self._signal(signal.SIGTERM)

    def stop(self) -> None:
        """End it in good order, by force when it takes longer than `stop_seconds_max`."""
        self.terminate()
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.stop_seconds_max)
        self.kill()

    def kill(self) -> None:
        """End it and whatever it has started, at once. Once it has ended, its number belongs to others."""
        self._signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
        self._swept = True

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None and not self._swept:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def restart(self) -> Self:
        self.stop()
        return self.start()

    @property
    def log_path(self) -> Path:
        return self.home / f"{self.name}.log"

    def log_end(self, lines: int = 15) -> str:
        """The last lines of its log, to explain a failure."""
        with suppress(OSError):
            return "\n".join(self.log_path.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()


def wait_until(fact: Callable[[], bool], seconds_max: float) -> bool:
    """Whether `fact` came true within `seconds_max`."""
    deadline = time.monotonic() + seconds_max
    while not fact():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def binary(name: str) -> str:
    """The path of a program that set-up installs, in the virtual environment or on the system."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name, path=f"{os.defpath}:/usr/sbin:/usr/local/sbin:/sbin")
    if found is None:
        raise StartError(f"{name} is not installed: run `make setup`")
    return found


def _dies_with_parent() -> tuple[str, ...]:
    setpriv = shutil.which("setpriv", path=f"{os.defpath}:/usr/sbin:/sbin")
    return (setpriv, "--pdeathsig", "KILL", "--") if setpriv else ()
