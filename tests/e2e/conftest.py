"""One platform for all, a project of its own for each test."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from local.running import RunningPlatform, running_platform
from tests.e2e.events import credentials_of
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site
from tests.e2e.tokens import Issuer

ANSWER_SECONDS = 30.0


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """The whole platform as a process of its own. A trusted source of report approvals is `sap`."""
    environment = {"RESULTS_REPORT_SOURCES": '["sap"]', "RESULTS_LOG_FORMAT": "json"}
    with running_platform(tmp_path_factory.mktemp("platform"), environment) as running:
        yield running


@pytest.fixture(scope="package")
def issuer(platform: RunningPlatform) -> Issuer:
    return Issuer(platform.urls["issuer"], Path(platform.page["issuer_key"]))


@pytest.fixture(scope="package")
def site(platform: RunningPlatform, issuer: Issuer) -> Iterator[Site]:
    urls = platform.urls
    with httpx.Client(timeout=ANSWER_SECONDS, limits=httpx.Limits(max_keepalive_connections=8)) as http:
        yield Site(
            addresses={name: urls[name] for name in ("intake", "review", "publisher", "validator", "s3")},
            nats_url=urls["nats"],
            nats_users=credentials_of(Path(platform.page["credentials"])),
            mint=issuer,
            http=http,
        )


@pytest.fixture
def scenario(site: Site, tmp_path: Path) -> Scenario:
    return Scenario(site, tmp_path)


@pytest.fixture
def elapsed() -> Callable[[], float]:
    """Seconds since the test began."""
    began = time.monotonic()
    return lambda: time.monotonic() - began
