"""Write Grafana's dashboards as JSON: each panel is a title, expressions and a unit, and everything else is the same.

`python -m local.dashboards` writes `deploy/k8s/components/grafana-dashboards/*.json`; a test compares.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "deploy" / "k8s" / "components" / "grafana-dashboards"
SOURCE = {"type": "prometheus", "uid": "${source}"}
WIDTH, HEIGHT, COLUMNS = 8, 8, 3
HERE = 'namespace="$namespace"'
JOB = f'{HERE}, job=~"$job"'
CALLS = f'{JOB}, route!~"/(healthz|readyz|metrics)"'
RATE = "$__rate_interval"


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `queries`: legend to expression. `limit`: where it turns red; `below`: red is under it."""

    title: str
    about: str
    queries: dict[str, str]
    unit: str = "short"
    kind: str = "timeseries"
    limit: float | None = None
    below: bool = False


@dataclass(frozen=True, slots=True)
class Dashboard:
    uid: str
    title: str
    rows: dict[str, tuple[Panel, ...]]
    by_job: bool = False


def quantile(share: float, metric: str, by: str, labels: str) -> str:
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({metric}_bucket{{{labels}}}[{RATE}])))"


def per_second(metric: str, by: str, labels: str) -> str:
    return f"sum by ({by}) (rate({metric}{{{labels}}}[{RATE}]))"


_REQUESTS = f"sum by (job) (rate(http_request_seconds_count{{{CALLS}}}[{RATE}]))"
_ERRORS = f'sum by (job) (rate(http_request_seconds_count{{{CALLS}, status=~"5.."}}[{RATE}]))'
_STORE_FAILS = f'sum by (job, operation) (rate(results_store_seconds_count{{{JOB}, outcome="failed"}}[{RATE}]))'
_REFUSED = f'sum by (job, status) (rate(http_request_seconds_count{{{CALLS}, status=~"4.."}}[{RATE}]))'
_BEHIND = (
    f"max by (model) (read_model_position{{{HERE}}}) - on (model) group_right min by (model, pod) "
    f"(read_model_position{{{HERE}}})"
)

SERVICES = Dashboard(
    "results-services",
    "Results: golden signals of each service",
    {
        "Requests": (
            Panel("Requests a second", "By service, without probes.", {"{{job}}": _REQUESTS}, "reqps"),
            Panel(
                "Errors",
                "Share of requests that got 5xx.",
                {"{{job}}": f"{_ERRORS} / {_REQUESTS}"},
                "percentunit",
                limit=0.01,
            ),
            Panel(
                "Duration",
                "Half, 95 and 99 of a hundred are quicker.",
                {
                    f"{{{{job}}}} p{int(one * 100)}": quantile(one, "http_request_seconds", "job", CALLS)
                    for one in (0.5, 0.95, 0.99)
                },
                "s",
                limit=2,
            ),
            Panel(
                "Routes",
                "Requests a second.",
                {"{{method}} {{route}}": per_second("http_request_seconds_count", "method, route", CALLS)},
                "reqps",
            ),
            Panel(
                "Slow routes",
                "95 of a hundred are quicker.",
                {"{{route}}": quantile(0.95, "http_request_seconds", "route", CALLS)},
                "s",
            ),
            Panel(
                "Refusals",
                "Requests a second that got 4xx: clients, rights, conflicts.",
                {"{{job}} {{status}}": _REFUSED},
                "reqps",
            ),
        ),
        "Saturation": (
            Panel("Requests under way", "", {"{{pod}}": f"http_requests_running{{{JOB}}}"}),
            Panel(
                "Processor",
                "Cores. One is the most that a pod can use well.",
                {"{{pod}}": f"rate(process_cpu_seconds_total{{{JOB}}}[{RATE}])"},
                limit=0.9,
            ),
            Panel("Memory", "", {"{{pod}}": f"process_resident_memory_bytes{{{JOB}}}"}, "bytes"),
        ),
        "What they stand on": (
            Panel(
                "Object store",
                "95 of a hundred operations are quicker.",
                {"{{job}} {{operation}}": quantile(0.95, "results_store_seconds", "job, operation", JOB)},
                "s",
            ),
            Panel(
                "Object store fails",
                "Operations a second without an answer, or refused.",
                {"{{job}} {{operation}}": _STORE_FAILS},
                "ops",
                limit=0.1,
            ),
            Panel(
                "Places at the object store",
                "Operations waited for; 16 go on at once in each pod.",
                {"{{pod}}": f"results_store_busy{{{JOB}}}"},
                limit=16,
            ),
            Panel(
                "Read models behind",
                "Events that a replica lacks and another has.",
                {"{{model}} {{pod}}": _BEHIND},
                limit=1000,
            ),
            Panel(
                "Bugs met",
                "Requests a second that ended in an exception of ours.",
                {"{{job}} {{route}}": per_second("http_failures_total", "job, route", JOB)},
                "reqps",
                limit=0.001,
            ),
            Panel(
                "Instances", "That answer Prometheus.", {"{{job}}": f"sum by (job) (up{{{JOB}}})"}, limit=1, below=True
            ),
        ),
    },
    by_job=True,
)

