"""`results up`: ready by itself, up again after any crash, and nothing left when it ends, however it ends."""

import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from local.parts import ROOT
from local.port_ranges import reserved_ports
from local.running import START_SECONDS_MAX, RunningPlatform
from local.server import wait_until
from local.servers import Ports

SERVING_AGAIN_SECONDS_MAX = 5.0
READY_SECONDS_MAX = 15.0


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with reserved_ports() as free:
        yield free


@pytest.fixture(scope="module")
def hurt(tmp_path_factory: pytest.TempPathFactory, ports: Ports) -> Iterator[RunningPlatform]:
    """A platform as the test before has left it."""
    platform = RunningPlatform(tmp_path_factory.mktemp("own"), ports)
    yield platform
    platform.stop()


@pytest.fixture
def own(hurt: RunningPlatform) -> RunningPlatform:
    """A platform that runs, and that these tests may hurt."""
    if not hurt.is_alive:
        hurt.start(START_SECONDS_MAX)
    return hurt


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"


def up(home: Path, ports: Ports, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RESULTS_HOME": str(home), "RESULTS_PORT_BASE": str(ports.base), **more}
    return subprocess.run(
        [sys.executable, "-m", "local.cli", "up"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_every_part_says_that_it_is_ready(own: RunningPlatform) -> None:
    for part in ("intake", "review", "publisher", "validator"):
        assert httpx.get(f"{own.urls[part]}/readyz").status_code == 200, part
    assert httpx.get(f"{own.urls['issuer']}/.well-known/openid-configuration").json()["issuer"] == own.urls["issuer"]


def test_it_prints_ready_and_every_address_and_warns_of_the_small_signature_set(own: RunningPlatform) -> None:
    printed = own.log_path.read_text()

    assert "\nready\n" in printed
    assert all(url in printed for url in own.urls.values())
    assert "knows only the EICAR test string" in printed


def test_it_is_ready_within_fifteen_seconds(own: RunningPlatform) -> None:
    (seconds,) = re.findall(r"ready after ([\d.]+) s\nready\n", own.log_path.read_text())

    assert float(seconds) < READY_SECONDS_MAX


def test_its_secrets_are_for_its_owner_only(own: RunningPlatform) -> None:
    for name in ("credentials", "issuer_key"):
        assert stat.S_IMODE(Path(own.page[name]).stat().st_mode) == 0o600


@pytest.mark.parametrize("part", ["nats", "store", "clamd", "issuer", "intake", "validator", "review", "publisher"])
def test_a_part_that_is_killed_serves_again_within_five_seconds(own: RunningPlatform, part: str) -> None:
    gone = own.kill_part(part)

    assert wait_until(lambda: own.page["parts"][part]["pid"] != gone, 2)
    assert own.wait_serving(SERVING_AGAIN_SECONDS_MAX) < SERVING_AGAIN_SECONDS_MAX
    assert own.page["parts"][part]["restarts"] == 1


def test_a_second_platform_cannot_share_a_home(own: RunningPlatform, ports: Ports) -> None:
    refused = up(own.home, Ports(ports.base))

    assert refused.returncode == 1
    assert f"process {own.pid} lives in" in refused.stderr
    assert own.is_ready()


def test_a_second_platform_cannot_share_ports(own: RunningPlatform, ports: Ports, tmp_path: Path) -> None:
    refused = up(tmp_path, ports)

    assert refused.returncode == 1
    assert "is taken" in refused.stderr
    assert "RESULTS_PORT_BASE=" in refused.stderr


def test_it_refuses_to_run_beside_the_name_of_another_issuer(tmp_path: Path) -> None:
    with reserved_ports() as free:
        refused = up(tmp_path, free, RESULTS_OIDC_ISSUER="https://login.example.org")

    assert refused.returncode == 1
    assert "https://login.example.org" in refused.stderr


def test_its_state_survives_a_restart_on_other_ports(own: RunningPlatform) -> None:
    before = (own.credentials.as_json(), own.token("lead", "anna").split(".")[0])
    own.stop()
    with reserved_ports() as free:
        moved = RunningPlatform(own.home, free)
        moved.start(START_SECONDS_MAX)
        after = (moved.credentials.as_json(), moved.token("lead", "anna").split(".")[0])
        moved.stop()

    assert before == after


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_everything_when_told_to(own: RunningPlatform, number: signal.Signals) -> None:
    pids = own.pids
    os.kill(own.pid, number)

    assert wait_until(lambda: not own.is_alive, 20)
    assert own.process is not None
    assert own.process.returncode == 0
    assert not [name for name, pid in pids.items() if runs(pid)]
    assert own.page["state"] == "stopped"


def test_its_parts_die_with_it_even_when_it_is_killed(own: RunningPlatform) -> None:
    pids = own.pids
    os.kill(own.pid, signal.SIGKILL)

    assert wait_until(lambda: not [pid for pid in pids.values() if runs(pid)], 2)
    own.kill()
    assert own.pids.keys() == pids.keys()
