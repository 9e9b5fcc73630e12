"""The `results` command: run the platform, speak to it, look into it."""

import os
import sys
from typing import Annotated

import typer

from local import cli_check, cli_deadletters, cli_log, cli_projects, cli_status
from local.home import Home, HomeTakenError, PlatformSettings
from local.issuer import ForeignIssuerError, issuer_url, require_own
from local.ops.commands import add_to
from local.ports import PortTakenError
from local.server import StartError
from local.terminal import CommandError
from local.tokens import LIFETIME_SECONDS, Claims
from shared.http.roles import Role
from shared.settings import SettingsError, load
from shared.telemetry import configure

app = typer.Typer(
    name="results",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Run the results platform on this machine, speak to it, look into it.",
)


@app.command()
def up() -> None:
    """Run the whole platform in the foreground until Ctrl-C."""
    from local.merged_log import MergedLog
    from local.supervisor import Supervisor

    settings = load(PlatformSettings)
    home = Home.of(settings)
    with home.held():
        Supervisor(home, settings, MergedLog(home.path / "logs")).run()


@app.command()
def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the platform running at the end, until Ctrl-C.")] = False,
) -> None:
    """Show the whole story on a platform of its own, with real files, then clean up."""
    from local.demo.run import run_demo
    from local.parts import ROOT

    sys.exit(run_demo(ROOT / "var", keep=keep))


@app.command()
def token(
    role: Annotated[list[Role], typer.Option(help="What the token lets one do. Repeat for more.")],
    sub: Annotated[str, typer.Option(help="Who it is: the subject that the record will name.")],
    na: Annotated[list[str] | None, typer.Option(help="Agency code, for example LV01. Repeat for more.")] = None,
    project: Annotated[list[str] | None, typer.Option(help="Project id. Repeat for more.")] = None,
    name: Annotated[str | None, typer.Option(help="The name that people see.")] = None,
    lifetime: Annotated[int, typer.Option(min=1, help="Seconds until it expires.")] = LIFETIME_SECONDS,
) -> None:
    """Print a token of the local issuer, and nothing else."""
    home = Home.current()
    require_own(os.environ.get("RESULTS_OIDC_ISSUER"), issuer_url(home.ports))
    claims = Claims(sub=sub, roles=role, na=na or (), projects=project or (), name=name)
    print(home.signer().sign(claims, lifetime_seconds=lifetime))


app.command()(cli_status.status)
app.command()(cli_log.provision)
app.add_typer(cli_projects.app, name="project")
app.command()(cli_projects.post)
app.command()(cli_log.watch)
app.command()(cli_check.check)
app.add_typer(cli_deadletters.app, name="deadletters")
app.command()(cli_log.rebuild)
add_to(app)


def main() -> None:
    """Say what is wrong in a sentence where we know it; a traceback is for our own bugs."""
    configure("results", log_format="console", level="error")
    try:
        app()
    except (CommandError, StartError, PortTakenError, HomeTakenError, ForeignIssuerError, SettingsError) as error:
        print(f"results: {error}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
