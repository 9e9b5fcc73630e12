"""How the `results` command speaks: a table for people, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]

# Into a pipe a table is as wide as it needs to be.
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)
_STYLES = {
    "passed": "green", "valid": "green", "ready": "green", "ok": "green", "approved": "green", "published": "green",
    "failed": "red", "malware": "red", "invalid": "red", "quarantined": "red", "away": "red", "error": "red",
    "warning": "yellow", "check_failed": "yellow", "validating": "yellow", "starting": "yellow", "waiting": "yellow",
}  # fmt: skip


class CommandError(Exception):
    """What the person at the terminal is told, in a sentence."""


def print_json(content: object) -> None:
    """Plain JSON, never coloured or wrapped, so that it can be piped."""
    print(json.dumps(content, indent=2, ensure_ascii=False, default=str))


def print_line_of_json(content: object) -> None:
    print(json.dumps(content, ensure_ascii=False, default=str), flush=True)


def print_line(markup: str, to: Console = console) -> None:
    """One line for one thing: on a terminal cut to its width, in a pipe whole."""
    if to.is_terminal:
        to.print(markup, soft_wrap=False, no_wrap=True, overflow="ellipsis", crop=True)
    else:
        to.print(markup)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, empty: str) -> None:
    """The rows under their columns, or a sentence when there are none. Words of state are coloured."""
    shown = [[styled(cell) for cell in row] for row in rows]
    if not shown:
        console.print(empty)
        return
    table = Table(*columns, box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for row in shown:
        table.add_row(*row)
    console.print(table)


def styled(cell: object) -> str:
    text = "" if cell is None else str(cell)
    style = _STYLES.get(text.removesuffix("…"))
    return f"[{style}]{literal(text)}[/]" if style else literal(text)


def literal(text: object) -> str:
    """Return a text that others wrote as it may stand in markup: it is neither markup nor a command to the terminal."""
    return escape(
        "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in str(text))
    )
