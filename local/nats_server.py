"""A real nats-server with JetStream that syncs every write, and one user per service with only its own subjects."""

import json
import re
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Self

from local.credentials import Credentials
from local.ports import HOST, Ports
from local.server import Command, Server, binary
from shared.messaging.permissions import permissions

PROBE_SECONDS = 0.5
MEMORY_STORE_BYTES_MAX = 256 << 20


class NatsServer(Server):
    """One server. `routes` makes it a member of a cluster."""

    name = "nats"
    shown = re.compile(r"\[(WRN|ERR|FTL)\](?!.*(Plaintext passwords|Healthcheck failed))")

    def __init__(self, home: Path, ports: Ports, credentials: Credentials) -> None:
        super().__init__(home)
        self.ports = ports
        self.credentials = credentials

    @property
    def url(self) -> str:
        return f"nats://{HOST}:{self.ports.nats}"

    @property
    def listens_on(self) -> tuple[int, ...]:
        return (self.ports.nats, self.ports.nats_monitoring)

    def environment(self, user: str) -> dict[str, str]:
        """The settings with which `user` connects."""
        return {
            "RESULTS_NATS_URL": self.url,
            "RESULTS_NATS_USER": user,
            "RESULTS_NATS_PASSWORD": self.credentials.nats[user],
        }

    def command(self) -> Command:
        return Command(argv=(binary("nats-server"), "-c", str(self._config_path)), folder=self.home)

    def prepare(self) -> None:
        self._config_path.parent.mkdir(parents=True, exist_ok=True)
        self._config_path.touch(mode=0o600)
        self._config_path.write_text(json.dumps(self.configuration(), indent=2))

    def configuration(self) -> dict[str, Any]:
        """nats-server reads JSON as its own configuration language."""
        return {
            "server_name": self.name,
            "host": HOST,
            "port": self.ports.nats,
            "http": f"{HOST}:{self.ports.nats_monitoring}",
            "jetstream": {
                "store_dir": str(self.home / "jetstream"),
                "sync_interval": "always",
                "max_memory_store": MEMORY_STORE_BYTES_MAX,
            },
            "authorization": {"users": [self._user(name) for name in self.credentials.nats]},
        }

    def is_ready(self) -> bool:
        return http_status(self.ports.nats_monitoring, "/healthz") == 200

    @property
    def _config_path(self) -> Path:
        return self.home / "nats.conf"

    def _user(self, name: str) -> dict[str, Any]:
        allowed = permissions(name)
        return {
            "user": name,
            "password": self.credentials.nats[name],
            "permissions": {
                "publish": {"allow": list(allowed.publish)},
                "subscribe": {"allow": list(allowed.subscribe)},
            },
        }


class _Node(NatsServer):
    """A member of a cluster. Its ports come from a range of its own inside the platform's."""

    def __init__(self, number: int, cluster: "NatsCluster") -> None:
        ports = Ports(cluster.ports.base + 50 + 2 * number - 22)
        super().__init__(cluster.home / f"node-{number}", ports, cluster.credentials)
        self.name = f"nats-{number}"
        self.route = f"{HOST}:{cluster.ports.base + 60 + number}"
        self.cluster = cluster

    def configuration(self) -> dict[str, Any]:
        routes = [f"nats-route://{node.route}" for node in self.cluster.nodes]
        cluster = {"name": "results", "listen": self.route, "routes": routes}
        given = self.cluster.settings
        return super().configuration() | given | {"cluster": cluster | given.get("cluster", {})}


class NatsCluster:
    """Three servers that replicate each other, for the tests of what one server cannot show.

    `settings` stand in each node's configuration instead of what the local platform has there, those of `cluster`
    beside it.
    """

    def __init__(
        self, home: Path, ports: Ports, credentials: Credentials, *, settings: Mapping[str, Any] | None = None
    ) -> None:
        self.settings = dict(settings or {})
        self.home = home
        self.ports = ports
        self.credentials = credentials
        self.nodes: tuple[_Node, ...] = ()
        self.nodes = tuple(_Node(number, self) for number in range(3))

    @property
    def url(self) -> str:
        """Every node, separated by commas, as nats-py's `servers` option and our settings take them."""
        return ",".join(node.url for node in self.nodes)

    def environment(self, user: str) -> dict[str, str]:
        return self.nodes[0].environment(user) | {"RESULTS_NATS_URL": self.url, "RESULTS_REPLICAS": "3"}

    def start(self) -> Self:
        _start_together(self.nodes)
        return self

    def stop(self) -> None:
        for node in self.nodes:
            node.terminate()
        for node in self.nodes:
            node.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()


def _start_together(nodes: Iterable[NatsServer]) -> None:
    """A member is healthy only when it sees a leader: start all, then wait for all."""
    for node in nodes:
        node.home.mkdir(parents=True, exist_ok=True)
        with node.log_path.open("ab") as log:
            node.spawn(log)
    for node in nodes:
        node.wait_ready()


def http_status(port: int, path: str) -> int | None:
    """The status with which a loopback server answers, or None when it does not answer in time."""
    connection = HTTPConnection(HOST, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
    return answer.status
