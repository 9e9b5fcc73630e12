"""Each alert is fired on purpose: a real Prometheus, the real rules, a running platform brought into the bad state.

Only durations and quantities are smaller than in `alerts.yaml`. An alert without a drill fails the first test.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest
import yaml
from minio import Minio

from local.nats_server import NatsServer
from local.parts import ROOT, PythonPart, service_part
from local.port_ranges import reserved_ports
from local.running import RunningPlatform
from local.seaweed import SeaweedServer
from local.servers import ClamdServer, Credentials
from shared.messaging.settlement import FETCH_SECONDS
from shared.storage.zones import CLEAN, INCOMING
from tests.e2e.scenario import Scenario
from tests.e2e.site import eventually
from tests.integration.observe.archive import Archive
from tests.integration.observe.liar import liar
from tests.integration.observe.prometheus import Prometheus, Target, exporter
from tests.integration.observe.wire import Line
from tests.integration.ops.commands import site_of

ALERTS = ROOT / "deploy" / "k8s" / "components" / "prometheus-operator" / "alerts.yaml"
SERVICES = ("intake", "review", "publisher", "validator")
SMALLER = {
    "ServiceNotReady": ("[2m]", "[5s]"),
    "WorkOverdue": ("> 600", "> 4"),
    "VerdictsSlow": ("> 120", "> 2"),
    "ReadModelBehind": ("> 1000", "> 5"),
    "WorkPilesUp": ("> 1000", "> 3"),
    "ArchiveBehind": ("> 60", "> 6"),
    "BackupOld": ("> 93600", "> 6"),
}
# The local platform's signatures are one test string without a date: that fires from the first second on.
FROM_THE_START = {"SignaturesOld"}
STORE_BYTES = 1 << 20


def groups() -> list[dict[str, Any]]:
    """The rules of the manifests, without patience and with small quantities."""
    found: list[dict[str, Any]] = yaml.safe_load(ALERTS.read_text())["spec"]["groups"]
    for rule in (rule for group in found for rule in group["rules"]):
        del rule["for"]
        if rule["alert"] in SMALLER:
            large, small = SMALLER[rule["alert"]]
            assert large in rule["expr"], rule
            rule["expr"] = rule["expr"].replace(large, small)
    return found


def declared() -> set[str]:
    return {rule["alert"] for group in groups() for rule in group["rules"]}


class SmallNats(NatsServer):
    """One of the three servers of a cluster, as far as its monitoring goes; its disk holds a megabyte."""

    def configuration(self) -> dict[str, Any]:
        settings = super().configuration()
        return settings | {"jetstream": settings["jetstream"] | {"max_file_store": STORE_BYTES}}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    platform: RunningPlatform
    prometheus: Prometheus
    nodes: tuple[SmallNats, ...]
    line: Line
    archives_line: Line
    scene: Scenario

    def fires(self, *alerts: str, within: float = 30) -> None:
        eventually(lambda: set(alerts) <= self.prometheus.firing(), within=within)

    def all_answer(self) -> bool:
        return len(self.prometheus.ask("up == 1")) == len(self.prometheus.targets)

    @contextmanager
    def frozen(self, part: str) -> Iterator[None]:
        """The process stands still; its sockets stay."""
        pid = self.platform.pids[part]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def world(traced: RunningPlatform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("drill")
    with ExitStack() as ended:
        nodes = tuple(_node(ended, home / f"node-{number}") for number in range(3))
        line, archives_line = (ended.enter_context(Line(traced.ports.nats).running()) for _ in range(2))
        replica = _replica(ended, traced, home, line)
        http = ended.enter_context(httpx.Client(timeout=40))
        told = ended.enter_context(exporter())
        archive = Archive(home / "archive", traced, archives_line, ended.enter_context(reserved_ports()).base)
        ended.enter_context(archive)
        targets = [
            *(Target(job=name, port=traced.ports.service(name)) for name in SERVICES),
            Target(job="publisher", port=replica),
            Target(job="results/archive", port=archive.port),
            *(Target(job="nats", port=told, path=f"/{one.ports.nats_monitoring}") for one in nodes),
            Target(job="nats", port=told, path=f"/{traced.ports.nats_monitoring}", namespace="elsewhere"),
        ]
        ports = ended.enter_context(reserved_ports())
        prometheus = Prometheus(home / "prometheus", ports.base, targets, groups())
        ended.enter_context(prometheus)
        scene = Scenario(site_of(traced, http), home)
        scene.register()
        yield World(
            platform=traced,
            prometheus=prometheus,
            nodes=nodes,
            line=line,
            archives_line=archives_line,
            scene=scene,
        )


def _node(ended: ExitStack, home: Path) -> SmallNats:
    ports = ended.enter_context(reserved_ports())
    return ended.enter_context(SmallNats(home, ports, Credentials.of_home(home)))


def _replica(ended: ExitStack, platform: RunningPlatform, home: Path, line: Line) -> int:
    """A second publisher, whose line to NATS can be held; answers its port."""
    run, ports, credentials = platform.home, platform.ports, platform.credentials
    part = service_part(
        "publisher",
        run,
        NatsServer(run / "nats", ports, credentials),
        SeaweedServer(run / "store", ports, credentials),
        ClamdServer(run / "clamd", ports),
    )
    port = ended.enter_context(reserved_ports()).base
    environment = {
        **part.command().environment,
        "RESULTS_HTTP_PORT": str(port),
        "RESULTS_NATS_URL": f"nats://127.0.0.1:{line.port}",
        "RESULTS_STATE_DIR": str(home / "replica"),
    }
    second = PythonPart(
        "publisher", home / "replica", module=part.module, environment=environment, probe=(port, "/readyz")
    )
    ended.enter_context(second)
    return port


@pytest.mark.timeout(300)
def test_every_alert_fires_in_its_drill(world: World) -> None:
    world.fires(*FROM_THE_START)
    eventually(world.all_answer, within=20)
    time.sleep(3)
    assert world.prometheus.firing() == FROM_THE_START, world.prometheus.ask("ALERTS")
    began, fired = time.monotonic(), set(FROM_THE_START)
    for drill in DRILLS:
        alerts = drill(world)
        fired |= alerts
        print(f"{time.monotonic() - began:5.1f} s  {', '.join(sorted(alerts))}")

    assert fired == declared()


def nodes_are_lost_and_disks_are_full(world: World) -> set[str]:
    asyncio.run(_filled(world.nodes[0]))
    world.nodes[2].stop()
    world.fires("RecordNearlyFull", "NatsNodeMissing")
    return {"RecordNearlyFull", "NatsNodeMissing"}


async def _filled(node: SmallNats) -> None:
    client = await nats.connect(node.url, user="operator", password=node.credentials.nats["operator"])
    js = client.jetstream()
    await js.add_stream(name="FILL", subjects=["fill"])
    for _ in range(18):
        await js.publish("fill", bytes(50_000))
    await client.close()


def the_archive_is_cut_off_and_bytes_are_lost_meanwhile(world: World) -> set[str]:
    world.archives_line.hold()
    project_id, _, unique = world.scene.valid()["id"].partition("~")
    _removed(world, f"{project_id}/{unique}/")
    world.fires("ArchiveBehind", "BackupOld")
    world.archives_line.release()
    world.fires("ArchiveIncomplete")
    return {"ArchiveBehind", "BackupOld", "ArchiveIncomplete"}


def _removed(world: World, prefix: str) -> None:
    """Take a result's bytes away, wherever they lie."""
    access_key, secret_key = world.platform.credentials.store["operator"]
    endpoint = world.platform.urls["s3"].removeprefix("http://")
    client = Minio(endpoint, access_key=access_key, secret_key=secret_key, secure=False, region="us-east-1")
    for bucket in (INCOMING, CLEAN):
        for one in client.list_objects(bucket, prefix=prefix, recursive=True):
            assert one.object_name
            client.remove_object(bucket, one.object_name)


