"""The catalogue of metrics, from the code: each service is built in a process of its own and asked what it can tell."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from prometheus_client import REGISTRY

from shared.contracts.subjects import OWNERS

ARCHIVE = "results backup --follow"
LIBRARYS = ("process_", "python_")
SERIES = {"histogram": ("_bucket", "_count", "_sum"), "summary": ("_count", "_sum"), "gauge": ("",), "counter": ("",)}
INTRODUCTION = """# Metrics

Written by `python -m local.reference` from the code. Each service tells them on `/metrics` of its port for operators;
`results archive follow` and `backup --follow` on `--metrics-port`. A histogram has the series `_bucket`, `_count` and `_sum`. Times are in seconds, moments
in seconds since 1970. Labels never hold ids of projects, people or addresses. The client library adds `process_...` and `python_...`.
[Alerts](../operations/alerts.md), [dashboards](../operations/dashboards.md).

| signal | metrics |
|---|---|
| requests, errors, duration | `http_request_seconds`, `http_failures_total`, `http_requests_running` |
| work: rate, errors, duration | `results_work_settled_total`, `results_work_seconds`, `results_work_busy` |
| lag | `results_work_waiting`, `results_work_in_hand`, `nats_consumer_num_pending` |
| oldest waiting | `results_work_oldest_seconds` |
| dead letters | `results_deadletters` |
| read model | `read_model_position` |
| scanner | `results_scan_seconds`, `results_scanner_present`, `results_unfinished_verdicts` |
| age of signatures | `results_scanner_signatures_built_seconds` |
| pools | `results_parsers_busy` of `results_parsers`, `results_parsers_waited_for`, `results_scanner_busy` |
| the archive outside | `results_archive_reached_seconds`, `results_archive_backup_seconds`, `results_archive_missing` |
| object store | `results_store_seconds`, `results_store_busy` |
"""  # noqa: E501  (lines of a page)


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """One metric as /metrics names it. `labels` are its own, not those that Prometheus adds."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str

    @property
    def unit(self) -> str:
        for ending, unit in (("_seconds", "seconds"), ("_seconds_total", "seconds"), ("_bytes", "bytes")):
            if self.name.endswith(ending):
                return unit
        return ""

    @property
    def series(self) -> frozenset[str]:
        """The names under which Prometheus knows it."""
        return frozenset(self.name + ending for ending in SERIES[self.kind])


OF_OTHERS = (
    Metric("up", "gauge", ("job", "instance"), "Prometheus' own: 1 when the target answered the last time"),
    Metric("process_resident_memory_bytes", "gauge", (), "Memory of the process"),
    Metric("process_cpu_seconds_total", "counter", (), "Processor time of the process"),
    *(
        Metric(f"nats_{name}", "gauge", labels, meaning)
        for name, labels, meaning in (
            ("server_total_streams", ("server_name",), "Streams on this NATS server"),
            ("server_total_message_bytes", ("server_name",), "Bytes of messages on this server's disk"),
            ("server_max_storage", ("server_name",), "Bytes that JetStream may use of this server's disk"),
            ("stream_total_messages", ("stream_name",), "Messages in a stream"),
            ("stream_total_bytes", ("stream_name",), "Bytes of a stream"),
            ("consumer_num_pending", ("stream_name", "consumer_name"), "Messages that wait for a consumer"),
            ("consumer_num_ack_pending", ("stream_name", "consumer_name"), "Messages that are taken and not settled"),
        )
    ),
)
"""What alerts and dashboards use beside ours: NATS' exporter as the chart of NATS starts it, with `-prefix=nats`."""


def told_here() -> Iterator[Metric]:
    """What this process can tell, with or without samples."""
    for collector in tuple(REGISTRY._collector_to_names):
        labels = getattr(collector, "_labelnames", None)
        for family in collector.collect():
            found = (
                labels if labels is not None else sorted({one for sample in family.samples for one in sample.labels})
            )
            name = family.name + ("_total" if family.type == "counter" else "")
            yield Metric(name, family.type if family.type in SERIES else "gauge", tuple(found), family.documentation)


def told_by(part: str) -> list[Metric]:
    """What a service can tell, or the archive; asked in another process, since metrics belong to a process."""
    asked = [sys.executable, "-m", "local.metrics_page", part]
    answer = subprocess.run(asked, capture_output=True, text=True, check=True)
    return [Metric(**(one | {"labels": tuple(one["labels"])})) for one in json.loads(answer.stdout)]


def catalogue() -> dict[Metric, list[str]]:
    """Every metric of ours with who tells it."""
    parts = (*OWNERS, ARCHIVE)
    found: dict[Metric, list[str]] = {}
    with ThreadPoolExecutor(2) as pool:
        for part, metrics in zip(parts, pool.map(told_by, parts), strict=True):
            for one in metrics:
                found.setdefault(one, []).append(part)
    return found


def page() -> str:
    """The catalogue as a page."""
    found = catalogue()
    ours = [_row(one, ", ".join(_short(found[one], ARCHIVE))) for one in sorted(found)]
    others = [
        _row(one, "NATS' exporter" if one.name.startswith("nats_") else "Prometheus and its client library")
        for one in OF_OTHERS
    ]
    head = "| metric | type | unit | labels | meaning | told by |\n|---|---|---|---|---|---|"
    return "\n".join([INTRODUCTION, "## Ours", "", head, *ours, "", "## Of others", "", head, *others, ""])


def _row(one: Metric, by: str) -> str:
    labels = ", ".join(f"`{label}`" for label in one.labels)
    return f"| `{one.name}` | {one.kind} | {one.unit} | {labels} | {one.meaning.rstrip('.')} | {by} |"


def _short(parts: list[str], archive: str) -> list[str]:
    if set(OWNERS) <= set(parts):
        return ["every service", *([archive] if archive in parts else [])]
    return parts


def _main(part: str) -> None:
    if part == ARCHIVE:
        import local.ops.cli_archive  # noqa: F401  (its metrics are made as it is loaded)

        found = [one for one in told_here() if one.name.startswith("results_archive")]
    else:
        from local.reference import openapi

        openapi(part)
        found = [one for one in told_here() if not one.name.startswith(LIBRARYS)]
    print(json.dumps([asdict(one) for one in found]))


if __name__ == "__main__":
    _main(sys.argv[1])
