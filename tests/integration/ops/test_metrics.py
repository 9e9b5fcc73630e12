"""What the alerts ask for is really told by a platform that runs and has done something of everything."""

import re
from pathlib import Path

import httpx
import yaml

from local.parts import ROOT
from local.running import RunningPlatform
from tests.e2e.scenario import Scenario
from tests.e2e.site import Site

ALERTS = ROOT / "deploy" / "k8s" / "components" / "prometheus-operator" / "alerts.yaml"
OURS = re.compile(r"\b((?:results|http|read_model|publisher)_[a-z_]+?)(?:_bucket|_count|_sum)?\b(?=[{\[)> ])")
SERVICES = ("intake", "validator", "review", "publisher")


def asked_for() -> set[str]:
    """Every metric of our own services in the expressions of the alerts."""
    groups = yaml.safe_load(ALERTS.read_text())["spec"]["groups"]
    return {name for group in groups for rule in group["rules"] for name in OURS.findall(rule["expr"])}


def told_by(platform: RunningPlatform) -> set[str]:
    pages = [httpx.get(f"{platform.urls[name]}/metrics").text for name in SERVICES]
    return {name for page in pages for name in re.findall(r"(?m)^# TYPE (\w+) ", page)}


def test_every_metric_of_an_alert_is_told(platform: RunningPlatform, site: Site, tmp_path: Path) -> None:
    Scenario(site, tmp_path).story()

    asked = asked_for()
    assert {"results_work_overdue_total", "http_request_seconds", "read_model_position"} <= asked
    assert asked <= told_by(platform)
