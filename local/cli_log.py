"""Commands that look at the record itself: `watch`, `provision`, and `rebuild` of what is made from it."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from local import checks_under_way
from local.home import Home
from local.nats_server import http_status
from local.operating import as_operator
from local.ports import is_free
from local.server import wait_until
from local.terminal import AsJson, CommandError, console, literal, print_json, print_line, print_line_of_json
from shared.messaging.connection import Connection
from shared.messaging.events import Recorded
from shared.messaging.log import Log

READ_MODELS = ("review", "publisher")
REBUILD_SECONDS = 300.0


def watch(
    project: Annotated[str | None, typer.Argument(help="Only what happens to this project.")] = None,
    after: Annotated[int | None, typer.Option(help="Begin after this sequence; 0 is the beginning of time.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many events.")] = None,
    progress: Annotated[
        bool | None,
        typer.Option(
            help="Show how far checks are that take long: the last line of a terminal, and there the default; "
            "elsewhere one line for each step."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show events as they are appended, until Ctrl-C."""
    is_shown = console.is_terminal and not as_json if progress is None else progress

    async def follow(connection: Connection) -> None:
        under_way = checks_under_way.UnderWay(project)
        async with checks_under_way.shown(connection, under_way, as_json=as_json) if is_shown else nullcontext():
            await _follow(Log(connection), after, count, lambda event: _shown(event, project, as_json))

    try:
        as_operator(follow)
    except KeyboardInterrupt:
        return


async def _follow(log: Log, after: int | None, count: int | None, show: Callable[[Recorded], bool]) -> None:
    """Give every event to `show` until it has shown so many."""
    left = count
    async for batch in log.follow(await log.last_sequence() if after is None else after):
        for event in batch:
            if show(event) and left is not None:
                left -= 1
                if left == 0:
                    return


def provision(
    replicas: Annotated[int, typer.Option(min=1, max=5, help="Copies of each stream: 3 in a cluster.")] = 1,
    apply: Annotated[bool, typer.Option("--apply", help="Change what stands there differently, in place.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create the streams, buckets and consumers that are missing.

    Where something stands there differently it is named, nothing is changed, and the exit code is 1. With --apply it is
    changed, unless that would lose messages or NATS cannot change it: then the text says what to do instead.
    """
    from shared.messaging.streams import DriftError
    from shared.messaging.upgrade import provision as bring

    try:
        lines = as_operator(lambda connection: bring(connection.js, replicas=replicas, apply=apply))
    except DriftError as error:
        raise CommandError(str(error)) from error
    if as_json:
        print_json(lines)
        return
    console.print("\n".join(lines) or "everything stands as declared", markup=False)


def rebuild(
    service: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(READ_MODELS)}; all when none.")] = None,
) -> None:
    """Throw read models away; a running service makes its own again from the record, a stopped one when it starts."""
    home = Home.current()
    wanted = service or list(READ_MODELS)
    if strangers := sorted(set(wanted) - set(READ_MODELS)):
        raise CommandError(f"{', '.join(strangers)}: no read model there; {' and '.join(READ_MODELS)} have one")
    for name in wanted:
        console.print(f"{name}: {_rebuilt(home.path / 'services' / name, home.ports.service(name))}")


def _rebuilt(folder: Path, port: int) -> str:
    """Throw one read model away and tell what becomes of it; wait for a service that runs."""
    if not _remove_read_model(folder):
        return "there was none"
    if is_free(port):
        return "will be made again when it starts"
    if wait_until(lambda: any(folder.glob("*.sqlite")) and http_status(port, "/readyz") == 200, REBUILD_SECONDS):
        return "made again from the record"
    raise CommandError(f"{folder.name} was not ready {REBUILD_SECONDS:.0f} s later; `results status` tells why")


def _remove_read_model(folder: Path) -> bool:
    """The main file goes first: that is what its service looks at."""
    files = sorted(folder.glob("*.sqlite*"), key=lambda path: len(path.name))
    for file in files:
        file.unlink(missing_ok=True)
    return bool(files)


def _shown(event: Recorded, project: str | None, as_json: bool) -> bool:
    """Print an event, and say so; not one of another project."""
    if project is not None and event.address.project_id != project:
        return False
    if as_json:
        print_line_of_json(_described(event))
        return True
    moment = event.time.astimezone().time().isoformat(timespec="milliseconds")
    print_line(
        f"[dim]{event.sequence:>7} {moment}[/]"
        f" [cyan]{literal(event.subject)}[/] [bold]{literal(event.happened)}[/] [dim]by {literal(event.actor)}[/]"
    )
    return True


def _described(event: Recorded) -> dict[str, Any]:
    attributes = {name.removeprefix("ce-"): text for name, text in event.headers.items() if name.startswith("ce-")}
    return {"sequence": event.sequence} | attributes | {"data": json.loads(event.data)}
