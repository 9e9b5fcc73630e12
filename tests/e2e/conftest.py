"""One platform for all, a project of its own for each test."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.events import credentials_of
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site
from tests.e2e.tokens import Issuer

ANSWER_SECONDS = 30.0


@pytest.fixture(scope="session")
def issuer(platform: Any) -> Issuer:
    return Issuer(platform.urls["issuer"], Path(platform.page["issuer_key"]))


@pytest.fixture(scope="session")
def site(platform: Any, issuer: Issuer) -> Iterator[Site]:
    urls: dict[str, str] = platform.urls
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
