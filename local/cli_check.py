"""`results check`: the validator's own checks on files of this machine, with or without a running platform."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from local.clamav import ClamdServer
from local.home import Home, PlatformSettings
from local.port_ranges import reserved_ports
from local.signatures import Signatures
from local.terminal import AsJson, console, literal, print_json, print_table, styled
from shared.contracts.verdict import VerdictOutcome
from shared.settings import load

if TYPE_CHECKING:
    from services.validator.local_check import CheckedFile

EXIT_CODES = {VerdictOutcome.PASSED: 0, VerdictOutcome.FAILED: 1, VerdictOutcome.MALWARE: 1, VerdictOutcome.ERROR: 2}


def check(
    file: Annotated[list[Path], typer.Argument(help="Files to judge.")],
    as_json: AsJson = False,
) -> None:
    """Judge files as the validator would. Exit code 1 when one is refused, 2 when a check could not run."""
    from services.validator.local_check import check_files, worst

    with _clamd() as address:
        judged = asyncio.run(check_files(file, address))
    if as_json:
        print_json([_described(one) for one in judged])
    else:
        for one in judged:
            _print(one)
    raise typer.Exit(EXIT_CODES[worst(judged)])


@contextmanager
def _clamd() -> Iterator[str]:
    """The platform's clamd where one runs, else one for the moment."""
    home = Home.current()
    running = ClamdServer(home.path / "clamd", home.ports)
    if running.is_ready():
        yield running.address
        return
    with (
        TemporaryDirectory(prefix="results-check-") as folder,
        reserved_ports() as ports,
        ClamdServer(Path(folder), ports, signatures=_signatures(home, Path(folder))) as server,
    ):
        yield server.address


def _signatures(home: Home, folder: Path) -> Signatures:
    wanted = load(PlatformSettings).freshclam == "auto"
    return Signatures.of_home(home.path, folder=folder / "signatures", real=wanted)


def _print(judged: "CheckedFile") -> None:
    about = judged.fault or f"{judged.size:,} bytes, {judged.detected_type or 'unknown type'}"
    console.print(f"[bold]{literal(judged.path)}[/]  {styled(judged.outcome.value)}  ({literal(about)})")
    print_table(
        ("  check", "outcome", "finding", "where"),
        (row for result in judged.checks for row in _rows(result.model_dump(mode="json"))),
        empty="  no check could run",
    )


def _rows(result: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    name = f"  {result['check']}"
    if not result["findings"]:
        yield name, result["outcome"], "", ""
    for number, finding in enumerate(result["findings"]):
        location = {key: value for key, value in (finding["location"] or {}).items() if value is not None}
        where = ", ".join(f"{key} {value}" for key, value in location.items())
        shown = (name, result["outcome"]) if number == 0 else ("", "")
        yield *shown, f"{finding['code']}: {finding['message']['en']}", where


def _described(judged: "CheckedFile") -> dict[str, Any]:
    return {
        "file": judged.path,
        "size": judged.size,
        "outcome": judged.outcome.value,
        "detected_type": judged.detected_type,
        "fault": judged.fault,
        "checks": [result.model_dump(mode="json") for result in judged.checks],
    }
