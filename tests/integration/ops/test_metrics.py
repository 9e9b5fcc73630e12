"""A running platform tells the metrics of the catalogue, all of them and no others, and what the alerts ask for."""

import re
from pathlib import Path

import httpx
import pytest

from local.metrics_page import ARCHIVE, LIBRARYS, OF_OTHERS, SERIES, told_by
from local.running import RunningPlatform
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site
from tests.unit.deploy.promql import metrics_of
from tests.unit.deploy.test_alerts import rules

SERVICES = ("intake", "validator", "review", "publisher")


def told(platform: RunningPlatform, service: str) -> set[str]:
    page = httpx.get(f"{platform.urls[service]}/metrics").text
    return {name for name in re.findall(r"(?m)^# TYPE (\w+) ", page) if not name.startswith(LIBRARYS)}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_tells_what_the_catalogue_says_and_nothing_else(platform: RunningPlatform, service: str) -> None:
    assert told(platform, service) == {one.name for one in told_by(service)}


def test_every_metric_of_an_alert_is_told(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    Scenario(site, tmp_path).story()
    asked = set[str]().union(*(metrics_of(rule["expr"]) for rule in rules()))
    others = {name for one in OF_OTHERS for name in one.series}
    endings = {ending for each in SERIES.values() for ending in each}

    known = {name + ending for service in SERVICES for name in told(platform, service) for ending in endings}
    assert {"results_work_oldest_seconds", "http_request_seconds_bucket", "read_model_position"} <= asked
    assert asked - others <= known | {one.name for one in told_by(ARCHIVE)}
