"""One platform with one published project, and the operators' commands on it."""

from collections.abc import Iterator

import httpx
import pytest

from local.running import RunningPlatform
from tests.e2e.site import Site
from tests.integration.ops.commands import site_of


@pytest.fixture(scope="session")
def site(platform: RunningPlatform) -> Iterator[Site]:
    with httpx.Client(timeout=30) as http:
        yield site_of(platform, http)
