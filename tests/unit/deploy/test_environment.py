"""The environment of every container is read by the settings class that will read it in the cluster."""

import os
from typing import Any

import pytest

from local.clamav import LIMITS
from local.ops.platform import OperationsSettings
from local.reference import service_of
from services.validator import checks
from services.validator.adapters.clamav import Deadlines
from services.validator.app import WORK_ENDS_SECONDS_MAX as VALIDATION_ENDS_SECONDS_MAX
from shared.messaging.provision import ProvisionSettings
from shared.messaging.settlement import WORK_ENDS_SECONDS_MAX
from shared.settings import PREFIX, Settings, load, variable
from tests.unit.deploy.cluster import OPERATIONS, SERVICES, Cluster, Container, components, pod_of, values

MEBIBYTE = 1 << 20


def container_of(cluster: Cluster, workload: str, name: str = "service") -> Container:
    [found] = [one for one in cluster.containers() if (one.workload, one.name) == (workload, name)]
    return found


def loaded(cluster: Cluster, container: Container, kind: type[Settings], monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, text in cluster.environment(container).items():
        monkeypatch.setenv(name, text)
    return load(kind)


def known(kind: type[Settings]) -> set[str]:
    return {variable(field) for field in kind.model_fields}


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_environment_is_what_its_settings_ask_for(
    cluster: Cluster, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = container_of(cluster, service)
    settings = loaded(cluster, container, service_of(service).settings, monkeypatch)

    assert container.spec["command"] == ["python", "-m", f"services.{service}"]
    assert settings.nats_user == service
    assert settings.http_host == "0.0.0.0"
    assert {port["containerPort"] for port in container.spec["ports"]} == {settings.http_port, settings.http_admin_port}


def test_the_job_provisions_as_the_operator(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    container = container_of(cluster, "provision", "provision")
    settings = loaded(cluster, container, ProvisionSettings, monkeypatch)

    assert container.spec["command"] == ["python", "-m", "shared.messaging.provision"]
    assert settings.nats_user == "operator"


COMMANDS = {
    "archive": ["archive", "follow", "--json"],
    "backup": ["backup", "--beside-archive", "--keep", "7", "--json"],
    "restore": ["restore"],
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations_have_the_settings_that_they_read(
    cluster: Cluster, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "backup" not in components(cluster.overlay):
        assert name not in cluster.names("Deployment", "CronJob")
        return
    container = container_of(cluster, name, "results")
    settings = loaded(cluster, container, OperationsSettings, monkeypatch)
    ports = {port["containerPort"] for port in container.spec.get("ports", ())}

    assert container.spec["command"] == ["python", "-m", "local.ops", *COMMANDS[name]]
    assert settings.nats_user == {"restore": "operator"}.get(name, name)
    assert settings.archive_to.startswith("s3://")
    assert (settings.archive_s3_secure, bool(settings.archive_s3_secret_key)) == (True, True)
    assert settings.archive_s3_endpoint != settings.s3_endpoint, "the archive lies elsewhere"
    assert ports == ({settings.http_admin_port} if name == "archive" else set())
    own = {variable["name"] for variable in container.spec["env"]}
    assert {name for name in own if name.startswith(PREFIX)} <= known(OperationsSettings)


@pytest.mark.parametrize("service", SERVICES)
def test_no_variable_of_a_service_is_misspelt(cluster: Cluster, service: str) -> None:
    own = {variable["name"] for variable in container_of(cluster, service).spec["env"]}

    assert {name for name in own if name.startswith(PREFIX)} <= known(service_of(service).settings)


def test_no_variable_of_the_shared_configuration_is_misspelt(cluster: Cluster) -> None:
    kinds: tuple[type[Settings], ...] = (OperationsSettings, *(service_of(service).settings for service in SERVICES))
    anybodys = set[str]().union(*map(known, kinds))
    given = {
        name
        for one in cluster.of_kind("ConfigMap")
        if not one["metadata"]["name"].startswith(("clamav", "dashboard-"))
        for name in one["data"]
    }

    assert given <= anybodys


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_keeps_its_state_where_it_may_write(
    cluster: Cluster, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = container_of(cluster, service)
    settings = loaded(cluster, container, service_of(service).settings, monkeypatch)

    mounts = {mount["mountPath"] for mount in container.spec["volumeMounts"] if not mount.get("readOnly")}
    assert {str(settings.state_dir), "/tmp"} <= mounts


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_may_live_until_its_requests_have_ended(
    cluster: Cluster, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = container_of(cluster, service)
    settings = loaded(cluster, container, service_of(service).settings, monkeypatch)
    grace = pod_of(cluster.named("Deployment", service))["terminationGracePeriodSeconds"]

    assert "lifecycle" not in container.spec, "the service itself leaves, and a sleep before would only add to it"
    assert settings.http_leave_seconds >= container.spec["readinessProbe"]["periodSeconds"]
    work = {"validator": VALIDATION_ENDS_SECONDS_MAX, "review": 0.0}.get(service, WORK_ENDS_SECONDS_MAX)
    assert grace > settings.http_leave_seconds + settings.http_drain_seconds + work + 10


def test_a_validator_may_live_longer_than_the_longest_scan(cluster: Cluster) -> None:
    deadlines = Deadlines()
    scan = deadlines.connect_seconds + deadlines.send_seconds + deadlines.answer_seconds
    sandbox = sum(one.deadline_seconds for one in (checks.FORMAT, checks.PERSONAL_DATA, checks.QUALITY))

    assert scan + sandbox <= VALIDATION_ENDS_SECONDS_MAX


def test_the_scanner_outlives_the_service_that_asks_it(cluster: Cluster) -> None:
    """Sidecars that are init containers end after the containers, so that a scan under way can finish."""
    helpers = pod_of(cluster.named("Deployment", "validator"))["initContainers"]

    assert [(one["name"], one.get("restartPolicy")) for one in helpers] == [
        ("first-signatures", None),
        ("clamd", "Always"),
        ("freshclam", "Always"),
    ]


def test_validator_and_clamd_agree(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    container = container_of(cluster, "validator")
    settings = loaded(cluster, container, service_of("validator").settings, monkeypatch)
    [name] = [name for name in cluster.names("ConfigMap") if name.startswith("clamav-")]
    clamd = dict(line.split(" ", 1) for line in _lines(cluster.named("ConfigMap", name)["data"]["clamd.conf"]))
    shared = {mount["mountPath"] for mount in container.spec["volumeMounts"]} & {
        mount["mountPath"] for mount in container_of(cluster, "validator", "clamd").spec["volumeMounts"]
    }

    assert clamd["LocalSocket"] == settings.clamd_address
    assert settings.clamd_address.rsplit("/", 1)[0] in shared
    assert "TCPSocket" not in clamd
    assert settings.validator_slots <= int(clamd["MaxThreads"])
    assert settings.upload_bytes_max < int(clamd["StreamMaxLength"].removesuffix("M")) * MEBIBYTE
    assert LIMITS.items() <= clamd.items()


def test_streams_have_as_many_copies_as_nats_has_servers(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = loaded(cluster, container_of(cluster, "provision", "provision"), ProvisionSettings, monkeypatch)
    servers = values("nats/values.yaml")["config"]["cluster"]["replicas"]
    if cluster.overlay == "local":
        assert values("nats/local.yaml")["config"]["cluster"]["enabled"] is False
        servers = 1

    assert settings.replicas == servers


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]
