"""`results backup`, `archive`, `restore` and `verify`."""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from typing import Annotated, Any

import typer
from prometheus_client import start_http_server

from local.ops import platform as platforms
from local.ops import vault as vaults
from local.ops.archive_check import checked
from local.ops.backup import Backup
from local.ops.following import Follower
from local.ops.log_archive import LogArchive
from local.ops.platform import Access, access, archive_settings
from local.ops.restore import Restore
from local.ops.segments import BrokenArchiveError
from local.ops.verifying import verified
from local.terminal import AsJson, CommandError, console, print_json, print_line_of_json
from shared.errors import TransientError
from shared.settings import variable

_ARCHIVE = variable("archive_to")
Where = Annotated[
    str, typer.Option(envvar=_ARCHIVE, help="A folder, or s3://bucket/prefix with RESULTS_ARCHIVE_S3_... keys.")
]
From = Annotated[str, typer.Option("--from", envvar=_ARCHIVE, help="The archive: a folder or s3://bucket/prefix.")]
MetricsPort = Annotated[
    int | None,
    typer.Option(envvar=variable("http_admin_port"), help="Serve Prometheus metrics there, on every address."),
]
FOLLOWER_WAITS_SECONDS = 60.0
archive = typer.Typer(no_args_is_help=True, help="The log in sealed, chained files outside NATS.")


def backup(
    to: Where,
    keep: Annotated[int, typer.Option(min=1, help="Runs whose sets (people, answers, inbox) are kept.")] = 7,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on: the log every 15 s, a whole run every hour.")
    ] = False,
    every: Annotated[float, typer.Option(min=1, help="With --follow: seconds between whole runs.")] = 3600.0,
    beside_archive: Annotated[
        bool, typer.Option("--beside-archive", help="`results archive follow` writes the log: wait for it.")
    ] = False,
    metrics_port: MetricsPort = None,
    as_json: AsJson = False,
) -> None:
    """Write what is new into an archive. Exit code 1 when the log names bytes that no bucket holds."""
    found = access()
    if follow:
        _run(_followed(found, to, as_json, metrics_port, keep=keep, every=every))
    elif _run(_backed_up(found, to, keep, beside_archive, as_json)):
        raise typer.Exit(1)


async def _backed_up(found: Access, to: str, keep: int, beside_archive: bool, as_json: bool) -> list[str]:
    async with platforms.opened(found) as platform, vaults.opened(to, found.archive) as vault:
        done = await Backup(LogArchive(platform, vault, beside_archive)).run(keep=keep)
        _report(asdict(done), as_json)
        return done.missing


@archive.command("follow")
def archive_follow(to: Where, metrics_port: MetricsPort = None, as_json: AsJson = False) -> None:
    """Write the log and its bytes every 15 s, for ever. One process an archive; whole runs are `backup`'s."""
    _run(_followed(access(), to, as_json, metrics_port))


@archive.command("verify")
def archive_verify(
    source: From,
    objects: Annotated[bool, typer.Option(help="Read every object and compare its digest.")] = False,
    as_json: AsJson = False,
) -> None:
    """Prove that an archive is whole: chain, runs and objects. No platform is needed. Exit code 1 when it is not."""

    async def check() -> dict[str, Any]:
        settings = None if "://" not in source else archive_settings()
        async with vaults.opened(source, settings) as vault:
            return asdict(await checked(vault, read_objects=objects))

    told = _run(check())
    _report(told, as_json, once=True)
    if told["complaints"]:
        raise typer.Exit(1)


async def _followed(
    found: Access, to: str, as_json: bool, metrics_port: int | None, *, keep: int = 7, every: float | None = None
) -> None:
    if metrics_port:
        start_http_server(metrics_port)
    async with (
        platforms.opened(found, within_seconds=FOLLOWER_WAITS_SECONDS) as platform,
        vaults.opened(to, found.archive) as vault,
    ):
        tell = lambda told: _report(told, as_json)  # noqa: E731
        await Follower(platform, vault, tell, keep=keep, runs_every_seconds=every).forever()


