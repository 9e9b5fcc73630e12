"""An image is built here, by the recipe, and runs: not as root, on a root that is read-only, on real servers.

One of them, for the time it takes; `make images` builds all and looks at each in the same way, and another is run by
hand: RESULTS_IMAGE=validator .venv/bin/pytest tests/integration/deploy/test_images.py
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.images import NAMES, SERVICES
from local.images.buildah import AS_ROOT, ROOT, Buildah, Image
from local.images.confined import confined
from local.images.inspection import run
from local.issuer import issuer_url
from local.nats_server import NatsServer, http_status
from local.parts import issuer_part, service_part
from local.port_ranges import reserved_ports
from local.ports import Ports
from local.seaweed import SeaweedServer
from local.server import Command, Server
from local.servers import ClamdServer

NAME = os.environ.get("RESULTS_IMAGE", "intake")
BUILD_SECONDS_MAX = 900
STATE = "/var/lib/results"

pytestmark = pytest.mark.timeout(BUILD_SECONDS_MAX + 60)


@dataclass(frozen=True, slots=True)
class Built:
    """`out`: the lists of what is inside; `report`: what was found wrong, among other things."""

    out: Path
    report: dict[str, object]
    image: Image
    root: Path


class Contained(Server):
    """A command of an image with the confinement of a pod."""

    stop_seconds_max = 20.0

    def __init__(self, home: Path, built: Built, environment: dict[str, str], ports: Ports) -> None:
        super().__init__(home)
        self.name = f"contained {built.image.name}"
        self.argv = confined(built.root, built.image, built.image.command, environment)
        self.port = ports.service(NAME)

    @property
    def listens_on(self) -> tuple[int, ...]:
        return (self.port,)

    def command(self) -> Command:
        return Command(argv=self.argv, environment={"PATH": os.environ["PATH"]}, folder=ROOT)

    def prepare(self) -> None:
        """Everything it reads is in its image and its environment."""

    def is_ready(self) -> bool:
        return http_status(self.port, "/readyz") == 200


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    storage, out = tmp_path_factory.mktemp("storage"), tmp_path_factory.mktemp("lists")
    places = ("--storage", str(storage), "--out", str(out))
    command = (*AS_ROOT, sys.executable, "-m", "local.images", NAME, *places)
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=BUILD_SECONDS_MAX, check=False)
    assert (out / "images.json").exists(), f"{ended.stdout}\n{ended.stderr}\n`make builder` installs what builds images"
    [report] = json.loads((out / "images.json").read_text())
    buildah = Buildah(storage)
    try:
        with buildah.mounted(NAME) as root:
            yield Built(out, report, buildah.image(NAME), root)
    finally:
        subprocess.run([*AS_ROOT, "rm", "-rf", str(storage)], check=True)


@pytest.fixture
def environment(
    tmp_path: Path, nats_server: NatsServer, store_server: SeaweedServer, clamd_server: ClamdServer
) -> Iterator[tuple[dict[str, str], Ports]]:
    """What intake gets on this machine, with a port of its own, and an issuer that runs."""
    with reserved_ports() as ports, issuer_part(tmp_path / "issuer", ports):
        part = service_part(NAME, tmp_path, nats_server, store_server, clamd_server)
        own = {name: text for name, text in part.command().environment.items() if name.startswith("RESULTS_")}
        places = {
            "RESULTS_HTTP_PORT": str(ports.service(NAME)),
            "RESULTS_OIDC_ISSUER": issuer_url(ports),
            "RESULTS_STATE_DIR": STATE,
            "RESULTS_CLAMD_ADDRESS": clamd_server.address,
        }
        yield own | {name: text for name, text in places.items() if name in own}, ports


def test_an_image_is_small_not_root_only_its_own_code_and_refuses_to_start_without_settings(built: Built) -> None:
    assert built.report["findings"] == []
    assert built.image.user == "10001:10001"


def test_what_is_inside_is_listed_with_licences(built: Built) -> None:
    document = json.loads((built.out / f"{NAME}.cdx.json").read_text())
    lines = (built.out / f"{NAME}.licences.txt").read_text().splitlines()
    kinds = {one["purl"].split("/", 1)[0] for one in document["components"]}

    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert kinds == {"pkg:pypi", "pkg:deb"}
    assert len(lines) == len(document["components"]) == built.report["packages"]
    assert all(line.split("  ", 1)[1] for line in lines)


def test_the_image_serves_confined_like_a_pod_and_ends_in_good_order(
    built: Built, environment: tuple[dict[str, str], Ports], tmp_path: Path
) -> None:
    settings, ports = environment
    with Contained(tmp_path / "contained", built, settings, ports) as running:
        status = Path(f"/proc/{running.pid}/status").read_text()
        running.terminate()
        assert running.process is not None
        ended = running.process.wait(running.stop_seconds_max)

    assert ended == 0, running.log_end()
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert set(facts["Uid"].split()) == {"10001"}
    assert (facts["NoNewPrivs"], int(facts["CapEff"], 16), int(facts["CapBnd"], 16)) == ("1", 0, 0)


def test_the_job_that_provisions_runs_from_the_same_image(built: Built, nats_server: NatsServer) -> None:
    found = run(
        built.image, built.root, "python", "-m", "shared.messaging.provision", **nats_server.environment("operator")
    )

    assert found.returncode == 0, found.stderr
    assert "everything_stands_as_declared" in found.stderr


def test_the_recipe_builds_what_the_manifests_name() -> None:
    named = {
        line.split("newName:")[1].split(",")[0].rsplit("/", 1)[1].strip()
        for line in (ROOT / "deploy/k8s/overlays/production/kustomization.yaml").read_text().splitlines()
        if "newName:" in line
    }

    assert {*SERVICES, "clamav"} <= named <= {*NAMES}