PIPELINE = Dashboard(
    "results-pipeline",
    "Results: from the post to the public page",
    {
        "Work": (
            Panel(
                "Waiting",
                "Messages that nobody has taken yet.",
                {"{{consumer}}": f"max by (consumer) (results_work_waiting{{{HERE}}})"},
                limit=1000,
            ),
            Panel(
                "Oldest",
                "Age of the oldest message that is not settled.",
                {"{{consumer}}": f"max by (consumer) (results_work_oldest_seconds{{{HERE}}})"},
                "s",
                limit=600,
            ),
            Panel(
                "In hand",
                "Taken and not settled, put back ones included.",
                {"{{consumer}}": f"max by (consumer) (results_work_in_hand{{{HERE}}})"},
            ),
            Panel(
                "Settled",
                "Messages a second, by how.",
                {"{{consumer}} {{how}}": per_second("results_work_settled_total", "consumer, how", HERE)},
                "ops",
            ),
            Panel(
                "Time of one message",
                "95 of a hundred are quicker.",
                {"{{consumer}}": quantile(0.95, "results_work_seconds", "consumer", HERE)},
                "s",
            ),
            Panel(
                "Dead letters",
                "That nobody has replayed or discarded.",
                {"{{consumer}}": f"max by (consumer) (results_deadletters{{{HERE}}})"},
                kind="stat",
                limit=1,
            ),
        ),
        "How long people wait": (
            Panel(
                "Post to verdict",
                "",
                {
                    f"p{int(one * 100)}": quantile(one, "results_posted_to_verdict_seconds", "namespace", HERE)
                    for one in (0.5, 0.95, 0.99)
                },
                "s",
                limit=120,
            ),
            Panel(
                "Cause to publication",
                "From the message that caused it to the publisher's event; 95 of a hundred.",
                {"{{thing}}": quantile(0.95, "publisher_trigger_to_event_seconds", "thing", HERE)},
                "s",
            ),
            Panel(
                "Publisher's deeds",
                "Events a second.",
                {"{{type}}": per_second("publisher_deeds_total", "type", HERE)},
                "ops",
            ),
        ),
        "The record": (
            Panel(
                "NATS servers",
                "That answer.",
                {"servers": f"count(nats_server_total_streams{{{HERE}}})"},
                kind="stat",
                limit=3,
                below=True,
            ),
            Panel(
                "NATS' disks",
                "Share that is used.",
                {"{{server_name}}": f"nats_server_total_message_bytes{{{HERE}}} / nats_server_max_storage{{{HERE}}}"},
                "percentunit",
                limit=0.8,
            ),
            Panel(
                "Streams",
                "Bytes.",
                {"{{stream_name}}": f"max by (stream_name) (nats_stream_total_bytes{{{HERE}}})"},
                "bytes",
            ),
            Panel(
                "Events", "Appended a second.", {"events": f"max(rate(read_model_position{{{HERE}}}[{RATE}]))"}, "ops"
            ),
            Panel(
                "Waiting, as NATS tells",
                "",
                {"{{consumer_name}}": f"max by (consumer_name) (nats_consumer_num_pending{{{HERE}}})"},
                limit=1000,
            ),
        ),
        "The archive outside": (
            Panel(
                "Archive",
                "Since it last held everything that the log held.",
                {"behind": f"time() - max(results_archive_reached_seconds{{{HERE}}})"},
                "s",
                kind="stat",
                limit=60,
            ),
            Panel(
                "Newest backup",
                "Age of the newest whole run.",
                {"age": f"time() - max(results_archive_backup_seconds{{{HERE}}})"},
                "s",
                kind="stat",
                limit=93600,
            ),
            Panel(
                "Missing",
                "Files that the log names and no bucket holds.",
                {"files": f"max(results_archive_missing{{{HERE}}})"},
                kind="stat",
                limit=1,
            ),
        ),
    },
)

