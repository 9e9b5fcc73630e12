"""The whole platform from the rendered manifests of one overlay, as processes on loopback."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from local.issuer import issuer_url
from local.manifests import secret_objects
from local.parts import ROOT, issuer_part
from local.port_ranges import reserved_ports
from local.ports import HOST, Ports
from local.servers import NatsCluster
from local.tokens import Signer
from shared.messaging.connection import Credentials
from tests.integration.deploy.authority import Tls, make_tls
from tests.integration.deploy.outside import ARCHIVE_STORE, DeployedScanner, DeployedStore, Secrets, nats_cluster
from tests.integration.deploy.pods import Pod, start_together, stop_together
from tests.unit.deploy.cluster import OPERATIONS, SERVICES, Cluster, Container, rendered

NATS_ADDRESS = re.compile(r"(?P<scheme>nats|tls)://nats:4222")
PORTS_EACH = 2


@dataclass
class Deployment:
    """Everything that runs. `secrets`: the Secrets that the manifests refer to, made for this run.

    `changes` stand in the environment of every pod instead of what its manifest says.
    """

    home: Path
    cluster: Cluster
    secrets: Secrets
    tls: Tls
    ports: Ports
    pod_ports: Ports
    nats: NatsCluster
    store: DeployedStore
    scanner: DeployedScanner
    signer: Signer
    changes: Mapping[str, str] = field(default_factory=dict)
    pods: list[Pod] = field(default_factory=list)

    def container(self, workload: str, name: str = "service") -> Container:
        [found] = [one for one in self.cluster.containers() if (one.workload, one.name) == (workload, name)]
        return found

    def declared(self, container: Container) -> dict[str, str]:
        """The environment that the manifest gives the container, with this run's secrets."""
        found = self.cluster.environment(container)
        for variable in container.spec.get("env", ()):
            if reference := variable.get("valueFrom", {}).get("secretKeyRef"):
                found[variable["name"]] = self.secrets[reference["name"]][reference["key"]]
        return found

    def environment(self, container: Container, places: Mapping[str, str] | None = None) -> dict[str, str]:
        """The same names and values; what is a place (an address, a port, a path) leads to this machine."""
        declared = self.declared(container)
        address = NATS_ADDRESS.fullmatch(declared["RESULTS_NATS_URL"])
        assert address, declared["RESULTS_NATS_URL"]
        servers = ",".join(f"{address['scheme']}://{HOST}:{node.ports.nats}" for node in self.nats.nodes)
        everywhere = {
            "RESULTS_NATS_URL": servers,
            "RESULTS_S3_ENDPOINT": self.store.endpoint,
            "RESULTS_ARCHIVE_S3_ENDPOINT": self.store.endpoint,
            "RESULTS_OIDC_ISSUER": self.signer.issuer,
            "RESULTS_CLAMD_ADDRESS": str(self.scanner.socket_path),
            "RESULTS_HTTP_HOST": HOST,
            "SSL_CERT_FILE": str(self.tls.bundle),
        }
        mapped = everywhere | dict(self.changes) | dict(places or {})
        return declared | {name: text for name, text in mapped.items() if name in declared}

    def pod(self, service: str) -> Pod:
        """One more pod of a service, or of what keeps the archive, not started."""
        number = len(self.pods)
        name = f"{service}-{number}"
        home = self.home / "pods" / name
        container = self.container(service, "results" if service in OPERATIONS else "service")
        places = {
            "RESULTS_HTTP_PORT": str(self.pod_ports.base + PORTS_EACH * number),
            "RESULTS_HTTP_ADMIN_PORT": str(self.pod_ports.base + PORTS_EACH * number + 1),
            "RESULTS_STATE_DIR": str(home / "state"),
        }
        environment = self.environment(container, places) | {"PATH": os.environ["PATH"]}
        probe = container.spec["readinessProbe"]
        self.pods.append(Pod(name, home, argv=argv_of(container), environment=environment, tree=ROOT, probe=probe))
        return self.pods[-1]

    def pods_of(self, service: str) -> list[Pod]:
        return [pod for pod in self.pods if pod.name.startswith(f"{service}-")]

    @property
    def pids(self) -> dict[str, int]:
        """Every process that serves."""
        servers = (*self.nats.nodes, self.store, self.scanner, *self.pods)
        return {one.name: one.pid for one in servers}

    @property
    def pid(self) -> int:
        """Who started them."""
        return os.getpid()

    def run_job(self) -> subprocess.CompletedProcess[str]:
        """Run the Job that provisions, once."""
        return self.run("provision", "provision")

    def run(self, workload: str, name: str) -> subprocess.CompletedProcess[str]:
        """Run a container that ends by itself."""
        container = self.container(workload, name)
        environment = self.environment(container) | {"PATH": os.environ["PATH"]}
        return subprocess.run(
            argv_of(container), env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )

    def verified_archive(self) -> dict[str, Any]:
        """What `archive verify` says, with nothing but the keys of the archive's store."""
        found = self.environment(self.container("archive", "results")) | {"PATH": os.environ["PATH"]}
        environment = {
            name: text for name, text in found.items() if not name.startswith(("RESULTS_NATS", "RESULTS_S3"))
        }
        command = (sys.executable, "-m", "local.ops", "archive", "verify", "--json")
        run = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
        told: dict[str, Any] = json.loads(run.stdout)
        return told

    def login(self, workload: str, name: str = "service") -> Credentials:
        """How a container connects to NATS."""
        found = self.environment(self.container(workload, name))
        password = SecretStr(found["RESULTS_NATS_PASSWORD"])
        return Credentials(url=found["RESULTS_NATS_URL"], user=found["RESULTS_NATS_USER"], password=password)

    @contextmanager
    def trusted(self) -> Iterator[None]:
        """Trust the authority in this process too, as the pods do by the same variable."""
        before = os.environ.get("SSL_CERT_FILE")
        os.environ["SSL_CERT_FILE"] = str(self.tls.bundle)
        try:
            yield
        finally:
            del os.environ["SSL_CERT_FILE"]
            if before is not None:
                os.environ["SSL_CERT_FILE"] = before


