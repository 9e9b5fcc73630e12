"""One platform with one published project, and the operators' commands on it."""

from collections.abc import Iterator

import httpx
import pytest

from local.running import RunningPlatform, running_platform
from tests.e2e.site import Site
from tests.integration.ops.commands import site_of


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """A platform of the operators' own: what they archive and count is what these tests have put there."""
    quick = {"RESULTS_VALIDATOR_RESCAN_SECONDS": "0.05"}
    with running_platform(tmp_path_factory.mktemp("operated") / "home", quick) as platform:
        yield platform


@pytest.fixture(scope="package")
def site(platform: RunningPlatform) -> Iterator[Site]:
    with httpx.Client(timeout=30) as http:
        yield site_of(platform, http)
