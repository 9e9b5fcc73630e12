"""What was measured, beside its reference and its target; as a table for people and as JSON for machines."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value. `better` says in which direction `target` lies; without a target it only informs."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    reference_name: str = ""
    target: float | None = None
    better: Literal["lower", "higher"] = "lower"

    @property
    def ratio(self) -> float | None:
        """How the measured value compares to its reference."""
        return self.value / self.reference if self.reference else None

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value <= self.target if self.better == "lower" else self.value >= self.target

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": self.ratio, "ok": self.is_met}


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which `percent` of all lie, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * int(percent) // 100) - 1))]


def latencies(
    name: str,
    seconds: Sequence[float],
    reference: Sequence[float],
    reference_name: str,
    *,
    p50_target: float | None = None,
    p99_target: float | None = None,
) -> list[Figure]:
    """p50 and p99 in milliseconds, each beside the same percentile of the reference. Targets in milliseconds too."""
    return [
        Figure(
            name=f"{name}, p{percent}",
            value=percentile(seconds, percent) * 1e3,
            unit="ms",
            reference=percentile(reference, percent) * 1e3,
            reference_name=reference_name,
            target=target,
        )
        for percent, target in ((50, p50_target), (99, p99_target))
    ]


def show(figures: Sequence[Figure], remarks: Sequence[str]) -> None:
    """Print the table and what has to be known beside it."""
    table = Table(title="results platform, measured from outside", title_justify="left")
    table.add_column("figure")
    for column in ("measured", "reference", "ratio", "target"):
        table.add_column(column, justify="right")
    table.add_column("ok")
    for one in figures:
        table.add_row(one.name, _amount(one.value, one.unit), _reference(one), _ratio(one), _target(one), _mark(one))
    console = Console(width=None if Console().is_terminal else 150)
    console.print(table)
    for remark in remarks:
        console.print(remark, highlight=False)


def save(path: Path, figures: Sequence[Figure], machine: dict[str, Any]) -> None:
    path.write_text(json.dumps({"machine": machine, "figures": [one.as_json() for one in figures]}, indent=2) + "\n")


def _amount(value: float, unit: str) -> str:
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def _reference(one: Figure) -> str:
    return f"{one.reference_name} {_amount(one.reference, one.unit)}" if one.reference is not None else ""


def _ratio(one: Figure) -> str:
    return f"{one.ratio:.2f}" if one.ratio is not None else ""


def _target(one: Figure) -> str:
    if one.target is None:
        return ""
    return f"{'at most' if one.better == 'lower' else 'at least'} {_amount(one.target, one.unit)}"


def _mark(one: Figure) -> str:
    return {None: "", True: "[green]yes[/]", False: "[bold red]NO[/]"}[one.is_met]
