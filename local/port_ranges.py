"""A range of ports for a platform that nobody has asked for by number: tests, demo and bench run side by side."""

import fcntl
import os
import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from local.ports import Ports, PortTakenError

# Below the ports that the system gives to outgoing connections, the store's inner ones (10,000 higher) included.
_BASES = range(12_000, 19_900, 100)


@contextmanager
def reserved_ports() -> Iterator[Ports]:
    """A free range, held against other processes of ours until the end of the block."""
    for base in random.sample(_BASES, len(_BASES)):
        ports = Ports(base)
        with _lock_path(base).open("w") as lock:
            if _locked(lock) and _is_free(ports):
                yield ports
                return
    raise PortTakenError("no free range of ports is left on this machine")


def _lock_path(base: int) -> Path:
    folder = Path(tempfile.gettempdir()) / f"results-ports-{os.geteuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / str(base)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_free(ports: Ports) -> bool:
    try:
        ports.require_free()
    except PortTakenError:
        return False
    return True
