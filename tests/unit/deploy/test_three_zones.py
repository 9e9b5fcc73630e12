"""Three zones are production, which is run as processes by its own test, but for the spread and how few may serve.

Everything that a process sees (command, environment, mounts, rights, policies) is the same, so what is proven of
production by running it holds here too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
import yaml

from tests.unit.deploy.cluster import SERVICES, rendered, values

MISSING = "(nothing)"
SPREAD = "spec.template.spec.topologySpreadConstraints.0"
DIFFERENCES = {
    *(("Deployment", one, f"{SPREAD}.whenUnsatisfiable", "ScheduleAnyway", "DoNotSchedule") for one in SERVICES),
    *(("Deployment", one, f"{SPREAD}.nodeTaintsPolicy", MISSING, "Honor") for one in SERVICES),
    *(("HorizontalPodAutoscaler", one, "spec.minReplicas", 2, 3) for one in ("intake", "review")),
    ("ScaledObject", "publisher", "spec.minReplicaCount", 2, 3),
    ("ScaledObject", "validator", "spec.minReplicaCount", 1, 3),
    *(("ScaledObject", one, "spec.fallback.replicas", 2, 3) for one in ("publisher", "validator")),
}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, Sequence) and value and not isinstance(value, str):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{path}.{number}")
    else:
        yield path, value


def facts(overlay: str) -> dict[tuple[str, str, str], Any]:
    """Every value in every object of an overlay, by its kind, name and path."""
    return {
        (one["kind"], one["metadata"]["name"], path): value
        for one in rendered(overlay).objects
        for path, value in leaves(one)
    }


def test_three_zones_differ_from_production_only_in_spread_and_least_numbers() -> None:
    before, after = facts("production"), facts("three-zones")

    differences = {
        (*key, before.get(key, MISSING), after.get(key, MISSING))
        for key in before.keys() | after.keys()
        if before.get(key, MISSING) != after.get(key, MISSING)
    }

    assert differences == DIFFERENCES


def test_the_record_and_the_store_differ_only_in_where_their_parts_are() -> None:
    assert {path for path, _ in leaves(values("nats/three-zones.yaml"))} == {
        f"podTemplate.topologySpreadConstraints.topology.kubernetes.io/zone.{name}"
        for name in ("maxSkew", "minDomains", "whenUnsatisfiable")
    }
    assert values("seaweedfs/three-zones.yaml").keys() == {"global", "master", "volume", "volumes", "filer", "s3"}


def test_the_store_has_a_rack_in_each_zone_for_a_copy_in_another() -> None:
    """With all volume servers in one rack SeaweedFS takes no object at all: `only has 1 racks, not enough for 2`."""
    store = values("seaweedfs/three-zones.yaml")
    zones = [yaml.safe_load(one["nodeSelector"]) for one in store["volumes"].values()]
    other_racks = int(store["global"]["seaweedfs"]["replicationPlacement"][1])

    assert store["volume"] == {"enabled": False}
    assert [one["rack"] for one in store["volumes"].values()] == [zone["topology.kubernetes.io/zone"] for zone in zones]
    assert len({one["rack"] for one in store["volumes"].values()}) == 3 > other_racks > 0
    assert (
        sum(one["replicas"] for one in store["volumes"].values())
        == values("seaweedfs/values.yaml")["volume"]["replicas"]
    )


@pytest.mark.parametrize("part", ["master", "filer", "s3"])
def test_no_zone_holds_all_of_a_part_of_the_store(part: str) -> None:
    [spread] = yaml.safe_load(values("seaweedfs/three-zones.yaml")[part]["topologySpreadConstraints"])

    assert (spread["topologyKey"], spread["maxSkew"]) == ("topology.kubernetes.io/zone", 1)
    assert spread["whenUnsatisfiable"] == "DoNotSchedule"
    assert spread["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == part
