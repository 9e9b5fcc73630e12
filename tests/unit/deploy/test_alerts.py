"""Alerts speak of metrics of the catalogue, and each has a section that says what to do."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import yaml

from local.metrics_page import OF_OTHERS, catalogue
from shared.messaging.streams import WORK
from tests.unit.deploy.cluster import ROOT, Object, rendered
from tests.unit.deploy.promql import metrics_of

PAGE = ROOT / "docs" / "operations" / "alerts.md"


def rules() -> list[Object]:
    [found] = rendered("production").of_kind("PrometheusRule")
    return [rule for group in found["spec"]["groups"] for rule in group["rules"]]


@cache
def series() -> frozenset[str]:
    """Every name in the catalogue under which Prometheus can be asked."""
    return frozenset[str]().union(*(one.series for one in (*catalogue(), *OF_OTHERS)))


def test_alerts_speak_of_metrics_of_the_catalogue() -> None:
    for rule in rules():
        named = metrics_of(rule["expr"])
        assert named, rule["alert"]
        assert named <= series(), rule["alert"]


def test_prometheus_accepts_the_rules(tmp_path: Path) -> None:
    [found] = rendered("production").of_kind("PrometheusRule")
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": found["spec"]["groups"]}))
    promtool = shutil.which("promtool")
    assert promtool, "promtool comes with prometheus: run `make setup`"
    run = subprocess.run([promtool, "check", "rules", str(tmp_path / "rules.yml")], capture_output=True, check=False)

    assert run.returncode == 0, run.stderr


def test_an_alert_leads_to_what_to_do() -> None:
    page = PAGE.read_text()
    for rule in rules():
        assert rule["annotations"]["runbook_url"].endswith(f"/docs/operations/alerts.md#{rule['alert'].lower()}")
        assert f"## {rule['alert']}\n" in page


def test_no_section_speaks_of_an_alert_that_is_gone() -> None:
    assert set(re.findall(r"^## (\w+)$", PAGE.read_text(), re.MULTILINE)) == {rule["alert"] for rule in rules()}


def test_alerts_name_durable_consumers_that_exist() -> None:
    [pending] = [rule["expr"] for rule in rules() if "num_pending" in rule["expr"]]
    [named] = re.findall(r'consumer_name=~"([^"]+)"', pending)

    assert set(named.split("|")) <= {one.durable for one in WORK}


def test_what_scales_by_lag_names_a_durable_consumer_of_its_own() -> None:
    own = {(one.service, one.stream, one.durable) for one in WORK}
    for scaled in rendered("production").of_kind("ScaledObject"):
        metadata = scaled["spec"]["triggers"][0]["metadata"]
        assert (scaled["metadata"]["name"], metadata["stream"], metadata["consumer"]) in own
