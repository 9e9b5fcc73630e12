"""The commands of an operator that need a platform's servers and nothing else of this repository's `local`."""

import typer

from local.ops import cli_archive, cli_audit, cli_erase, cli_rescan


def add_to(app: typer.Typer) -> None:
    """Give them to a command line: that of this machine, or that of the image for operations."""
    app.command()(cli_archive.verify)
    app.command()(cli_archive.backup)
    app.add_typer(cli_archive.archive, name="archive")
    app.command()(cli_archive.restore)
    app.command()(cli_rescan.rescan)
    app.command()(cli_erase.erase)
    app.add_typer(cli_audit.app, name="export")
