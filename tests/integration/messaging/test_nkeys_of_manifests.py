"""The component nkeys: what the manifests give the containers signs in to a server that knows public halves only."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.credentials import Credentials as ServerCredentials
from local.manifests import SEED_KEY, nats_users, public_nkeys, secret_objects
from local.nats_server import NatsServer
from local.ops.platform import OperationsSettings
from local.port_ranges import reserved_ports
from local.reference import service_of
from shared.messaging.connection import Credentials, connect
from shared.messaging.log import Log
from shared.messaging.permissions import USERS
from shared.messaging.provision import ProvisionSettings, provision_as
from shared.settings import PREFIX, NatsSettings, Settings, load
from tests.unit.deploy.cluster import K8S, SERVICES, Cluster, Container

SECRETS = {"items": secret_objects(nkeys=True)}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    """The overlay staging with the component."""
    folder = tmp_path_factory.mktemp("overlay")
    there = os.path.relpath(K8S, folder)
    content = {"resources": [f"{there}/overlays/staging"], "components": [f"{there}/components/nkeys"]}
    (folder / "kustomization.yaml").write_text(json.dumps(content))
    kubectl = Path(sys.executable).with_name("kubectl")
    run = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=True)
    return Cluster("staging", tuple(yaml.safe_load_all(run.stdout)))


class ServerOfTheChart(NatsServer):
    """Knows whom the values for the chart name, by their public halves."""

    def configuration(self) -> dict[str, Any]:
        values = yaml.safe_load(nats_users(USERS, public_nkeys(SECRETS)))
        assert "container" not in values, "no secret goes into the server's environment"
        return {**super().configuration(), **values["config"]["merge"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    home = tmp_path_factory.mktemp("chart")
    with reserved_ports() as ports, ServerOfTheChart(home, ports, ServerCredentials.of_home(home)) as server:
        yield server


def settings_of(
    cluster: Cluster, container: Container, kind: type[Settings], monkeypatch: pytest.MonkeyPatch
) -> NatsSettings:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, text in cluster.environment(container).items():
        monkeypatch.setenv(name, text)
    [reference] = [one for one in container.spec["env"] if one["name"] == "RESULTS_NATS_NKEY_SEED"]
    secret = reference["valueFrom"]["secretKeyRef"]
    [seed] = [one["stringData"][secret["key"]] for one in SECRETS["items"] if one["metadata"]["name"] == secret["name"]]
    monkeypatch.setenv("RESULTS_NATS_NKEY_SEED", seed)
    settings = load(kind)
    assert isinstance(settings, NatsSettings)
    return settings


async def test_every_container_signs_in_with_its_seed(
    cluster: Cluster, server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds: dict[str, type[Settings]] = {name: service_of(name).settings for name in SERVICES}
    kinds = {"provision": ProvisionSettings, **kinds, "archive": OperationsSettings, "backup": OperationsSettings}
    containers = {one.workload: one for one in cluster.containers() if one.name in ("service", "provision", "results")}

    for name, kind in kinds.items():
        settings = settings_of(cluster, containers[name], kind, monkeypatch)
        assert settings.nats_password is None
        credentials = replace(Credentials.of(settings), url=server.url)
        connection = await connect(credentials, name=name, attempts_seconds=5)
        if name == "provision":
            assert await provision_as(credentials)
        assert await Log(connection).last_sequence() == 0
        await connection.close()


def test_the_public_halves_are_read_from_what_kubectl_prints_too() -> None:
    encoded = [
        {
            "metadata": one["metadata"],
            "data": {key: base64.b64encode(text.encode()).decode() for key, text in one["stringData"].items()},
        }
        for one in SECRETS["items"]
    ]

    assert public_nkeys({"items": encoded}) == public_nkeys(SECRETS)
    assert public_nkeys(SECRETS).keys() == set(USERS)
    text = nats_users(USERS, public_nkeys(SECRETS))
    seeds = [one["stringData"][SEED_KEY] for one in SECRETS["items"] if SEED_KEY in one["stringData"]]
    assert not [seed for seed in seeds if seed in text]
