"""`make demo`: a platform of its own, the story on it, and nothing left running."""

import secrets
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import httpx
from rich.console import Console

from local.demo.account import Account
from local.demo.client import ANSWER_SECONDS, StoryError, cast
from local.demo.project import Project
from local.demo.story import Story
from local.home import PlatformSettings
from local.port_ranges import reserved_ports
from local.ports import Ports, PortTakenError
from local.running import START_SECONDS_MAX, RunningPlatform
from local.server import StartError
from shared.settings import load

PLAIN_WIDTH = 120
PARTS = "NATS, an S3 server, clamd, a token issuer and the four services"


def run_demo(var: Path, *, keep: bool = False) -> int:
    """Tell the story on a platform in a folder of its own; the exit code: 0 when all came out right.

    The folder lies below RESULTS_HOME, `var` where that is not set; the ports begin at RESULTS_PORT_BASE, and where
    that is not set and the usual ones are taken, they are any that are free.
    `keep` leaves the platform running until Ctrl-C, and its folder afterwards. A story that fails keeps the folder.
    """
    settings = load(PlatformSettings)
    below = settings.home if "home" in settings.model_fields_set else var
    home = below.absolute() / f"demo-{datetime.now().astimezone():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    account = Account(Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with _ports(settings) as ports:
            _play(RunningPlatform(home, ports), account, keep=keep)
        code = 0
    except KeyboardInterrupt:
        account.failed("interrupted; everything is stopped")
        code = 130
    except (StoryError, StartError, PortTakenError, httpx.HTTPError) as error:
        account.failed(str(error) or type(error).__name__)
        account.note(f"The platform is stopped; its state and logs stay in {home}")
        return 1
    if not keep:
        shutil.rmtree(home, ignore_errors=True)
    return code


def _play(platform: RunningPlatform, account: Account, *, keep: bool) -> None:
    account.console.print(
        f"[bold]The results platform, from upload to the public page[/bold]  [dim]{platform.home}[/dim]"
    )
    began = time.monotonic()
    try:
        with account.waiting(f"starting {PARTS}"):
            platform.start(START_SECONDS_MAX)
        account.did(f"the platform runs: {PARTS}", seconds=time.monotonic() - began)
        if platform.page["signatures"] != "real":
            account.note("clamd knows only the EICAR test string here, no real malware")
        _tell(platform, account)
        if keep:
            account.console.print("\nThe platform goes on running; Ctrl-C ends it.")
            with suppress(KeyboardInterrupt):
                signal.pause()
    finally:
        with account.waiting("stopping everything"):
            platform.stop()
    account.did("everything is stopped, nothing is left running")
    if not keep:
        account.note("`results demo --keep` leaves the platform running, so that the public pages can be looked at")


def _tell(platform: RunningPlatform, account: Account) -> None:
    folder = platform.home / "files"
    folder.mkdir()
    project_id = f"2023-1-LV01-KA220-SCH-{secrets.randbelow(900_000_000) + 100_000_000}"
    with httpx.Client(timeout=ANSWER_SECONDS) as http:
        project = Project(cast(platform, http, project_id), project_id)
        story = Story(project, account, folder)
        story.tell()
        account.table("What became of each file", story.lines)
        public = platform.urls["publisher"]
        account.console.print(f"\n[bold]Public while it runs:[/bold] {public}/projects/{project_id}", highlight=False)
        account.console.print(f"                      {public}{project.path}", highlight=False)


@contextmanager
def _ports(settings: PlatformSettings) -> Iterator[Ports]:
    """The ports that are asked for; else the usual ones when they are free, else a range that nobody uses."""
    usual = Ports(settings.port_base)
    try:
        usual.require_free()
    except PortTakenError:
        if "port_base" in settings.model_fields_set:
            raise
        with reserved_ports() as ports:
            yield ports
        return
    yield usual
