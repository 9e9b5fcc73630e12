"""The parts of a platform that are Python: the four services and the issuer, with the environment each one gets."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from local.clamav import ClamdServer
from local.issuer import issuer_url
from local.nats_server import NatsServer, http_status
from local.ports import HOST, Ports
from local.seaweed import SeaweedServer
from local.server import Command, Server

ROOT = Path(__file__).resolve().parent.parent
# What a child needs of the world around it; everything else it gets from us.
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "FORCE_COLOR", "NO_COLOR")
# The platform's own settings, which mean nothing to a service.
_NOT_PASSED_ON = frozenset({"RESULTS_HOME", "RESULTS_PORT_BASE", "RESULTS_FRESHCLAM"})


class PythonPart(Server):
    """A module of ours, run as a process of its own."""

    def __init__(
        self, name: str, home: Path, *, module: str, environment: Mapping[str, str], probe: tuple[int, str]
    ) -> None:
        super().__init__(home)
        self.name = name
        self.module = module
        self.probe = probe
        self._environment = environment

    def command(self) -> Command:
        return Command(argv=(sys.executable, "-m", self.module), environment=self._environment, folder=ROOT)

    def prepare(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)

    def is_ready(self) -> bool:
        return http_status(*self.probe) == 200


def issuer_part(home: Path, ports: Ports) -> PythonPart:
    environment = inherited() | {
        "RESULTS_HOME": str(home),
        "RESULTS_PORT_BASE": str(ports.base),
        "RESULTS_OIDC_ISSUER": issuer_url(ports),
    }
    return PythonPart("issuer", home, module="local.issuer", environment=environment, probe=(ports.issuer, "/healthz"))


def service_part(service: str, home: Path, nats: NatsServer, store: SeaweedServer, clamd: ClamdServer) -> PythonPart:
    """One service. RESULTS_... of our own environment goes on to it, where the platform does not decide itself."""
    state = home / "services" / service
    passed_on = {key: text for key, text in os.environ.items() if key.startswith("RESULTS_")}
    environment = {key: text for key, text in passed_on.items() if key not in _NOT_PASSED_ON} | inherited()
    environment |= {key: text for key, text in os.environ.items() if key.startswith("OTEL_")}
    environment |= _settings(service, state, nats.ports) | nats.environment(service) | store.environment(service)
    if service == "validator":
        environment |= clamd.environment()
    if service == "intake":
        access_key, secret_key = store.credentials.store["sweeper"]
        environment |= {"RESULTS_SWEEPER_ACCESS_KEY": access_key, "RESULTS_SWEEPER_SECRET_KEY": secret_key}
        environment.setdefault("RESULTS_UPSTREAM_AGENCIES", json.dumps({"demo": ["LV01"]}))
    return PythonPart(
        service,
        state,
        module=f"services.{service}",
        environment=environment,
        probe=(nats.ports.service(service), "/readyz"),
    )


def service_exists(service: str) -> bool:
    return (ROOT / "services" / service / "__main__.py").exists()


def inherited() -> dict[str, str]:
    """The little that every Python part takes over from our own environment."""
    return {key: os.environ[key] for key in _INHERITED if key in os.environ} | {"PYTHONUNBUFFERED": "1"}


def _settings(service: str, state: Path, ports: Ports) -> dict[str, str]:
    return {
        "RESULTS_OIDC_ISSUER": issuer_url(ports),
        "RESULTS_HTTP_HOST": HOST,
        "RESULTS_HTTP_PORT": str(ports.service(service)),
        "RESULTS_HTTP_DRAIN_SECONDS": "3",
        "RESULTS_LOG_FORMAT": os.environ.get("RESULTS_LOG_FORMAT", "console"),
        "RESULTS_STATE_DIR": str(state),
        "RESULTS_PUBLIC_URL": f"http://{HOST}:{ports.service('publisher')}",
    }
