"""Provisioning as the Job in Kubernetes runs it: a process with nothing but its environment."""

import os
import subprocess
import sys
from pathlib import Path

from local.servers import NatsServer

ROOT = Path(__file__).parents[3]


def provision(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shared.messaging.provision"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_provisioning_again_changes_nothing_and_succeeds(nats_server: NatsServer) -> None:
    run = provision(**nats_server.environment("operator"))

    assert run.returncode == 0, run.stderr
    assert "created" not in run.stderr
    assert "everything_stands_as_declared" in run.stderr


def test_what_stands_there_differently_is_named_and_left_alone(nats_server: NatsServer) -> None:
    run = provision(**nats_server.environment("operator"), RESULTS_REPLICAS="3")

    assert run.returncode == 3
    assert "num_replicas is 1, declared 3" in run.stderr


def test_wrong_settings_are_named_all_at_once() -> None:
    run = provision(RESULTS_NATS_USER="operator", RESULTS_REPLICAS="nine")

    assert run.returncode == 2
    assert {line.split(":")[0] for line in run.stderr.splitlines()[1:]} == {
        "RESULTS_NATS_URL",
        "RESULTS_NATS_PASSWORD",
        "RESULTS_REPLICAS",
    }
