"""`results export audit`: who did what, when, why, read from the log itself; needs no service."""

import asyncio
import csv
import json
import sys
from collections.abc import AsyncIterator
from contextlib import nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TextIO

import typer

from local.ops import platform as platforms
from local.ops.audit import COLUMNS, Question, entries
from local.ops.platform import access
from local.terminal import CommandError, console

app = typer.Typer(no_args_is_help=True, help="Write what others are to have: the audit.")


class Form(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


@app.command()
def audit(
    form: Annotated[Form, typer.Option("--format", help="csv for spreadsheets, ndjson for programs.")] = Form.CSV,
    project: Annotated[str | None, typer.Option(help="Only this project.")] = None,
    actor: Annotated[str | None, typer.Option(help="Only what this `sub` or service did.")] = None,
    since: Annotated[str | None, typer.Option(help="From this moment on, as 2026-11-25 or 2026-11-25T10:00.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this moment. UTC without an offset.")] = None,
    out: Annotated[Path | None, typer.Option(help="A file instead of the terminal; never written over.")] = None,
) -> None:
    """Write a line per event, oldest first, each with a digest that holds the one before it.

    Whoever keeps the last digest can tell later that no line was changed or left out.
    """
    question = Question(project=project, actor=actor, since=_moment(since), until=_moment(until))
    try:
        target = out.open("x", newline="") if out else nullcontext(sys.stdout)
    except OSError as error:
        raise CommandError(f"cannot write {out}: {error.strerror}") from error
    try:
        with target as file:
            count = asyncio.run(_written(file, form, question))
    except BaseException as error:
        if out:
            out.unlink(missing_ok=True)  # a part of an audit is none, and would stand in the way of the next
        if out and isinstance(error, OSError) and error.strerror:
            raise CommandError(f"cannot write {out}: {error.strerror}") from error
        raise
    if out:
        console.print(f"{count} events in {out}", markup=False)


async def _written(file: TextIO, form: Form, question: Question) -> int:
    async with platforms.opened(access()) as platform:
        found = entries(platform.connection, question)
        return await (_csv(file, found) if form is Form.CSV else _ndjson(file, found))


async def _csv(file: TextIO, found: AsyncIterator[dict[str, object]]) -> int:
    table, count = csv.writer(file), 0
    table.writerow(COLUMNS)
    async for entry in found:
        table.writerow([_cell(entry[column]) for column in COLUMNS])
        count += 1
    return count


async def _ndjson(file: TextIO, found: AsyncIterator[dict[str, object]]) -> int:
    count = 0
    async for entry in found:
        file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        count += 1
    return count


def _cell(value: object) -> object:
    """What a spreadsheet would run as a formula is made a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is no moment: write 2026-11-25 or 2026-11-25T10:00:00Z") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
