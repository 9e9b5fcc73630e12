"""What a Deployment does with pods: launches, welcomes and retires them, as processes."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from local.nats_server import NatsServer
from local.parts import ROOT
from local.port_ranges import reserved_ports
from local.ports import Ports, is_free
from local.server import wait_until
from tests.integration.deploy.deployment import Deployment, argv_of
from tests.integration.deploy.pods import START_SECONDS_MAX, Pod
from tests.integration.rolling.balancer import Balancer
from tests.unit.deploy.cluster import SERVICES, pod_of

# How long it takes until every node of a cluster knows that a pod goes; a second or two there.
TOLD_SECONDS = 0.5


@dataclass
class Rollout:
    """The pods of all services.

    Pods die with the thread that launched them: that is the test's own.
    """

    deployment: Deployment
    ports: Ports
    balancers: Mapping[str, Balancer]
    pods: dict[str, list[Pod]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)
    _next_port: int = 0

    def __post_init__(self) -> None:
        for service in SERVICES:
            self.pods[service] = list(self.deployment.pods_of(service))
            self.balancers[service].members = tuple(self.pods[service])

    def launch(self, service: str, tree: Path = ROOT) -> Pod:
        """Start a pod without waiting for it; `tree` holds the version of the code that it runs."""
        container = self.deployment.container(service)
        name = f"{service}-new-{next(self._numbers)}"
        home = self.deployment.home / "pods" / name
        places = {
            "RESULTS_HTTP_PORT": str(self._port()),
            "RESULTS_HTTP_ADMIN_PORT": str(self._port()),
            "RESULTS_STATE_DIR": str(home / "state"),
        }
        environment = self.deployment.environment(container, places) | {"PATH": os.environ["PATH"]}
        probe = container.spec["readinessProbe"]
        pod = Pod(name, home, argv=argv_of(container), environment=environment, tree=tree, probe=probe)
        home.mkdir(parents=True)
        with pod.log_path.open("ab") as log:
            pod.spawn(log)
        self.pods[service].append(pod)
        return pod

    def _port(self) -> int:
        """The next free port of the range, round and round."""
        for _ in range(100):
            self._next_port = (self._next_port + 1) % 100
            if is_free(self.ports.base + self._next_port):
                return self.ports.base + self._next_port
        raise AssertionError("no port is free")

    def welcome(self, pods: Iterable[Pod]) -> None:
        """Wait until each is ready, then send it connections."""
        for pod in pods:
            pod.wait_ready(START_SECONDS_MAX)
            self._balancer(pod).members += (pod,)

    def dismiss(self, pods: Sequence[Pod]) -> list[Pod]:
        """Ask these to end, and return them; a little later nobody sends them new connections."""
        pods = list(pods)
        for pod in pods:
            assert pod.is_alive, pod.log_end()
            pod.terminate()
        time.sleep(TOLD_SECONDS)
        for pod in pods:
            balancer = self._balancer(pod)
            balancer.members = tuple(one for one in balancer.members if one is not pod)
            self.pods[balancer.service].remove(pod)
        return pods

    def gone(self, pods: Sequence[Pod]) -> None:
        """Wait until these have ended by themselves, within what their manifest grants."""
        for pod in pods:
            assert pod.process is not None
            service = self._balancer(pod).service
            grace = pod_of(self.deployment.cluster.named("Deployment", service))["terminationGracePeriodSeconds"]
            assert pod.process.wait(grace) == 0, f"{pod.name}\n{pod.log_end()}"

    def replace(self, number: int, tree: Path = ROOT, services: Sequence[str] = SERVICES) -> list[Pod]:
        """One pod of each service is followed by a new one, which serves before the old one is asked to end."""
        old = [self.pods[service][number] for service in services]
        self.welcome([self.launch(service, tree) for service in services])
        return self.dismiss(old)

    def _balancer(self, pod: Pod) -> Balancer:
        return self.balancers[pod.name.split("-", 1)[0]]

    def stop(self) -> None:
        """End everything at once: that it ends in good order is for the drills to say."""
        for pod in [pod for pods in self.pods.values() for pod in pods]:
            pod.kill()


@contextmanager
def rollouts(deployment: Deployment, balancers: Mapping[str, Balancer]) -> Iterator[Rollout]:
    """A rollout with a range of ports of its own, whose pods end with the block."""
    with reserved_ports() as ports:
        made = Rollout(deployment, ports, balancers)
        try:
            yield made
        finally:
            made.stop()


def leave(node: NatsServer) -> None:
    """Send a NATS server away as its chart does: it hands its leaderships over, then its clients, then ends."""
    os.kill(node.pid, signal.SIGUSR2)


def returned(node: NatsServer, seconds_max: float) -> None:
    """Wait until it has ended, start it again, and wait until it has caught up."""
    assert node.process is not None
    try:
        node.process.wait(seconds_max)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"{node.name} did not end within {seconds_max:.0f} s\n{node.log_end()}") from None
    node.kill()
    node.start()
    assert wait_until(node.is_ready, seconds_max), node.log_end()
