"""The tables of docs/operations/capacity.md say what the manifests say."""

import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.deploy.cluster import OPERATIONS, ROOT, SERVICES, Cluster, Object, components, pod_of, rendered, values

PAGE = ROOT / "docs" / "operations" / "capacity.md"
COLUMNS = ("local", "production", "three-zones")
COUNTED = (*SERVICES, "signatures")
NATS = "NATS, each"
CONTAINERS = {
    **{service: (service, "service") for service in SERVICES},
    "clamd": ("validator", "clamd"),
    "freshclam": ("validator", "freshclam"),
    "provision": ("provision", "provision"),
    **{name: (name, "results") for name in OPERATIONS},
}
MEBIBYTES = {"Ki": 1 / 1024, "Mi": 1, "Gi": 1024}


def rows(heading: str) -> dict[str, list[str]]:
    """The cells of a table under a heading, by the first of each line."""
    section = PAGE.read_text().split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", section, re.MULTILINE)
    ]
    return {line[0]: line[1:] for line in cells[2:]}


def cores(quantity: str) -> float:
    return int(quantity[:-1]) / 1000 if quantity.endswith("m") else float(quantity)


def mebibytes(quantity: str) -> float:
    return int(quantity[:-2]) * MEBIBYTES[quantity[-2:]]


def in_words(memory: float) -> str:
    return f"{memory:.0f} MiB" if memory < 1024 else f"{memory / 1024:g} GiB"


def asked(container: Object) -> tuple[float, float]:
    requests: Mapping[str, str] = container["resources"]["requests"]
    return cores(requests["cpu"]), mebibytes(requests["memory"])


def pods(cluster: Cluster, workload: str) -> tuple[int, int]:
    """How many at least and at most."""
    for one in cluster.of_kind("HorizontalPodAutoscaler", "ScaledObject"):
        spec: Any = one["spec"]
        if spec["scaleTargetRef"]["name"] == workload:
            least, most = ("minReplicas", "maxReplicas"), ("minReplicaCount", "maxReplicaCount")
            names = least if one["kind"] == "HorizontalPodAutoscaler" else most
            return spec[names[0]], spec[names[1]]
    number: int = cluster.named("Deployment", workload)["spec"].get("replicas", 1)
    return number, number


def together(cluster: Cluster, bound: int) -> str:
    """What all pods ask for, when there are as few (0) or as many (1) as there may be."""
    processor = memory = 0.0
    for workload in COUNTED:
        pod = pod_of(cluster.named("Deployment", workload))
        sidecars = (one for one in pod.get("initContainers", ()) if one.get("restartPolicy") == "Always")
        for container in (*sidecars, *pod["containers"]):
            number, (own_cores, own_memory) = pods(cluster, workload)[bound], asked(container)
            processor, memory = processor + number * own_cores, memory + number * own_memory
    return f"{round(processor, 2):g} CPU, {memory / 1024:.1f} GiB"


def nats(overlay: str) -> tuple[int, Any, Any]:
    """Servers, resources and volume of the chart with the values for an overlay."""
    given = values("nats/values.yaml")
    servers, found, store = given["config"]["cluster"]["replicas"], given, given["config"]["jetstream"]["fileStore"]
    if overlay == "local":
        found = values("nats/local.yaml")
        servers, store = 1, found["config"]["jetstream"]["fileStore"]
    return servers, found["container"]["merge"]["resources"], store["pvc"]["size"]


@pytest.mark.parametrize("name", CONTAINERS)
def test_each_container_asks_for_what_its_row_says(cluster: Cluster, name: str) -> None:
    workload, container = CONTAINERS[name]
    if workload in OPERATIONS and "backup" not in components(cluster.overlay):
        return
    [spec] = [one.spec for one in cluster.containers() if (one.workload, one.name) == (workload, container)]
    processor, memory = asked(spec)

    said = rows("Each container")[name][:2]
    assert said == [
        f"{processor:g} CPU, {in_words(memory)}",
        in_words(mebibytes(spec["resources"]["limits"]["memory"])),
    ]


def test_what_has_no_row_is_the_same_program_elsewhere() -> None:
    everything = {(one.workload, one.name) for one in rendered("production").containers()}

    assert everything - {*CONTAINERS.values()} == {
        ("validator", "first-signatures"),
        ("signatures", "freshclam"),
        ("signatures", "mirror"),
    }


def test_nats_asks_for_what_its_row_says() -> None:
    _, resources, _ = nats("production")
    processor, memory = asked({"resources": resources})

    said = rows("Each container")[NATS][:2]
    assert said == [f"{processor:g} CPU, {in_words(memory)}", in_words(mebibytes(resources["limits"]["memory"]))]


@pytest.mark.parametrize("overlay", COLUMNS)
def test_sizes_to_start_from_are_those_of_the_overlays(overlay: str) -> None:
    cluster, column = rendered(overlay), COLUMNS.index(overlay)
    said = {name: cells[column] for name, cells in rows("Sizes to start from").items()}
    order = ("intake", "review", "publisher", "validator")
    servers, resources, disk = nats(overlay)
    processor, memory = asked({"resources": resources})

    assert said["overlay"] == f"`{overlay}`"
    least, most = zip(*(pods(cluster, service) for service in order), strict=True)
    assert said["pods at least: intake, review, publisher, validator"] == ", ".join(map(str, least))
    assert said["pods at most"] == ", ".join(map(str, most))
    assert said["these and the signatures' mirror ask for at least"] == together(cluster, 0)
    assert said["and at most"] == together(cluster, 1)
    each = f"{servers}: {processor:g} CPU, {in_words(memory)}, {in_words(mebibytes(disk))} of disk"
    assert said["NATS: servers, each with"] == each


def test_every_number_that_is_no_setting_is_marked() -> None:
    tables = PAGE.read_text().split("## What one result costs", 1)[1]
    costs = [line for line in tables.split("\n## ", 1)[0].splitlines() if re.match(r"^\| [a-z]", line)]
    growth = [line for line in tables.splitlines() if re.match(r"^\| .*\|.*\|.*\|.*\|$", line) and "(c)" in line]

    assert len(costs) >= 10
    assert all(re.search(r"\| [mca] \|", line) for line in costs)
    assert len(growth) >= 9
