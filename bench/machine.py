"""The machine: what it is, how much of it others took meanwhile, and how large our processes became."""

import os
import platform as python_platform
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


class Platform(Protocol):
    """The process of every part, and the one that started them."""

    @property
    def pids(self) -> dict[str, int]: ...

    @property
    def pid(self) -> int: ...


def described() -> dict[str, Any]:
    """Date, processor, memory and versions."""
    models = [line.split(":", 1)[1].strip() for line in _lines(PROC / "cpuinfo") if line.startswith("model name")]
    memory = next(int(line.split()[1]) for line in _lines(PROC / "meminfo") if line.startswith("MemTotal"))
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": models[0] if models else python_platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(memory / (1 << 20), 1),
        "system": python_platform.platform(),
        "python": python_platform.python_version(),
    }


def peak_memory_mb(platform: Platform) -> dict[str, float]:
    """The most that each part's own process ever had in memory (VmHWM), in megabytes; its children are not in it."""
    return {name: _peak_kb(pid) / 1024 for name, pid in platform.pids.items()}


def peak_memory_of_children_mb(pid: int) -> list[float]:
    """The same for each living child of a process, in megabytes."""
    return [_peak_kb(child) / 1024 for child, _, parent, _ in _processes() if parent == pid]


def _peak_kb(pid: int) -> int:
    return next(int(line.split()[1]) for line in _lines(PROC / str(pid) / "status") if line.startswith("VmHWM"))


def processor_seconds(platform: Platform) -> dict[str, float]:
    """Processor time that each part has used with its children, and what the bench itself has used."""
    names = {pid: name for name, pid in platform.pids.items()} | {platform.pid: "supervisor"}
    used = dict.fromkeys(names.values(), 0.0) | {"bench": sum(os.times()[:4])}
    for _, session, parent, seconds in _processes():
        if name := names.get(session) or names.get(parent):
            used[name] += seconds
    return used


@dataclass(slots=True)
class Noise:
    """How much of the machine went to others since this was made."""

    platform: Platform
    _began: float = field(default_factory=time.monotonic)
    _busy: float = 0.0
    _ours: float = 0.0

    def __post_init__(self) -> None:
        self._busy, self._ours = _busy_seconds(), sum(processor_seconds(self.platform).values())

    def summary(self) -> dict[str, float]:
        """Seconds of processor time in all and of ours, and the part of the machine that others took."""
        seconds = time.monotonic() - self._began
        busy = _busy_seconds() - self._busy
        ours = sum(processor_seconds(self.platform).values()) - self._ours
        others = max(0.0, busy - ours)
        return {
            "seconds": round(seconds, 1),
            "busy_seconds": round(busy, 1),
            "own_seconds": round(ours, 1),
            "others_share": round(others / (seconds * (os.cpu_count() or 1)), 3),
            "load_1m": round(os.getloadavg()[0], 2),
        }


def _processes() -> Iterator[tuple[int, int, int, float]]:
    """Id, session, parent and processor time of every process, its ended children included."""
    for folder in PROC.iterdir():
        if folder.name.isdigit() and (lines := _lines(folder / "stat")):
            fields = lines[0].rsplit(")", 1)[1].split()
            yield int(folder.name), int(fields[3]), int(fields[1]), sum(map(int, fields[11:15])) / _TICKS


def _busy_seconds() -> float:
    user, nice, system, _, _, irq, softirq, steal, *_ = map(int, _lines(PROC / "stat")[0].split()[1:])
    return (user + nice + system + irq + softirq + steal) / _TICKS


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []
