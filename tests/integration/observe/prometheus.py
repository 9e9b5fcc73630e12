"""A real Prometheus on the real rules, and what stands in for NATS' exporter: it reads the real monitoring port."""

import json
import shutil
import threading
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import yaml

from local.server import Command, Server

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Something that is scraped, under the labels that it has in the cluster."""

    job: str
    port: int
    path: str = "/metrics"
    namespace: str = "results"


class Prometheus(Server):
    """Looks at its targets once a second, and at the rules as often."""

    name = "prometheus"

    def __init__(self, home: Path, port: int, targets: Iterable[Target], groups: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(home)
        self.port = port
        self.targets = tuple(targets)
        self.groups = groups

    def command(self) -> Command:
        binary = shutil.which("prometheus")
        assert binary, "prometheus is not installed: run `make setup`"
        options = ("--config.file=prometheus.yml", "--storage.tsdb.path=data", "--log.level=warn")
        return Command(argv=(binary, *options, f"--web.listen-address={HOST}:{self.port}"), folder=self.home)

    def prepare(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        (self.home / "rules.yml").write_text(yaml.safe_dump({"groups": list(self.groups)}))
        settings = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yml"],
            "scrape_configs": [_scraped(number, one) for number, one in enumerate(self.targets)],
        }
        (self.home / "prometheus.yml").write_text(yaml.safe_dump(settings))

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"http://{HOST}:{self.port}/-/ready", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    def ask(self, expression: str) -> list[Any]:
        answer = httpx.get(f"http://{HOST}:{self.port}/api/v1/query", params={"query": expression}).json()
        assert answer["status"] == "success", answer
        found: list[Any] = answer["data"]["result"]
        return found

    def firing(self) -> set[str]:
        """The names of the alerts that fire now."""
        alerts = httpx.get(f"http://{HOST}:{self.port}/api/v1/alerts").json()["data"]["alerts"]
        return {one["labels"]["alertname"] for one in alerts if one["state"] == "firing"}


def _scraped(number: int, one: Target) -> dict[str, Any]:
    return {
        "job_name": f"{number}",
        "metrics_path": one.path,
        "static_configs": [
            {
                "targets": [f"{HOST}:{one.port}"],
                "labels": {"job": one.job, "namespace": one.namespace, "instance": f"{number}"},
            },
        ],
    }


@contextmanager
def exporter() -> Iterator[int]:
    """On `/PORT`: what NATS' exporter tells of the server whose monitoring port that is, with its chart's names."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                with urllib.request.urlopen(
                    f"http://{HOST}:{int(self.path[1:])}/jsz?consumers=true", timeout=0.8
                ) as one:
                    body = "\n".join(_told(json.load(one))).encode() + b"\n"
            except OSError:
                self.send_error(502)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            with suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def _told(jsz: dict[str, Any]) -> Iterator[str]:
    yield f"nats_server_total_streams {jsz['streams']}"
    yield f"nats_server_total_message_bytes {jsz['bytes']}"
    yield f"nats_server_max_storage {jsz['config']['max_storage']}"
    for account in jsz.get("account_details", ()):
        for stream in account.get("stream_detail", ()):
            labels = f'stream_name="{stream["name"]}"'
            yield f"nats_stream_total_messages{{{labels}}} {stream['state']['messages']}"
            yield f"nats_stream_total_bytes{{{labels}}} {stream['state']['bytes']}"
            for one in stream.get("consumer_detail", ()):
                names = f'{labels},consumer_name="{one["name"]}"'
                yield f"nats_consumer_num_pending{{{names}}} {one['num_pending']}"
                yield f"nats_consumer_num_ack_pending{{{names}}} {one['num_ack_pending']}"
