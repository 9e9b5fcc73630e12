"""The real servers, once per test run, on loopback ports that no other run uses. In CI a skipped test is a failure."""

import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import structlog

from local.port_ranges import reserved_ports
from local.provisioning import provision_now
from local.servers import ClamdServer, Credentials, NatsCluster, NatsServer, Ports, SeaweedServer


def pytest_configure() -> None:
    """Let the commands that tests start hear Ctrl-C: tests that run in the background would hand on its deafness."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A traceback with every variable in it, as structlog draws one by itself, takes seconds.
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A missing server or a forgotten skip must not hide behind a green run."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which CI does not allow: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def server_ports() -> Iterator[Ports]:
    with reserved_ports() as ports:
        yield ports


@pytest.fixture(scope="session")
def server_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def credentials(server_home: Path) -> Credentials:
    return Credentials.of_home(server_home)


@pytest.fixture(scope="session")
def nats_server(server_home: Path, server_ports: Ports, credentials: Credentials) -> Iterator[NatsServer]:
    """A nats-server with every user, stream, bucket and consumer. Use a project id of your own in each test."""
    with NatsServer(server_home / "nats", server_ports, credentials) as server:
        provision_now(url=server.url, password=credentials.nats["operator"])
        yield server


@pytest.fixture(scope="session")
def nats_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsCluster]:
    """Three servers that replicate each other, provisioned with three replicas."""
    home = tmp_path_factory.mktemp("cluster")
    credentials = Credentials.of_home(home)
    with reserved_ports() as ports, NatsCluster(home, ports, credentials) as cluster:
        provision_now(url=cluster.url, password=credentials.nats["operator"], replicas=3)
        yield cluster


@pytest.fixture(scope="session")
def store_server(server_home: Path, server_ports: Ports, credentials: Credentials) -> Iterator[SeaweedServer]:
    """An S3 server with the four buckets and a key per service."""
    with SeaweedServer(server_home / "store", server_ports, credentials) as server:
        yield server


@pytest.fixture(scope="session")
def clamd_server(server_home: Path, server_ports: Ports) -> Iterator[ClamdServer]:
    """A clamd that knows the EICAR test string."""
    with ClamdServer(server_home / "clamd", server_ports) as server:
        yield server
