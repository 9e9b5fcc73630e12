"""A child tries what it must not be able to do, so that readiness tells what is, not what was asked for."""

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path


def holes() -> list[str]:
    """Return what is still possible in this process; empty when the isolation is whole."""
    attempts: dict[str, Callable[[], None]] = {
        "network": _network,
        "processes": _processes,
        "files": _files,
        "signals": _signals,
    }
    return [name for name, attempt in attempts.items() if _succeeds(attempt)]


def _succeeds(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _network() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect(("127.0.0.1", 9))


def _processes() -> None:
    if os.fork() == 0:
        os._exit(0)
    os.wait()


def _files() -> None:
    path = Path(tempfile.gettempdir()) / f"self-test-{os.getpid()}"
    with path.open("wb") as file:
        file.write(b"x")
    path.unlink()


def _signals() -> None:
    os.kill(os.getppid(), 0)
