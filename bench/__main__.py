"""`python -m bench`: start a platform of its own, measure it beside its bare servers, and say what was found."""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from bench.figures import save, show
from bench.machine import Noise, described
from bench.suite import FULL, QUICK, Suite
from local.port_ranges import reserved_ports
from local.ports import Ports
from local.running import RunningPlatform

START_SECONDS_MAX = 90.0


def main() -> int:
    """Exit 0 unless something failed to work; targets are shown, not asserted."""
    options = _options()
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", file=sys.stderr, flush=True)

    with ExitStack() as ended:
        folder = Path(ended.enter_context(tempfile.TemporaryDirectory(prefix="results-bench-")))
        ports = Ports(options.port_base) if options.port_base else ended.enter_context(reserved_ports())
        say("starting a platform")
        platform = RunningPlatform(folder / "home", ports, {"RESULTS_LOG_FORMAT": "json"}).start(START_SECONDS_MAX)
        ended.callback(platform.stop)
        noise = Noise(platform)
        files = folder / "files"
        files.mkdir()
        figures = asyncio.run(Suite(platform, files, QUICK if options.quick else FULL, say).run())
        machine = described() | {"noise": noise.summary()}
        restarts = {name: part["restarts"] for name, part in platform.page["parts"].items() if part["restarts"]}
        say("stopping it")
    show(figures, _remarks(machine, restarts))
    if options.json:
        save(options.json, figures, machine)
    return 1 if restarts else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under a minute: fewer samples, one large file")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write figures and machine there as well")
    parser.add_argument(
        "--port-base",
        type=int,
        metavar="N",
        default=int(os.environ.get("RESULTS_PORT_BASE", "0")),
        help="first of a hundred ports (default: a free range; RESULTS_PORT_BASE)",
    )
    return parser.parse_args()


def _remarks(machine: dict[str, object], restarts: dict[str, int]) -> list[str]:
    noise = machine["noise"]
    assert isinstance(noise, dict)
    lines = [
        f"{machine['date']}  {machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, "
        f"Python {machine['python']}",
        f"others took {noise['others_share']:.0%} of the machine meanwhile (load {noise['load_1m']}); "
        f"the whole took {noise['seconds']:.0f} s",
    ]
    return lines + [f"NOT SOUND: parts died and were started again: {restarts}"] * bool(restarts)


if __name__ == "__main__":
    raise SystemExit(main())
