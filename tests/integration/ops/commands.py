"""`results` on a running platform, as an operator types it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from local.parts import ROOT
from local.ports import Ports
from local.running import RunningPlatform
from tests.e2e.events import credentials_of
from tests.e2e.site import Site
from tests.e2e.tokens import Issuer

RESULTS = (sys.executable, "-m", "local.cli")


def site_of(platform: RunningPlatform, http: httpx.Client) -> Site:
    """The platform as the end-to-end tests speak to it."""
    urls = platform.urls
    return Site(
        addresses={name: urls[name] for name in ("intake", "review", "publisher", "validator", "s3")},
        nats_url=urls["nats"],
        nats_users=credentials_of(Path(platform.page["credentials"])),
        mint=Issuer(urls["issuer"], Path(platform.page["issuer_key"])),
        http=http,
    )


def results(home: Path, ports: Ports, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a home; whatever comes of it."""
    return subprocess.run(
        [*RESULTS, *arguments],
        cwd=ROOT,
        env=_environment(home, ports) | more,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@contextmanager
def started(home: Path, ports: Ports, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Let a command that does not end by itself run for the moment."""
    running = subprocess.Popen([*RESULTS, *arguments], cwd=ROOT, env=_environment(home, ports))
    try:
        yield running
    finally:
        running.terminate()
        running.wait(10)


def _environment(home: Path, ports: Ports) -> dict[str, str]:
    clean = {key: text for key, text in os.environ.items() if not key.startswith("RESULTS_") and key != "FORCE_COLOR"}
    own = {"RESULTS_HOME": str(home), "RESULTS_PORT_BASE": str(ports.base), "RESULTS_FRESHCLAM": "off", "NO_COLOR": "1"}
    return clean | own


def told(run: subprocess.CompletedProcess[str]) -> Any:
    """What a command that must succeed printed with --json."""
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout)
