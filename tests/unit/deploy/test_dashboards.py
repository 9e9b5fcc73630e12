"""Dashboards are what their code says, load into Grafana by a label, and ask for metrics of the catalogue only."""

import json
from typing import Any

import pytest

from local.dashboards import FOLDER, files
from tests.unit.deploy.cluster import Cluster, components
from tests.unit.deploy.promql import metrics_of
from tests.unit.deploy.test_alerts import series


def panels(text: str) -> list[dict[str, Any]]:
    return [one for one in json.loads(text)["panels"] if one["type"] != "row"]


def expressions() -> list[str]:
    return [target["expr"] for text in files().values() for panel in panels(text) for target in panel["targets"]]


@pytest.mark.parametrize("name", files())
def test_the_files_are_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text() == files()[name], "run `.venv/bin/python -m local.dashboards` and commit"


@pytest.mark.parametrize("name", files())
def test_panels_do_not_overlap_and_say_what_they_show(name: str) -> None:
    places: set[tuple[int, int]] = set()
    for panel in panels(files()[name]):
        place = panel["gridPos"]
        squares = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not squares & places, panel["title"]
        assert max(x for x, _ in squares) < 24
        places |= squares
        assert panel["title"]
        assert panel["targets"]


def test_every_expression_asks_for_metrics_of_the_catalogue() -> None:
    for expression in expressions():
        assert metrics_of(expression), expression
        assert metrics_of(expression) <= series(), expression


def test_an_expression_that_is_none_is_found() -> None:
    with pytest.raises(ValueError, match="unclosed left parenthesis"):
        metrics_of("sum by (rate(up[5m])")


def test_dashboards_carry_the_label_of_grafanas_sidecar(cluster: Cluster) -> None:
    if "grafana-dashboards" not in components(cluster.overlay):
        return
    found = [one for one in cluster.of_kind("ConfigMap") if one["metadata"]["name"].startswith("dashboard-")]

    assert len(found) == len(files())
    for one in found:
        assert one["metadata"]["labels"]["grafana_dashboard"] == "1"
        for text in one["data"].values():
            json.loads(text)
