"""`results erase`."""

import asyncio
from typing import Annotated

import typer

from local.ops import platform as platforms
from local.ops.erase import Erasure, Note, Wish
from local.ops.platform import access
from local.terminal import AsJson, CommandError, console


def erase(
    project: Annotated[str, typer.Option(help="The project that the person belongs to.")],
    contact: Annotated[str | None, typer.Option(help="The contact, by the id of the upstream system.")] = None,
    person: Annotated[str | None, typer.Option(help="The person, by the `sub` of their token.")] = None,
    also: Annotated[list[str] | None, typer.Option(help="Another text that they are known by, an old address.")] = None,
    event: Annotated[list[int] | None, typer.Option(help="An event to take out; a later one must replace it.")] = None,
    reason: Annotated[str, typer.Option(help="Why, without a name: for example the number of the request.")] = "",
    drop_waiting: Annotated[
        bool, typer.Option("--drop-waiting", help="Drop what waits in the inbox, unhandled.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase the personal data of a person, for good, and keep a note that it was done.

    docs/operations/erase.md says what stays and why. Exit code 1 when something that names them still waits.
    """
    if (contact is None) == (person is None) and not event:
        raise CommandError("say --contact ID or --person SUB")
    if not yes and not typer.confirm("This cannot be undone, not from a backup either once its sets are gone. Go on?"):
        raise typer.Exit(1)
    wish = Wish(
        project_id=project,
        contact=contact,
        person=person,
        also=tuple(also or ()),
        events=tuple(event or ()),
        reason=reason,
        drop_waiting=drop_waiting,
    )
    note = asyncio.run(_erased(wish))
    if as_json:
        print(note.model_dump_json(indent=2))
    else:
        _print(note)
    if note.waiting:
        raise typer.Exit(1)


async def _erased(wish: Wish) -> Note:
    async with platforms.opened(access()) as platform:
        return await Erasure(platform, wish).run()


def _print(note: Note) -> None:
    erased = ", ".join(f"{count} in {name}" for name, count in note.erased.items() if count) or "nothing was left"
    console.print(f"{note.id}: erased {erased}", markup=False)
    console.print(f"the record keeps {note.stays['acted']} events of theirs", markup=False)
    for sequence in note.stays["named_in"]:
        console.print(f"  event {sequence} names them: have it changed, then --event {sequence}", markup=False)
    if note.waiting:
        console.print(
            f"{note.waiting} messages in the inbox name them: once they are handled, erase again", markup=False
        )
    console.print("now run `results backup --keep 1`, so that no older set holds them", markup=False)
