"""Network policies allow what the services say they need, and nothing else.

What a service needs follows from its settings: whoever reads a NATS address speaks to NATS, and so on. What the
components of an overlay need (ingress, monitoring, scaling) is listed here.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from local.ops.platform import ArchiveSettings, OperationsSettings
from local.reference import service_of
from shared.settings import NatsSettings, OidcSettings, PublicSettings, S3Settings, Settings
from tests.unit.deploy.cluster import OPERATIONS, OVERLAYS, SERVICES, Cluster, Object, components, labels_of, pod_of

NATS = "nats"
INTERNET = "the internet"


class Flow(NamedTuple):
    source: str
    target: str
    port: int


def declared(cluster: Cluster) -> set[Flow]:
    brought = components(cluster.overlay)
    flows = {
        Flow("provision", NATS, 4222),
        Flow(NATS, NATS, 6222),
        Flow("validator", "signatures", 8080),
        Flow("signatures", INTERNET, 443),
        *(Flow(name, "namespace kube-system", 53) for name in (*cluster.names("Deployment", "Job", "CronJob"), NATS)),
    }
    for service in SERVICES:
        flows |= of_settings(service, service_of(service).settings) | of_service(service, brought)
    if "backup" in brought:
        for name in OPERATIONS:
            flows |= of_settings(name, OperationsSettings)
        if "prometheus-operator" in brought:
            flows.add(Flow("namespace monitoring", "archive", 9090))
    if "keda" in brought:
        flows.add(Flow("namespace keda", NATS, 8222))
    if "prometheus-operator" in brought:
        flows.add(Flow("namespace monitoring", NATS, 7777))
    return flows


def of_settings(name: str, settings: type[Settings]) -> set[Flow]:
    flows = set()
    if issubclass(settings, NatsSettings):
        flows.add(Flow(name, NATS, 4222))
    if issubclass(settings, S3Settings):
        flows.add(Flow(name, "namespace object-store", 8333))
    if issubclass(settings, OidcSettings | ArchiveSettings):
        flows.add(Flow(name, INTERNET, 443))
    return flows


def of_service(service: str, brought: set[str]) -> set[Flow]:
    settings = service_of(service).settings
    flows = set()
    for way_in in {"ingress", "gateway"} & brought:
        if issubclass(settings, OidcSettings | PublicSettings):
            flows.add(Flow(f"namespace {way_in}", service, 8080))
    if "prometheus-operator" in brought:
        flows.add(Flow("namespace monitoring", service, 9090))
    if "traces" in brought:
        flows.add(Flow(service, "namespace monitoring", 4318))
    return flows


def pods(cluster: Cluster) -> dict[str, dict[str, str]]:
    """The labels of every pod in the namespace; NATS comes from its own chart."""
    ours = {workload["metadata"]["name"]: labels_of(workload) for workload in cluster.workloads()}
    return ours | {NATS: {"app.kubernetes.io/name": "nats"}}


def selected(cluster: Cluster, selector: Object) -> set[str]:
    return {name for name, labels in pods(cluster).items() if _matches(labels, selector)}


def _matches(labels: dict[str, str], selector: Object) -> bool:
    expressions = selector.get("matchExpressions", ())
    assert all(one["operator"] == "In" for one in expressions)
    exact: dict[str, str] = selector.get("matchLabels", {})
    return exact.items() <= labels.items() and all(labels.get(one["key"]) in one["values"] for one in expressions)


def peers(cluster: Cluster, rules: list[Any]) -> set[str]:
    assert rules, "a rule without peers means everybody"
    found: set[str] = set()
    for rule in rules:
        if "ipBlock" in rule:
            assert "10.0.0.0/8" in rule["ipBlock"]["except"], "the cluster's own addresses are not the internet"
            found.add(INTERNET)
        elif "namespaceSelector" in rule:
            [(label, name)] = rule["namespaceSelector"]["matchLabels"].items()
            assert label == "kubernetes.io/metadata.name"
            found.add(f"namespace {name}")
        else:
            found |= selected(cluster, rule["podSelector"])
    return found


def allowed(cluster: Cluster, direction: str) -> Iterator[Flow]:
    side = "to" if direction == "egress" else "from"
    for policy in cluster.of_kind("NetworkPolicy"):
        subjects = selected(cluster, policy["spec"]["podSelector"])
        for rule in policy["spec"].get(direction, ()):
            for port in rule["ports"]:
                for peer in peers(cluster, rule[side]):
                    for subject in subjects:
                        ends = (subject, peer) if direction == "egress" else (peer, subject)
                        yield Flow(*ends, port["port"])


def test_everything_is_denied_by_default(cluster: Cluster) -> None:
    spec = cluster.named("NetworkPolicy", "default-deny")["spec"]

    assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_what_is_allowed_is_what_is_needed(cluster: Cluster) -> None:
    out, into = set(allowed(cluster, "egress")), set(allowed(cluster, "ingress"))
    inside = pods(cluster).keys()

    assert out | into == declared(cluster)
    assert {flow for flow in out if flow.target in inside} == {flow for flow in into if flow.source in inside}


def test_a_rule_works_in_the_direction_that_its_policy_names(cluster: Cluster) -> None:
    for policy in cluster.of_kind("NetworkPolicy"):
        spec = policy["spec"]
        directions = {kind.lower() for kind in spec["policyTypes"]}
        assert {"ingress", "egress"} & spec.keys() <= directions, policy["metadata"]["name"]


def test_what_is_allowed_leads_to_a_port_on_which_somebody_listens(cluster: Cluster) -> None:
    ports = {
        workload["metadata"]["name"]: {
            port["containerPort"] for container in pod_of(workload)["containers"] for port in container.get("ports", ())
        }
        for workload in cluster.workloads()
    }
    for flow in allowed(cluster, "ingress"):
        assert flow.target == NATS or flow.port in ports[flow.target], flow


def test_strangers_files_are_opened_where_nothing_leads_out(cluster: Cluster) -> None:
    assert INTERNET not in {flow.target for flow in allowed(cluster, "egress") if flow.source == "validator"}


def test_every_overlay_brings_the_policies() -> None:
    assert all("network-policies" in components(overlay) for overlay in OVERLAYS)
