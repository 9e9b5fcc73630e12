"""One platform that tells its traces, for every test here. The drill comes last: it leaves nonsense in the log."""

from collections.abc import Iterator

import pytest

from local.running import RunningPlatform, running_platform
from tests.integration.observe.collector import Collector, collector


@pytest.fixture(scope="package")
def told() -> Iterator[Collector]:
    with collector() as kept:
        yield kept


@pytest.fixture(scope="package")
def traced(told: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    environment = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": told.url,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "OTEL_BSP_MAX_QUEUE_SIZE": "128",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "64",
    }
    with running_platform(tmp_path_factory.mktemp("traced") / "home", environment) as platform:
        yield platform