def restore(
    source: From,
    to_sequence: Annotated[
        int | None,
        typer.Option(min=1, envvar=variable("restore_to_sequence"), help="Only what was in the log up to here."),
    ] = None,
    replicas: Annotated[
        int, typer.Option(min=1, max=5, envvar=variable("replicas"), help="Copies of each stream: 3 in a cluster.")
    ] = 1,
    check: Annotated[bool, typer.Option(help="Verify the platform afterwards, bytes included.")] = True,
    as_json: AsJson = False,
) -> None:
    """Fill a fresh platform from an archive, its services stopped. Run it again to go on after a break.

    On this machine no platform need run: the servers of RESULTS_HOME are started for it and stopped again.
    """
    found = access()
    with _servers(found):
        done, complaints = _run(_restored(found, source, to_sequence, replicas, check))
    _report(asdict(done) | {"complaints": complaints}, as_json, once=True)
    if done.missing or complaints:
        raise typer.Exit(1)


async def _restored(
    found: Access, source: str, to_sequence: int | None, replicas: int, check: bool
) -> tuple[Any, list[str]]:
    async with platforms.opened(found) as platform, vaults.opened(source, found.archive) as vault:
        done = await Restore(platform, vault).run(to_sequence=to_sequence, replicas=replicas)
        return done, (await verified(platform)).complaints if check else []


def _servers(found: Access) -> AbstractContextManager[object]:
    """The servers of the local home, where that is what is meant and they do not run."""
    import os

    if "RESULTS_NATS_URL" in os.environ:
        return nullcontext()
    from local.stores import stores_of_home

    return stores_of_home()


def verify(
    buckets: Annotated[bool, typer.Option(help="Read every published content and compare its digest.")] = True,
    as_json: AsJson = False,
) -> None:
    """Prove that what must always hold did hold: from the record, and from the bytes where keys are known.

    Exit code 1 when something did not.
    """
    found = access()
    if found.store is None and buckets:
        console.print("no keys of the object store: the record alone is checked")

    async def check() -> dict[str, Any]:
        async with platforms.opened(found) as platform:
            return (await verified(platform, buckets=buckets and found.store is not None)).as_json()

    told = _run(check())
    if as_json:
        print_json(told)
    else:
        console.print("\n".join(told["complaints"]) or _all_held(told), markup=False)
    if told["complaints"]:
        raise typer.Exit(1)


def _all_held(told: dict[str, Any]) -> str:
    looked = f", {told['digests']} published contents" if told["digests"] is not None else ""
    return f"{told['events']} events{looked}: everything held"


def _run(work: Any) -> Any:
    try:
        return asyncio.run(work)
    except BrokenArchiveError as error:
        raise CommandError(f"the archive is broken: {error}") from error
    except TransientError as error:
        raise CommandError(f"broken off: {error}; run it again to go on") from error
    except OSError as error:
        where = error.filename2 or error.filename
        said = f"{where}: {error.strerror}" if where else str(error) or "no answer in time"
        raise CommandError(f"broken off: {said}; run it again to go on") from error


def _report(told: dict[str, Any], as_json: bool, *, once: bool = False) -> None:
    if as_json:
        (print_json if once else print_line_of_json)(told)
        return
    console.print(", ".join(f"{name} {value}" for name, value in _shown(told)), markup=False)
    for name in ("missing", "put_back", "receipts_after", "complaints"):
        for one in told.get(name, ()):
            console.print(f"  {name.replace('_', ' ')}: {one}", markup=False)


def _shown(told: dict[str, Any]) -> list[tuple[str, object]]:
    counts = {name: len(value) if isinstance(value, list) else value for name, value in told.items()}
    return [
        (name.replace("_", " "), round(value, 1) if isinstance(value, float) else value)
        for name, value in counts.items()
    ]
