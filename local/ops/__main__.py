"""What the image for operations runs: `python -m local.ops archive follow`, `backup`, `restore`, `verify` and others.

The same commands as those of `results`. Addresses and keys come from the environment alone. Ends with 2 when a setting
is wrong or missing, as services do.
"""

import sys

import typer

from local.ops.commands import add_to
from local.terminal import CommandError
from shared.settings import SettingsError
from shared.telemetry import configure

app = typer.Typer(
    name="results",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Keep, restore and prove the record of a results platform.",
)
add_to(app)


def main() -> None:
    """Say what is wrong in a sentence where we know it; a traceback is for our own bugs."""
    configure("operations", log_format="json", level="error")
    try:
        app()
    except (CommandError, SettingsError) as error:
        print(f"results: {error}", file=sys.stderr)
        sys.exit(2 if isinstance(error, SettingsError) else 1)


if __name__ == "__main__":
    main()
