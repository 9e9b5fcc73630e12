"""The account of the story as it happens: chapters, steps with their times, refusals, and files with their states."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn
from rich.table import Table

from local.demo.client import Report

COLOURS = {
    "valid": "green", "approved": "green", "public": "bold green", "withheld": "cyan", "validating": "yellow",
    "invalid": "red", "quarantined": "bold red", "check_failed": "magenta", "deleted": "dim", "refused": "red",
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """One file in a table: what it is, where it stands, how it came there."""

    name: str
    size: int
    state: str = ""
    note: str = ""


@dataclass(slots=True)
class Account:
    """Writes to a terminal, or plainly into a file."""

    console: Console
    began: float = field(default_factory=time.monotonic)
    _chapters: int = 0

    def chapter(self, title: str) -> None:
        self._chapters += 1
        self.console.print(f"\n[bold]{self._chapters}. {escape(title)}[/bold]")

    def did(self, what: str, *, seconds: float | None = None) -> None:
        took = f"  [dim]{spoken(seconds)}[/dim]" if seconds is not None else ""
        self._line("[green]✓[/green]", f"{escape(what)}{took}")

    def note(self, what: str) -> None:
        self._line(" ", f"[dim]{escape(what)}[/dim]")

    def refused(self, what: str, problem: dict[str, Any]) -> None:
        """A refusal that was expected: code, rule and the advice that the caller got."""
        rule = f" [dim]({problem['rule']})[/dim]" if problem.get("rule") else ""
        self._line("[green]✓[/green]", f"{escape(what)}: [yellow]{problem['status']} {problem['code']}[/yellow]{rule}")
        self.note(problem["detail"])

    def failed(self, what: str) -> None:
        self._line("[bold red]✗[/bold red]", f"[red]{escape(what)}[/red]")

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        with self.console.status(escape(what)):
            yield

    @contextmanager
    def sending(self, name: str, size: int, start: int = 0) -> Iterator[Report]:
        """A bar that is moved by telling it how many bytes have gone."""
        columns = (TextColumn("          {task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=self.console, transient=True) as bars:
            task = bars.add_task(escape(name), total=size, completed=start)
            yield lambda come: bars.update(task, completed=come)

    @contextmanager
    def watching(self, lines: Sequence[Line]) -> Iterator[None]:
        """A table that follows its lines while they change."""
        with Live(get_renderable=lambda: self._files(lines), console=self.console, refresh_per_second=12):
            yield
        if not self.console.is_terminal:
            self.console.line()

    def table(self, title: str, lines: Sequence[Line]) -> None:
        self.console.print()
        self.console.print(f"[bold]{escape(title)}[/bold]")
        self.console.print(self._files(lines))

    def _files(self, lines: Sequence[Line]) -> Table:
        table = Table(box=None, padding=(0, 1), pad_edge=False, show_header=False)
        for _ in range(2):
            table.add_column()
        table.add_column(justify="right")
        for line in lines:
            colour = COLOURS.get(line.state, "white")
            state = f"[{colour}]{escape(line.state)}[/{colour}]"
            table.add_row(" " * 9, escape(line.name), f"{line.size:,}", state, escape(line.note))
        return table

    def _line(self, mark: str, text: str) -> None:
        row = Table.grid(padding=(0, 1))
        row.add_row(f"[dim]{time.monotonic() - self.began:6.1f} s[/dim]", mark, text)
        self.console.print(row)


def spoken(seconds: float) -> str:
    """A duration as people read it."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