def a_replica_hears_nothing(world: World) -> set[str]:
    world.line.hold()
    for _ in range(3):
        world.scene.valid()
    world.fires("ReadModelBehind")
    return {"ReadModelBehind"}


def the_validator_stands_still_and_then_the_store(world: World) -> set[str]:
    with ExitStack() as store:
        with world.frozen("validator"):
            time.sleep(2 * FETCH_SECONDS)
            results = [world.scene.post()["id"] for _ in range(6)]
            world.fires("WorkPilesUp", "ServiceDown")
            store.enter_context(world.frozen("store"))
        world.fires("WorkOverdue")
        eventually(lambda: _nobody_is_ready(world), within=40)
        assert "RequestsFail" not in world.prometheus.firing(), "probes are nobody's requests"
    for result_id in results:
        world.scene.until(result_id, "valid", within=60)
    world.fires("VerdictsSlow")
    return {"WorkPilesUp", "ServiceDown", "WorkOverdue", "ServiceNotReady", "VerdictsSlow"}


def _nobody_is_ready(world: World) -> bool:
    """Asked as the kubelets ask: without them nobody counts."""
    addresses = [f"{world.platform.urls[name]}/readyz" for name in SERVICES]
    with ThreadPoolExecutor() as kubelets:
        answers = list(kubelets.map(lambda address: httpx.get(address, timeout=10).status_code, addresses))
    return answers == [503] * len(SERVICES) and "ServiceNotReady" in world.prometheus.firing()


def the_scanner_is_away_and_another_passes_everything(world: World) -> set[str]:
    socket = Path(world.platform.page["clamd_socket"])
    away = socket.with_name("away")
    socket.rename(away)
    try:
        world.scene.post()
        world.fires("ChecksUnfinished")
        with liar(socket):
            world.fires("ScannerNotTrusted")
    finally:
        away.rename(socket)
    return {"ChecksUnfinished", "ScannerNotTrusted"}


def the_record_stands_still(world: World) -> set[str]:
    def ask(after: float) -> None:
        time.sleep(after)
        world.scene.coordinator.intake("GET", world.scene.path)

    askers = [threading.Thread(target=ask, args=(0.5 * number,)) for number in range(6)]
    with world.frozen("nats"):
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join()
    world.fires("RequestsFail", "RequestsSlow")
    return {"RequestsFail", "RequestsSlow"}


def a_message_makes_no_sense(world: World) -> set[str]:
    asyncio.run(_nonsense(world))
    world.fires("DeadLetters")
    return {"DeadLetters"}


async def _nonsense(world: World) -> None:
    password = world.platform.credentials.nats["operator"]
    client = await nats.connect(world.platform.urls["nats"], user="operator", password=password)
    await client.jetstream().publish("upstream.demo.nonsense", b"{", headers={"ce-id": "1"})
    await client.jetstream().publish("intake.drill.result.nonsense", b"{")
    await client.close()


DRILLS = (
    nodes_are_lost_and_disks_are_full,
    the_archive_is_cut_off_and_bytes_are_lost_meanwhile,
    a_replica_hears_nothing,
    the_validator_stands_still_and_then_the_store,
    the_scanner_is_away_and_another_passes_everything,
    the_record_stands_still,
    a_message_makes_no_sense,
)
