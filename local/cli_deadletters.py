"""`results deadletters`: what could not be handled and why; try it again, or let it go."""

import json
from typing import Annotated, Any

import typer

from local.operating import as_operator
from local.terminal import AsJson, CommandError, console, literal, print_json, print_table
from shared.messaging import deadletters
from shared.messaging.connection import Connection
from shared.messaging.deadletters import DeadLetter

app = typer.Typer(no_args_is_help=True, help="What could not be handled: look at it, try it again, or let it go.")
Number = Annotated[int, typer.Argument(help="The number that `list` shows.", min=1)]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List what waits for an operator, oldest first."""

    async def read(connection: Connection) -> list[tuple[int, DeadLetter]]:
        return [pair async for pair in deadletters.letters(connection.js)]

    found = as_operator(read)
    if as_json:
        print_json([_described(number, letter) for number, letter in found])
        return
    print_table(
        ("number", "since", "service", "code", "attempts", "subject", "reason"),
        (_row(number, letter) for number, letter in found),
        empty="no dead letters",
    )


@app.command()
def show(number: Number, as_json: AsJson = False) -> None:
    """Show one letter with the whole message."""
    letter = as_operator(lambda connection: deadletters.find(connection.js, number))
    if letter is None:
        raise CommandError(f"there is no dead letter {number}: `results deadletters list` shows what there is")
    described = _described(number, letter)
    if as_json:
        print_json(described)
        return
    for name, text in described.items():
        console.print(f"[bold]{name:<10}[/] ", end="")
        console.print(literal(json.dumps(text, indent=2, ensure_ascii=False) if isinstance(text, dict) else text))


@app.command()
def replay(number: Number) -> None:
    """Have the service handle it again, after what was wrong has been mended."""
    letter = _settled(number, "replay")
    console.print(f"{letter.service} handles {letter.stream} {letter.sequence} again", markup=False)


@app.command()
def discard(number: Number) -> None:
    """Let it go for good: nothing will handle it."""
    letter = _settled(number, "discard")
    console.print(literal(f"discarded: {letter.subject} ({letter.code})"))


def _row(number: int, letter: DeadLetter) -> tuple[object, ...]:
    since = f"{letter.at:%Y-%m-%d %H:%M:%S}"
    return number, since, letter.service, letter.code, letter.attempts, letter.subject, letter.reason


def _settled(number: int, how: str) -> DeadLetter:
    settle = deadletters.replay if how == "replay" else deadletters.discard
    try:
        return as_operator(lambda connection: settle(connection.js, number))
    except LookupError as error:
        raise CommandError(f"cannot {how}: {error.args[0]}") from error


def _described(number: int, letter: DeadLetter) -> dict[str, Any]:
    described = {"number": number} | letter.model_dump(mode="json", exclude={"data", "packed"})
    try:
        return described | {"body": json.loads(letter.body)}
    except ValueError:
        return described | {"body": letter.body.decode(errors="replace")}
