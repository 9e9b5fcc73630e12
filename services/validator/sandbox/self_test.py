"""A child tries what it must not be able to do, so that readiness tells what is, not what was asked for."""

import ctypes
import os
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def holes() -> list[str]:
    """Return what is still possible in this process; empty when the isolation is whole."""
    attempts: dict[str, Callable[[], None]] = {
        "network": _network,
        "processes": _processes,
        "files": _files,
        "signals": _signals,
        "other processes": _other_processes,
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
    """By either of two calls: a thread is as good as its process."""
    service = os.getppid()
    with suppress(OSError):
        os.kill(service, 0)
        return
    send = getattr(ctypes.CDLL(None), "tgkill", None)
    if send is None or send(service, service, 0) != 0:
        raise PermissionError


def _other_processes() -> None:
    """The environment of the service holds its passwords."""
    Path(f"/proc/{os.getppid()}/environ").read_bytes()