def argv_of(container: Container) -> tuple[str, ...]:
    """The command of the manifest; `python` is the one of our virtual environment, as it is in the image."""
    program, *arguments = container.spec["command"]
    assert program == "python"
    return (sys.executable, *arguments)


@contextmanager
def deployed(
    home: Path,
    overlay: str,
    *,
    changes: Mapping[str, str] | None = None,
    of_nats: Mapping[str, str] | None = None,
    pods_each: int | None = None,
) -> Iterator[Deployment]:
    """Servers, the provisioning Job, then as many pods of each service as the manifests say, or `pods_each`; all ready.

    `of_nats`: settings of the NATS servers beside those of the manifests.
    """
    with ExitStack() as stack:
        ports, pod_ports = (stack.enter_context(reserved_ports()) for _ in range(2))
        cluster, tls = rendered(overlay), make_tls(home / "tls")
        secrets = {one["metadata"]["name"]: one["stringData"] for one in secret_objects()}
        secrets["archive-store"] = ARCHIVE_STORE
        made = Deployment(
            home=home,
            cluster=cluster,
            secrets=secrets,
            tls=tls,
            ports=ports,
            pod_ports=pod_ports,
            nats=nats_cluster(home / "nats", ports, secrets, tls),
            store=DeployedStore(home / "store", ports, secrets, tls),
            scanner=DeployedScanner(home / "clamd", cluster),
            signer=Signer(issuer_url(ports), home / "issuer"),
            changes=changes or {},
        )
        made.nats.settings |= of_nats or {}
        for server in (made.nats, made.store, made.scanner, issuer_part(home / "issuer", ports)):
            stack.enter_context(server)
        finished = made.run_job()
        assert finished.returncode == 0, finished.stdout + finished.stderr
        for service in SERVICES:
            for _ in range(pods_each or replicas_of(cluster, service)):
                made.pod(service)
        stack.callback(stop_together, made.pods)
        start_together(made.pods)
        yield made


def replicas_of(cluster: Cluster, service: str) -> int:
    """As many as the manifest says; where an autoscaler decides, two, with which it begins."""
    return int(cluster.named("Deployment", service)["spec"].get("replicas", 2))
