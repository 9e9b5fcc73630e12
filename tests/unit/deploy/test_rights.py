"""Users, keys and what they may do: one source, and what is written from it is what the servers take."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local.credentials import Credentials
from local.manifests import STORE_CONFIG, STORE_NAMESPACE, differing, nats_users, secret_objects
from local.nats_server import NatsServer
from local.ports import Ports
from local.server import binary
from shared.messaging.permissions import USERS, permissions
from shared.storage.zones import BUCKETS, policy
from shared.storage.zones import USERS as STORE_USERS
from tests.unit.deploy.cluster import K8S, values


def test_what_is_generated_is_what_the_code_says() -> None:
    assert differing() == [], "run `.venv/bin/python -m local.manifests` and commit what it writes"


def test_nats_gets_the_permissions_that_the_local_platform_has(tmp_path: Path) -> None:
    """Compared as data with what the local server is given, user by user."""
    local = NatsServer(tmp_path, Ports(0), Credentials({"nats": dict.fromkeys(USERS, "")})).configuration()
    users = values("nats/users.yaml")["config"]["merge"]["authorization"]["users"]

    assert {user["user"]: user["permissions"] for user in users} == {
        user["user"]: user["permissions"] for user in local["authorization"]["users"]
    }
    assert {user["user"] for user in users} == set(USERS)


def test_every_policy_of_a_key_is_written_down() -> None:
    written = {path.stem: json.loads(path.read_text()) for path in (K8S / "s3-policies").iterdir()}

    assert written == {user: policy(user) for user in STORE_USERS}


def nats_config(folder: Path) -> dict[str, Any]:
    """What the chart makes of the values, as far as it concerns the server: merge goes into the place it stands in."""
    chart = values("nats/values.yaml")["config"]
    return {
        "jetstream": {"store_dir": str(folder), **chart["jetstream"]["merge"]},
        "http": chart["monitor"]["port"],
        **values("nats/users.yaml")["config"]["merge"],
    }


def test_nats_server_takes_the_users_with_passwords_from_its_environment(tmp_path: Path) -> None:
    quoted = json.dumps(nats_config(tmp_path))
    (tmp_path / "nats.conf").write_text(re.sub(r'"<< (\$[A-Z_]+) >>"', r"\1", quoted))
    secrets = {one["metadata"]["name"]: one["stringData"] for one in secret_objects()}
    environment = {
        name: secrets[source["valueFrom"]["secretKeyRef"]["name"]]["password"]
        for name, source in values("nats/users.yaml")["container"]["env"].items()
    }

    command = [binary("nats-server"), "-t", "-c", str(tmp_path / "nats.conf")]
    taken = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    refused = subprocess.run(command, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False)

    assert taken.returncode == 0, taken.stderr
    assert refused.returncode != 0, "a password that is missing must not become an empty one"


def test_acknowledged_messages_survive_a_loss_of_power() -> None:
    jetstream = values("nats/values.yaml")["config"]["jetstream"]

    assert jetstream["merge"]["sync_interval"] == "always"
    assert jetstream["fileStore"]["enabled"] is True
    assert jetstream["memoryStore"]["enabled"] is False


def test_a_system_that_publishes_on_nats_gets_a_user_of_its_own() -> None:
    text = nats_users((*USERS, "upstream-mobility"))

    assert "- user: upstream-mobility\n          password: << $UPSTREAM_MOBILITY_PASSWORD >>" in text
    assert all(json.dumps(subject) in text for subject in permissions("upstream-mobility").publish)
    assert "nats-upstream-mobility" in {one["metadata"]["name"] for one in secret_objects(["mobility"])}


def test_secrets_for_a_trial_fit_together() -> None:
    made = {one["metadata"]["name"]: one for one in secret_objects()}
    store = json.loads(made["seaweedfs-s3"]["stringData"][STORE_CONFIG])
    keys = {one["name"]: one["credentials"][0] for one in store["identities"]}

    assert made["seaweedfs-s3"]["metadata"]["namespace"] == STORE_NAMESPACE
    for user in STORE_USERS:
        secret = made[f"s3-{user}"]["stringData"]
        assert (keys[user]["accessKey"], keys[user]["secretKey"]) == (secret["access-key"], secret["secret-key"])
    for user in USERS:
        assert re.fullmatch(r"[a-z][a-z0-9]{40,}", made[f"nats-{user}"]["stringData"]["password"])
    assert made != {one["metadata"]["name"]: one for one in secret_objects()}, "new ones every time"


def test_seaweedfs_makes_every_bucket_and_knows_the_keys() -> None:
    store = values("seaweedfs/values.yaml")["s3"]

    assert [bucket["name"] for bucket in store["createBuckets"]] == list(BUCKETS)
    assert (store["enableAuth"], store["existingConfigSecret"]) == (True, "seaweedfs-s3")


@pytest.mark.parametrize("container", ["container", "reloader", "promExporter"])
def test_nats_runs_restricted_too(container: str) -> None:
    chart = values("nats/values.yaml")
    pod = chart["podTemplate"]["merge"]["spec"]

    assert chart[container]["merge"]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
