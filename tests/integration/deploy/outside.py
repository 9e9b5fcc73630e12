"""What the platform needs and does not bring: NATS, the store and the scanner, set up by what the manifests say."""

import http.client
import json
import re
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from local.clamav import ClamdServer
from local.manifests import STORE_CONFIG
from local.ports import HOST, Ports
from local.server import Command
from local.servers import Credentials, NatsCluster, SeaweedServer
from shared.storage.zones import BUCKETS
from tests.integration.deploy.authority import Tls
from tests.unit.deploy.cluster import K8S, Cluster, values

Secrets = Mapping[str, Mapping[str, str]]
PROBE_SECONDS = 0.5
# In production it lies in another store; here that is a bucket of the same one, under a key and a policy of its own.
ARCHIVE_BUCKET = "results-archive"
ARCHIVE_STORE = {"access-key": "ARCHIVESTORE", "secret-key": "kept-elsewhere"}
ARCHIVE_POLICY = K8S / "components" / "backup" / "archive-store.policy.json"


def nats_cluster(home: Path, ports: Ports, secrets: Secrets, tls: Tls) -> NatsCluster:
    """Three nodes with the users of `charts/nats/users.yaml`, and TLS, also between them, by `charts/nats/tls.yaml`."""
    users = values("nats/users.yaml")
    environment = {
        name: _secret(secrets, source["valueFrom"]["secretKeyRef"])
        for name, source in users["container"]["env"].items()
    }
    jetstream = values("nats/values.yaml")["config"]["jetstream"]["merge"]
    assert jetstream == {"sync_interval": "always"}, "the local node has the same; anything else has to be taken over"
    settings = _filled_in(users["config"]["merge"], environment) | _with_tls(tls)
    return NatsCluster(home, ports, _no_credentials(), settings=settings)


def _with_tls(tls: Tls) -> dict[str, Any]:
    """What the chart makes of the values: an authority that is named stands in every block."""
    chart = values("nats/tls.yaml")
    shown = {"cert_file": str(tls.certificate), "key_file": str(tls.key)}
    if chart.get("tlsCA", {}).get("enabled"):
        shown |= {"ca_file": str(tls.bundle)}
    for part in ("nats", "cluster"):
        assert chart["config"][part]["tls"]["enabled"]
    return {"tls": shown, "cluster": {"tls": shown}}


def _secret(secrets: Secrets, reference: Mapping[str, str]) -> str:
    return secrets[reference["name"]][reference["key"]]


def _filled_in(content: Any, environment: Mapping[str, str]) -> Any:
    """The values with `<< $NAME >>` replaced, as nats-server does from its environment."""
    if isinstance(content, dict):
        return {name: _filled_in(one, environment) for name, one in content.items()}
    if isinstance(content, list):
        return [_filled_in(one, environment) for one in content]
    if isinstance(content, str) and (found := re.fullmatch(r"<< \$(\w+) >>", content)):
        return environment[found[1]]
    return content


def _no_credentials() -> Credentials:
    """Passwords that nobody uses: the users come from the manifests."""
    made = Credentials({})
    made.complete()
    return made


class DeployedStore(SeaweedServer):
    """The keys and policies of the Secret that the chart reads, behind TLS."""

    def __init__(self, home: Path, ports: Ports, secrets: Secrets, tls: Tls) -> None:
        super().__init__(home, ports, _no_credentials())
        self.secrets = secrets
        self.tls = tls

    def configuration(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.secrets["seaweedfs-s3"][STORE_CONFIG])
        key = {"accessKey": ARCHIVE_STORE["access-key"], "secretKey": ARCHIVE_STORE["secret-key"]}
        found["identities"].append({"name": "archive-store", "credentials": [key], "policyNames": ["archive-store"]})
        found["policies"].append({"name": "archive-store", "content": ARCHIVE_POLICY.read_text()})
        return found

    def command(self) -> Command:
        plain = super().command()
        shown = (f"-s3.cert.file={self.tls.certificate}", f"-s3.key.file={self.tls.key}")
        buckets = (f"-bucket={','.join((*BUCKETS, ARCHIVE_BUCKET))}",)
        others = tuple(one for one in plain.argv if not one.startswith("-bucket="))
        return Command(argv=(*others, *buckets, *shown), environment=plain.environment, folder=plain.folder)

    def is_ready(self) -> bool:
        return self.anonymously(f"/{BUCKETS[-1]}") == 403

    def anonymously(self, path: str) -> int | None:
        """The status with which it answers whoever has no key."""
        trusted = ssl.create_default_context(cafile=str(self.tls.bundle))
        connection = http.client.HTTPSConnection(HOST, self.ports.s3, timeout=PROBE_SECONDS, context=trusted)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


class DeployedScanner(ClamdServer):
    """clamd with the configuration of the sidecar; only its paths lead elsewhere, and it knows only EICAR."""

    def __init__(self, home: Path, cluster: Cluster) -> None:
        super().__init__(home, Ports(0))
        [name] = [name for name in cluster.names("ConfigMap") if name.startswith("clamav-")]
        self.text: str = cluster.named("ConfigMap", name)["data"]["clamd.conf"]

    @property
    def listens_on(self) -> tuple[int, ...]:
        return ()

    def configuration(self) -> dict[str, str]:
        lines = [line for line in self.text.splitlines() if line and not line.startswith("#")]
        own = super().configuration()
        paths = {name: own[name] for name in ("DatabaseDirectory", "TemporaryDirectory", "LocalSocket")}
        return dict(line.split(" ", 1) for line in lines) | paths

    def ask(self, command: str) -> str | None:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PROBE_SECONDS)
            line.connect(str(self.socket_path))
            line.sendall(f"z{command}\0".encode())
            return line.recv(4096).rstrip(b"\0").decode()
        return None
