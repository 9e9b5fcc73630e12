"""Rules for the manifests that no schema knows: what belongs together exists, and nothing may more than it needs."""

import re
from collections import Counter

import kubernetes_validate
import pytest

from local.manifests import NAMESPACE, STORE_NAMESPACE, secret_objects
from tests.unit.deploy.cluster import (
    K8S,
    OPERATIONS,
    OVERLAYS,
    SERVICES,
    Cluster,
    components,
    labels_of,
    pod_of,
    rendered,
)

OLDEST = "1.33"  # the first in which sidecars are stable
OF_OPERATORS = {"monitoring.coreos.com/v1", "keda.sh/v1alpha1", "cert-manager.io/v1", "gateway.networking.k8s.io/v1"}
MADE_ELSEWHERE = {"results-trust"}  # by trust-manager, from charts/trust-manager
# The archive's store is not the platform's: its keys come from whoever keeps it.
OF_ANOTHER_STORE = {("archive-store", "access-key"), ("archive-store", "secret-key")}
VOLUMES = {"configMap", "emptyDir", "persistentVolumeClaim", "secret", "projected", "downwardAPI", "csi", "ephemeral"}
BYTES = {"Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}


def size(quantity: str) -> int:
    match = re.fullmatch(r"(\d+)([KMGT]i)", quantity)
    assert match, f"{quantity!r} is no size with a binary unit"
    return int(match[1]) * BYTES[match[2]]


def test_every_overlay_is_looked_at() -> None:
    assert {path.name for path in (K8S / "overlays").iterdir()} == set(OVERLAYS)


@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
def test_every_object_is_as_kubernetes_describes_it(version: str) -> None:
    """Of all overlays together, since most objects are the same in several."""
    distinct = {repr(one): one for overlay in OVERLAYS for one in rendered(overlay).objects}
    for one in distinct.values():
        if one["apiVersion"] not in OF_OPERATORS:
            kubernetes_validate.validate(one, version, strict=True)


def test_names_are_unique_and_in_the_namespace(cluster: Cluster) -> None:
    keys = Counter((one["kind"], one["metadata"]["name"]) for one in cluster.objects)
    outside = {one["kind"] for one in cluster.objects if one["metadata"].get("namespace") != NAMESPACE}

    assert keys.most_common(1)[0][1] == 1
    assert outside == {"Namespace", "PriorityClass"}


def test_the_namespace_enforces_the_restricted_standard(cluster: Cluster) -> None:
    labels = cluster.named("Namespace", NAMESPACE)["metadata"]["labels"]

    assert {labels[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "audit", "warn")} == {"restricted"}


def test_pods_are_restricted_in_full(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        pod = pod_of(workload)
        context = pod["securityContext"]
        assert context["runAsNonRoot"] is True
        assert context["runAsUser"] >= 10_000
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & pod.keys()
        assert pod["automountServiceAccountToken"] is False
        assert pod["enableServiceLinks"] is False
        assert {kind for volume in pod.get("volumes", ()) for kind in volume.keys() - {"name"}} <= VOLUMES


def test_containers_are_restricted_in_full(cluster: Cluster) -> None:
    for container in cluster.containers():
        assert container.spec["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, container


def test_only_the_namespaces_own_accounts_are_used_and_none_has_rights(cluster: Cluster) -> None:
    used = [pod_of(workload)["serviceAccountName"] for workload in cluster.workloads()]

    assert sorted(used) == sorted(cluster.names("ServiceAccount"))
    assert all(account["automountServiceAccountToken"] is False for account in cluster.of_kind("ServiceAccount"))
    assert cluster.of_kind("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding") == []


def test_images_are_named_with_a_version(cluster: Cluster) -> None:
    for container in cluster.containers():
        image = container.spec["image"].rsplit("/", 1)[1]
        assert ":" in image, container
        assert not image.endswith(":latest"), container
        assert container.spec["imagePullPolicy"] == "IfNotPresent"


def test_containers_state_what_they_need_and_where_it_ends(cluster: Cluster) -> None:
    for container in cluster.containers():
        resources = container.spec["resources"]
        assert {"cpu", "memory", "ephemeral-storage"} <= resources["requests"].keys(), container
        assert resources["limits"].keys() == {"memory", "ephemeral-storage"}, container
        for kind in ("memory", "ephemeral-storage"):
            assert size(resources["requests"][kind]) <= size(resources["limits"][kind]), container


def test_a_container_may_fill_the_folders_that_it_writes_to(cluster: Cluster) -> None:
    """Else the pod is evicted before its volume is full."""
    for workload in cluster.workloads():
        volumes = {
            volume["name"]: size(volume["emptyDir"]["sizeLimit"])
            for volume in pod_of(workload).get("volumes", ())
            if "emptyDir" in volume and volume["emptyDir"].get("medium") != "Memory"
        }
        pod = pod_of(workload)
        limits = sum(
            size(container["resources"]["limits"]["ephemeral-storage"])
            for container in (*pod.get("initContainers", ()), *pod["containers"])
        )
        assert sum(volumes.values()) <= limits, workload["metadata"]["name"]


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_what_listens_is_probed(cluster: Cluster, probe: str) -> None:
    for container in cluster.containers():
        if not container.spec.get("ports"):
            continue
        check = container.spec[probe]
        port = (check.get("httpGet") or check.get("tcpSocket") or {}).get("port")
        assert port in {None, *(one["name"] for one in container.spec["ports"])}, container


@pytest.mark.parametrize("service", SERVICES)
def test_only_readiness_looks_at_dependencies(cluster: Cluster, service: str) -> None:
    [container] = pod_of(cluster.named("Deployment", service))["containers"]

    paths = {probe: container[probe]["httpGet"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")}
    assert paths == {
        "startupProbe": {"path": "/healthz", "port": "operations"},
        "livenessProbe": {"path": "/healthz", "port": "operations"},
        "readinessProbe": {"path": "/readyz", "port": "operations"},
    }


def test_selectors_find_the_pods_of_their_own_workload(cluster: Cluster) -> None:
    for workload in cluster.of_kind("Deployment", "StatefulSet"):
        selector = workload["spec"]["selector"]["matchLabels"]
        assert cluster.selected(selector) == [workload]
        for spread in pod_of(workload).get("topologySpreadConstraints", ()):
            assert cluster.selected(spread["labelSelector"]["matchLabels"]) == [workload]


def test_services_lead_to_a_port_that_exists(cluster: Cluster) -> None:
    for service in cluster.of_kind("Service"):
        [workload] = cluster.selected(service["spec"]["selector"])
        ports = {port["name"] for container in pod_of(workload)["containers"] for port in container.get("ports", ())}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def test_every_workload_that_stays_has_a_disruption_budget_that_allows_a_drain(cluster: Cluster) -> None:
    covered = []
    for budget in cluster.of_kind("PodDisruptionBudget"):
        covered += cluster.selected(budget["spec"]["selector"]["matchLabels"])
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow", "not ready: nobody is, while NATS is away"

    assert sorted(one["metadata"]["name"] for one in covered) == sorted(cluster.names("Deployment", "StatefulSet"))


def test_nothing_is_scaled_twice_and_what_is_scaled_has_no_number_of_its_own(cluster: Cluster) -> None:
    scaled = Counter(
        one["spec"]["scaleTargetRef"]["name"] for one in cluster.of_kind("HorizontalPodAutoscaler", "ScaledObject")
    )

    assert all(number == 1 for number in scaled.values())
    assert scaled.keys() <= cluster.names("Deployment")
    for workload in cluster.of_kind("Deployment"):
        assert ("replicas" in workload["spec"]) == (workload["metadata"]["name"] not in scaled)


def test_scaling_never_ends_at_nobody(cluster: Cluster) -> None:
    least = [one["spec"]["minReplicaCount"] for one in cluster.of_kind("ScaledObject")]
    least += [one["spec"]["minReplicas"] for one in cluster.of_kind("HorizontalPodAutoscaler")]

    assert all(number >= 1 for number in least)


def test_three_zones_hold_one_of_each_service_at_least() -> None:
    cluster = rendered("three-zones")
    for service in SERVICES:
        spread = pod_of(cluster.named("Deployment", service))["topologySpreadConstraints"][0]
        assert spread["topologyKey"] == "topology.kubernetes.io/zone"
        assert spread["whenUnsatisfiable"] == "DoNotSchedule"
        assert spread["nodeTaintsPolicy"] == "Honor", "a dead zone would hold up every new pod in the others"
        assert "minDomains" not in spread, "with fewer zones than this there is one pod in each, and no more"
    assert {one["spec"]["minReplicaCount"] for one in cluster.of_kind("ScaledObject")} == {3}
    assert {one["spec"]["minReplicas"] for one in cluster.of_kind("HorizontalPodAutoscaler")} == {3}


def test_what_is_mounted_and_referred_to_exists(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        pod = pod_of(workload)
        volumes = {volume["name"]: volume for volume in pod.get("volumes", ())}
        containers = (*pod.get("initContainers", ()), *pod["containers"])
        mounted = {mount["name"] for container in containers for mount in container.get("volumeMounts", ())}
        assert mounted == volumes.keys(), workload["metadata"]["name"]
        assert pod["priorityClassName"] in cluster.names("PriorityClass")
        for volume in volumes.values():
            if "configMap" in volume:
                assert volume["configMap"]["name"] in cluster.names("ConfigMap") | MADE_ELSEWHERE
            if "persistentVolumeClaim" in volume:
                assert volume["persistentVolumeClaim"]["claimName"] in cluster.names("PersistentVolumeClaim")


def test_secrets_are_only_referred_to_and_each_one_is_declared(cluster: Cluster) -> None:
    """What no container uses belongs to people at work: nothing in the cluster needs it."""
    declared = {
        (one["metadata"]["name"], key)
        for one in secret_objects()
        if one["metadata"]["namespace"] != STORE_NAMESPACE
        for key in one["stringData"]
    }
    used = {
        (reference["name"], reference["key"])
        for container in cluster.containers()
        for variable in container.spec.get("env", ())
        if (reference := variable.get("valueFrom", {}).get("secretKeyRef"))
    }

    assert cluster.of_kind("Secret") == []
    assert used - OF_ANOTHER_STORE <= declared
    left = {name for name, _ in declared - used}
    assert left <= {"nats-archive", "s3-archive", "nats-backup", "s3-backup", "s3-operator"}
    assert (used >= OF_ANOTHER_STORE, not left) == ("backup" in components(cluster.overlay),) * 2


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_only_its_own_secrets(cluster: Cluster, service: str) -> None:
    own = {f"nats-{service}", f"s3-{service}"} | ({"s3-sweeper"} if service == "intake" else set())
    used = {
        variable["valueFrom"]["secretKeyRef"]["name"]
        for container in cluster.containers()
        if container.workload == service
        for variable in container.spec.get("env", ())
        if "secretKeyRef" in variable.get("valueFrom", {})
    }

    assert used == own


def test_operations_have_each_their_own_user_and_key() -> None:
    used = {
        container.workload: {
            variable["valueFrom"]["secretKeyRef"]["name"]
            for variable in container.spec["env"]
            if "valueFrom" in variable
        }
        for container in rendered("production").containers()
        if container.workload in OPERATIONS
    }

    assert used == {
        "archive": {"nats-archive", "s3-archive", "archive-store"},
        "backup": {"nats-backup", "s3-backup", "archive-store"},
        "restore": {"nats-operator", "s3-operator", "archive-store"},
    }


def test_one_writes_an_archive_one_at_a_time_backs_up_and_nobody_restores_by_the_clock() -> None:
    cluster = rendered("production")
    archive = cluster.named("Deployment", "archive")["spec"]
    nightly, by_hand = (cluster.named("CronJob", name)["spec"] for name in ("backup", "restore"))

    assert (archive["replicas"], archive["strategy"]) == (1, {"type": "Recreate"})
    assert (nightly.get("suspend", False), by_hand["suspend"]) == (False, True)
    for one in (nightly, by_hand):
        assert one["concurrencyPolicy"] == "Forbid"
        assert one["jobTemplate"]["spec"]["activeDeadlineSeconds"] <= 12 * 3600
        assert one["successfulJobsHistoryLimit"] + one["failedJobsHistoryLimit"] <= 6
    assert 0 < nightly["startingDeadlineSeconds"] < 26 * 3600, "before the alert about its age"


def test_configuration_is_immutable_and_named_by_its_content(cluster: Cluster) -> None:
    for one in cluster.of_kind("ConfigMap"):
        if "grafana_dashboard" in one["metadata"].get("labels", {}):
            continue  # Grafana's sidecar reads it, no pod; an old one must not stay beside the new
        assert one["immutable"] is True
        assert re.fullmatch(r"[a-z]+-[a-z0-9]{10}", one["metadata"]["name"])


def test_ingress_leads_to_the_port_for_people_under_tls(cluster: Cluster) -> None:
    hosts = []
    for one in cluster.of_kind("Ingress"):
        [rule] = one["spec"]["rules"]
        [tls] = one["spec"]["tls"]
        [path] = rule["http"]["paths"]
        backend = path["backend"]["service"]
        ports = cluster.named("Service", backend["name"])["spec"]["ports"]
        assert tls["hosts"] == [rule["host"]]
        assert backend["port"]["name"] == "http" in {port["name"] for port in ports}
        hosts.append(rule["host"])

    assert len(hosts) == len(set(hosts))


def test_a_renewed_authority_is_trusted_by_who_has_the_bundle_of_before() -> None:
    authority = rendered("production").named("Certificate", "authority")["spec"]

    assert authority["privateKey"]["rotationPolicy"] == "Never", "another key, and nobody speaks to NATS any more"


def test_certificates_are_made_for_the_names_that_are_served(cluster: Cluster) -> None:
    if "cert-manager" not in components(cluster.overlay):
        return
    made = {one["spec"]["secretName"]: one["spec"].get("dnsNames") for one in cluster.of_kind("Certificate")}
    for one in cluster.of_kind("Ingress"):
        [tls] = one["spec"]["tls"]
        assert made[tls["secretName"]] == tls["hosts"]
    for listener in (one for gateway in cluster.of_kind("Gateway") for one in gateway["spec"]["listeners"]):
        for certificate in listener.get("tls", {}).get("certificateRefs", ()):
            assert made[certificate["name"]] == [listener["hostname"]]


def test_monitors_find_every_service_on_its_port_for_operators(cluster: Cluster) -> None:
    for monitor in cluster.of_kind("ServiceMonitor"):
        labels = monitor["spec"]["selector"]["matchLabels"].items()
        found = [one for one in cluster.of_kind("Service") if labels <= one["metadata"]["labels"].items()]
        assert sorted(one["metadata"]["name"] for one in found) == sorted(SERVICES)
        for one in found:
            assert "operations" in {port["name"] for port in one["spec"]["ports"]}


def test_pods_carry_the_labels_that_policies_go_by(cluster: Cluster) -> None:
    for workload in cluster.workloads():
        labels = labels_of(workload)
        assert labels["app.kubernetes.io/name"] == workload["metadata"]["name"]
        assert labels["app.kubernetes.io/part-of"] == "results"
        is_service = workload["metadata"]["name"] in SERVICES
        assert (labels.get("app.kubernetes.io/component") == "service") == is_service
