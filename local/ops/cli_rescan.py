"""`results rescan`."""

import asyncio
from collections import Counter
from typing import Annotated, Any

import typer

from local.ops import platform as platforms
from local.ops.platform import access
from local.ops.rescan import Rescan, news
from local.terminal import AsJson, CommandError, console, print_json
from shared.contracts.project import LogoState
from shared.contracts.result import ResultState
from shared.contracts.verdict import VerdictState
from shared.messaging.log import Log


def rescan(
    project: Annotated[str | None, typer.Option(help="What is public or approved of this project.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Of every project.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until the last one is done.")] = True,
    as_json: AsJson = False,
) -> None:
    """Check again, with the signatures of today, what is public or approved; new work goes first.

    What turns out infected is withdrawn by the publisher at once. Exit code 1 when something is not clean any more.
    """
    if (project is None) is not everything:
        raise CommandError("say --project ID or --all")
    told = asyncio.run(_rescanned(project, wait))
    if as_json:
        print_json(told)
    else:
        outcomes = ", ".join(f"{count} {name}" for name, count in told["verdicts"].items()) or "no new verdict"
        console.print(f"{told['asked']} contents checked again: {outcomes}", markup=False)
        for one in told["harmful"]:
            console.print(f"  {one}", markup=False)
    if told["harmful"]:
        raise typer.Exit(1)


async def _rescanned(project: str | None, wait: bool) -> dict[str, Any]:
    async with platforms.opened(access()) as platform:
        log, job = Log(platform.connection), Rescan(platform.connection)
        if project is not None and await log.last_message(f"intake.{project}.project") is None:
            raise CommandError(f"there is no project {project}")
        before = await log.last_sequence()
        async for event in job.contents(project):
            state = event.state()
            if isinstance(state, ResultState | LogoState) and state.file:
                await job.ask(event)
        if wait:
            await job.finish()
        found = [(one.subject, one.state_as(VerdictState)) for one in await news(platform.connection, before)]
    return {
        "asked": job.asked,
        "waiting": job.waiting,
        "verdicts": dict(Counter(state.outcome.value for _, state in found)),
        "harmful": [f"{name} {state.outcome}" for name, state in found if _is_harmful(state)],
    }


def _is_harmful(state: VerdictState) -> bool:
    return "malware" in (state.outcome, *(one.outcome for one in state.earlier))
