"""Alerts speak of metrics that exist, and each has a section that says what to do."""

import re

from prometheus_client import REGISTRY, CollectorRegistry

from local.reference import service_of
from shared.http.context import HttpMetrics
from shared.messaging.streams import WORK
from tests.unit.deploy.cluster import ROOT, SERVICES, Object, rendered

PAGE = ROOT / "docs" / "operations" / "alerts.md"
OF_OTHERS = {  # Prometheus itself and the exporter that NATS' chart brings
    "up",
    "jetstream_consumer_num_pending",
    "gnatsd_varz_jetstream_config_max_storage",
    "gnatsd_varz_jetstream_stats_storage",
}
WORDS = {"sum", "rate", "increase", "max", "min", "count", "by", "histogram_quantile", "job", "le", "model", "consumer"}
WORDS |= {"consumer_name", "time"}


def rules() -> list[Object]:
    [found] = rendered("production").of_kind("PrometheusRule")
    return [rule for group in found["spec"]["groups"] for rule in group["rules"]]


def metrics() -> set[str]:
    """Every name under which our services can be asked."""
    for service in SERVICES:
        service_of(service)
    registry = CollectorRegistry()
    HttpMetrics.of(registry)
    families = [*REGISTRY.collect(), *registry.collect()]
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
    return {f"{one.name}{ending}" for one in families for ending in endings.get(one.type, ())}


def test_alerts_speak_of_metrics_that_exist() -> None:
    known = metrics() | OF_OTHERS
    for rule in rules():
        bare = re.sub(r"\{[^}]*\}|\[[^]]*\]", "", rule["expr"])
        named = set(re.findall(r"[a-z_]{2,}", bare)) - WORDS
        assert named, rule["alert"]
        assert named <= known, rule["alert"]


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
