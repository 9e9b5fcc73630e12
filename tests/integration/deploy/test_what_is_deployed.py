"""What the manifests say is run: their commands, environment, users, keys and policies, with TLS."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import nats.errors
import pytest
from pydantic import SecretStr

from local.verify import violations
from shared.contracts.subjects import subject
from shared.messaging.connection import Connection, connect
from shared.messaging.log import Log
from shared.settings import S3Settings
from shared.storage.ports import StoreAwayError
from shared.storage.s3 import S3ObjectStore
from shared.storage.zones import BUCKETS
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site, eventually
from tests.e2e.tokens import Issuer
from tests.integration.deploy.deployment import Deployment
from tests.integration.deploy.pods import Pod
from tests.unit.deploy.cluster import SERVICES

PLACES = {
    "RESULTS_ARCHIVE_S3_ENDPOINT",
    "RESULTS_NATS_URL", "RESULTS_S3_ENDPOINT", "RESULTS_OIDC_ISSUER", "RESULTS_CLAMD_ADDRESS", "RESULTS_HTTP_HOST",
    "RESULTS_HTTP_PORT", "RESULTS_HTTP_ADMIN_PORT", "RESULTS_STATE_DIR", "SSL_CERT_FILE",
}  # fmt: skip


@pytest.fixture
def scenario(deployment: Deployment, tmp_path: Path) -> Scenario:
    """A project whose callers speak to the last pod of each service."""
    addresses = {service: deployment.pods_of(service)[-1].url for service in SERVICES}
    http = httpx.Client(timeout=30)
    mint = Issuer(deployment.signer.issuer, deployment.home / "issuer" / "issuer-key.json")
    return Scenario(Site(addresses=addresses, nats_url="", nats_users={}, mint=mint, http=http), tmp_path)


@asynccontextmanager
async def connected(deployment: Deployment, workload: str, name: str = "service") -> AsyncIterator[Connection]:
    with deployment.trusted():
        connection = await connect(deployment.login(workload, name), name="test")
    try:
        yield connection
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_has_the_environment_of_its_manifest_but_for_places(deployment: Deployment, service: str) -> None:
    declared = deployment.declared(deployment.container(service))
    runs = deployment.pods_of(service)[0].environment

    assert set(runs) == {*declared, "PATH"}
    assert {name for name in declared if declared[name] != runs[name]} <= PLACES
    assert runs["RESULTS_NATS_URL"].count("tls://127.0.0.1:") == 3
    assert runs["RESULTS_S3_SECURE"] == "true"


def test_the_story_from_handing_in_to_the_public_page(deployment: Deployment, scenario: Scenario) -> None:
    results = scenario.story(scenario.sample("guide.pdf"), scenario.sample("lessons.txt"))

    for one in results:
        downloaded = scenario.public.publisher("GET", f"/v1/results/{one['id']}/file")
        assert downloaded.status_code == 200
        assert len(downloaded.content) == one["file"]["size"]


def test_the_scanner_of_the_manifest_finds_what_it_knows(scenario: Scenario) -> None:
    halves = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")
    scenario.register()
    sample = scenario.sample("lessons.txt")
    sample.path.write_text("".join(halves))

    assert scenario.until(scenario.post(sample)["id"], "quarantined")


async def test_the_job_made_every_stream_on_three_nodes_and_running_it_again_changes_nothing(
    deployment: Deployment,
) -> None:
    again = await asyncio.to_thread(deployment.run_job)
    async with connected(deployment, "provision", "provision") as connection:
        streams = await connection.js.streams_info()

    assert again.returncode == 0, again.stderr
    assert "everything_stands_as_declared" in again.stderr
    assert not re.search(r'"message": ?"provisioned"', again.stderr)
    assert {one.config.name: one.config.num_replicas for one in streams} == {one.config.name: 3 for one in streams}
    assert {"EVENTS", "UPSTREAM", "OUTCOMES", "DEADLETTERS"} <= {one.config.name for one in streams}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_appends_nothing_in_the_name_of_another(deployment: Deployment, service: str) -> None:
    async with connected(deployment, service) as connection:
        for other in {*SERVICES} - {service}:
            name = subject(other, "forbidden", "website")
            with pytest.raises((nats.errors.Error, TimeoutError)):
                await connection.js.publish(name, b"{}", stream="EVENTS", timeout=0.3)
            assert connection.was_denied(name)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_can_remove_nothing_from_the_record(deployment: Deployment, service: str) -> None:
    async with connected(deployment, service) as connection:
        for forbidden in ("STREAM.DELETE.EVENTS", "STREAM.PURGE.EVENTS", "STREAM.MSG.DELETE.EVENTS"):
            with pytest.raises((nats.errors.TimeoutError, nats.errors.NoRespondersError)):
                await connection.client.request(f"$JS.API.{forbidden}", b"{}", timeout=0.2)
            assert connection.was_denied(f"$JS.API.{forbidden}")


async def test_nobody_comes_in_with_a_wrong_password_or_without_tls(deployment: Deployment) -> None:
    right = deployment.login("intake")
    with deployment.trusted(), pytest.raises((nats.errors.Error, TimeoutError)):
        await connect(replace(right, password=SecretStr("wrong")), name="test", attempts_seconds=1)
    with pytest.raises((nats.errors.Error, OSError, TimeoutError)):
        await connect(right, name="test without trust", attempts_seconds=1)


ALLOWED = {
    "intake": ("incoming", "receipts"),
    "validator": ("clean",),
    "review": ("receipts",),
    "publisher": ("public",),
}


@pytest.mark.parametrize("service", SERVICES)
async def test_a_key_writes_into_its_own_zones_only(
    deployment: Deployment, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in deployment.environment(deployment.container(service)).items():
        monkeypatch.setenv(name, text)
    store = S3ObjectStore(S3Settings())
    try:
        for bucket in BUCKETS:
            if bucket in ALLOWED[service]:
                await store.put_bytes(bucket, f"drill/{service}", b"x")
            else:
                with pytest.raises(StoreAwayError, match="AccessDenied"):
                    await store.put_bytes(bucket, f"drill/{service}", b"x")
    finally:
        store.close()


def test_without_a_key_nothing_is_read_not_even_what_is_public(deployment: Deployment) -> None:
    assert {deployment.store.anonymously(f"/{bucket}/x") for bucket in BUCKETS} == {403}


def measured(pod: Pod, name: str) -> float:
    page = httpx.get(f"http://127.0.0.1:{pod.environment['RESULTS_HTTP_ADMIN_PORT']}/metrics").text
    return float(re.findall(rf"(?m)^{name} (\S+)$", page)[0])


def test_the_archive_follows_the_log_and_the_nightly_backup_stands_beside_it(
    deployment: Deployment, scenario: Scenario
) -> None:
    scenario.register()
    scenario.valid()
    with deployment.pod("archive") as archive:
        declared = deployment.declared(deployment.container("archive", "results"))
        assert {name for name in declared if declared[name] != archive.environment[name]} <= PLACES
        assert eventually(lambda: measured(archive, "results_archive_reached_seconds") > 0, within=60)
        nightly = deployment.run("backup", "results")
        assert nightly.returncode == 0, nightly.stdout + nightly.stderr
        done = json.loads(nightly.stdout)
        assert done["position"] == measured(archive, "results_archive_position") > 0

    assert (done["segments"], done["missing"]) == (0, []), "the log is the archive's to write"
    assert done["set_messages"] > 0
    kept = deployment.verified_archive()
    assert kept["complaints"] == []
    assert (kept["position"], kept["runs"]) == (done["position"], 1)


async def test_the_key_of_the_archives_store_removes_nothing_but_old_sets(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = deployment.environment(deployment.container("archive", "results"))
    for name in ("ENDPOINT", "ACCESS_KEY", "SECRET_KEY"):
        monkeypatch.setenv(f"RESULTS_S3_{name}", found[f"RESULTS_ARCHIVE_S3_{name}"])
    monkeypatch.setenv("RESULTS_S3_SECURE", "true")
    monkeypatch.setenv("SSL_CERT_FILE", found["SSL_CERT_FILE"])
    bucket, _, prefix = found["RESULTS_ARCHIVE_TO"].removeprefix("s3://").partition("/")
    store = S3ObjectStore(S3Settings())
    try:
        await store.put_bytes(bucket, f"{prefix}/sets/drill/x", b"x")
        await store.delete(bucket, f"{prefix}/sets/drill/x")
        logged = await anext(aiter(store.list(bucket, f"{prefix}/log/")))
        with pytest.raises(StoreAwayError, match="AccessDenied"):
            await store.delete(bucket, logged.key)
        with pytest.raises(StoreAwayError, match="AccessDenied"):
            await store.put_bytes("receipts", "drill/x", b"x")
    finally:
        store.close()


async def test_the_archive_knows_the_log_and_nobodys_contacts(deployment: Deployment) -> None:
    async with connected(deployment, "archive", "results") as connection:
        assert await Log(connection).last_sequence() > 0
        for forbidden in ("STREAM.MSG.GET.KV_contacts", "STREAM.PURGE.EVENTS", "STREAM.INFO.UPSTREAM"):
            with pytest.raises((nats.errors.TimeoutError, nats.errors.NoRespondersError)):
                await connection.client.request(f"$JS.API.{forbidden}", b"{}", timeout=0.2)
            assert connection.was_denied(f"$JS.API.{forbidden}")


async def test_the_record_of_all_this_obeys_the_rules(deployment: Deployment) -> None:
    async with connected(deployment, "provision", "provision") as connection:
        history = [event async for event in Log(connection).history(">")]

    assert history
    assert [str(one) for one in violations(history)] == []