SCANNER = Dashboard(
    "results-scanner",
    "Results: the checks of files",
    {
        "Scanner": (
            Panel(
                "clamd is trusted",
                "It found the test string and let harmless words pass, in every validator.",
                {"trusted": f"min(results_scanner_trusted{{{HERE}}})"},
                kind="stat",
                limit=1,
                below=True,
            ),
            Panel(
                "clamd answers",
                "In every validator.",
                {"present": f"min(results_scanner_present{{{HERE}}})"},
                kind="stat",
                limit=1,
                below=True,
            ),
            Panel(
                "Age of signatures",
                "The oldest of all validators.",
                {"age": f"time() - min(results_scanner_signatures_built_seconds{{{HERE}}})"},
                "s",
                kind="stat",
                limit=259_200,
            ),
            Panel(
                "Unfinished",
                "Files that wait for a check that could not run; none passes.",
                {"files": f"max(results_unfinished_verdicts{{{HERE}}})"},
                kind="stat",
                limit=1,
            ),
            Panel(
                "Scans",
                "A second, by answer.",
                {"{{answer}}": per_second("results_scan_seconds_count", "answer", HERE)},
                "ops",
            ),
            Panel(
                "Time of a scan",
                "",
                {
                    f"p{int(one * 100)}": quantile(one, "results_scan_seconds", "namespace", HERE)
                    for one in (0.5, 0.95, 0.99)
                },
                "s",
            ),
            Panel("Files in clamd", "", {"{{pod}}": f"results_scanner_busy{{{HERE}}}"}),
        ),
        "Parsers": (
            Panel(
                "Children at work",
                "Share.",
                {"{{pod}} {{pool}}": f"results_parsers_busy{{{HERE}}} / results_parsers{{{HERE}}}"},
                "percentunit",
                limit=0.95,
            ),
            Panel("Waiting for a child", "Checks.", {"{{pod}} {{pool}}": f"results_parsers_waited_for{{{HERE}}}"}),
            Panel(
                "Children that failed",
                "A second: crashed, late or talking nonsense.",
                {"{{check}}": per_second("results_parser_failures_total", "check", HERE)},
                "ops",
                limit=0.01,
            ),
            Panel(
                "Time of a check",
                "95 of a hundred are quicker.",
                {"{{check}}": quantile(0.95, "results_sandboxed_check_seconds", "check", HERE)},
                "s",
            ),
        ),
        "Verdicts": (
            Panel(
                "Verdicts",
                "A second, by outcome.",
                {"{{outcome}}": per_second("results_verdicts_total", "outcome", HERE)},
                "ops",
            ),
            Panel(
                "Checks",
                "A second, by what came of them.",
                {"{{check}} {{outcome}}": per_second("results_checks_total", "check, outcome", HERE)},
                "ops",
            ),
            Panel(
                "Looked at again",
                "Rescans a second.",
                {"{{outcome}}": per_second("results_rescanned_total", "outcome", HERE)},
                "ops",
            ),
        ),
    },
)
DASHBOARDS = (SERVICES, PIPELINE, SCANNER)


def document(dashboard: Dashboard) -> dict[str, Any]:
    """What Grafana reads."""
    panels: list[dict[str, Any]] = []
    top = 0
    for title, members in dashboard.rows.items():
        place = _place(0, top, 24, 1)
        panels.append({"type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []})
        for number, panel in enumerate(members):
            line, column = divmod(number, COLUMNS)
            panels.append(_panel(panel) | {"gridPos": _place(column * WIDTH, top + 1 + line * HEIGHT, WIDTH, HEIGHT)})
        top += 1 + -(-len(members) // COLUMNS) * HEIGHT
    for number, one in enumerate(panels, 1):
        one["id"] = number
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["results"],
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": _variables(dashboard.by_job)},
        "panels": panels,
    }


def _panel(panel: Panel) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + number), "datasource": SOURCE, "expr": expression, "legendFormat": legend}
        for number, (legend, expression) in enumerate(panel.queries.items())
    ]
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if panel.limit is not None:
        low, high = ("red", "green") if panel.below else ("green", "red")
        steps = [{"color": low, "value": None}, {"color": high, "value": panel.limit}]
        defaults |= {"thresholds": {"mode": "absolute", "steps": steps}}
        if panel.kind == "timeseries":
            defaults["custom"] = {"thresholdsStyle": {"mode": "line"}}
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.about,
        "datasource": SOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": {},
    }


def _place(x: int, y: int, width: int, height: int) -> dict[str, int]:
    return {"x": x, "y": y, "w": width, "h": height}


def _variables(by_job: bool) -> list[dict[str, Any]]:
    source = {"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"}
    found = [source, _asked("namespace", "label_values(results_store_busy, namespace)")]
    if by_job:
        several = {"multi": True, "includeAll": True, "allValue": "intake|validator|review|publisher"}
        found.append(_asked("job", 'label_values(results_store_busy{namespace="$namespace"}, job)') | several)
    return found


def _asked(name: str, query: str) -> dict[str, Any]:
    return {"name": name, "label": name, "type": "query", "datasource": SOURCE, "query": query, "refresh": 2, "sort": 1}


def files() -> dict[str, str]:
    """Every dashboard's file by name."""
    return {f"{one.uid}.json": json.dumps(document(one), indent=1, ensure_ascii=False) + "\n" for one in DASHBOARDS}


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text)
