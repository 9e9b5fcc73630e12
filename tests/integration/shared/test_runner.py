"""A service's process: it says what is wrong with its settings, serves, drains on SIGTERM, and tells how it ended."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from local.server import wait_until

PROGRAM = """
import asyncio, gc, os, sys
from contextlib import asynccontextmanager
from fastapi import APIRouter
from shared.http.app import create_app
from shared.runner import Service, ServiceSettings, run
from shared.settings import NatsSettings

class Settings(ServiceSettings, NatsSettings):
    pass

def build(settings, readiness):
    router = APIRouter()

    @router.get("/slow")
    async def slow() -> dict[str, str]:
        print("asked", flush=True)
        await asyncio.sleep(float(os.environ.get("SLOW", "1")))
        return {"done": "yes"}

    @router.get("/frozen")
    async def frozen() -> int:
        return gc.get_freeze_count()

    @asynccontextmanager
    async def lifespan(app):
        if os.environ.get("START") == "fails":
            raise RuntimeError("the streams differ from what is declared")
        if os.environ.get("START") == "hangs":
            print("hanging", flush=True)
            await asyncio.sleep(600)
        yield
        print("lifespan ended", flush=True)

    here = settings.http_admin_port is None
    return create_app("probe", readiness=readiness, lifespan=lifespan, routers=[router], operations_here=here)

raise SystemExit(run(Service(name="probe", about="A probe of the runner.", settings=Settings, build=build)))
"""
NATS = {
    "RESULTS_NATS_URL": "nats://127.0.0.1:4222",
    "RESULTS_NATS_USER": "probe",
    "RESULTS_NATS_PASSWORD": "hush-nats",
}
ROOT = Path(__file__).parents[3]


class Probe:
    """One process of the program above."""

    def __init__(self, program: Path, **changes: str | None) -> None:
        self.port, self.admin_port = free_port(), free_port()
        given = {**NATS, "RESULTS_HTTP_PORT": str(self.port), **changes}
        environment = {name: value for name, value in given.items() if value is not None}
        self.process = subprocess.Popen(
            [sys.executable, str(program)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment},
        )

    def wait_for(self, path: str, port: int | None = None) -> httpx.Response:
        deadline = time.monotonic() + 20
        while True:
            try:
                return httpx.get(f"http://127.0.0.1:{port or self.port}{path}", timeout=5)
            except httpx.TransportError:
                assert time.monotonic() < deadline
                assert self.process.poll() is None, self.process.communicate()
                time.sleep(0.02)

    def wait_told(self, line: str) -> None:
        """Wait until the program has printed its next line, which is this one."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"{line}\n"

    def end(self, seconds: float = 20) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=seconds)
        return self.process.returncode, out, err


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM)
    return path


@pytest.fixture
def probe(program: Path) -> Iterator[Probe]:
    probe = Probe(program)
    yield probe
    probe.process.kill()


def test_wrong_settings_are_named_all_at_once_without_a_traceback(program: Path) -> None:
    code, _, err = Probe(program, RESULTS_NATS_URL=None, RESULTS_HTTP_PORT="none").end()

    assert code == 2
    assert err.startswith("probe cannot start, its settings are wrong:\n")
    assert "RESULTS_NATS_URL: is not set" in err
    assert "RESULTS_HTTP_PORT: " in err
    assert "Traceback" not in err


def test_help_names_the_service_and_its_settings(program: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(program), "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        check=True,
    )

    assert "A probe of the runner." in done.stdout
    assert "RESULTS_NATS_URL (required)" in done.stdout
    assert "Unit: seconds" in done.stdout


def test_garbage_collection_leaves_alone_what_a_service_built_at_its_start(probe: Probe) -> None:
    assert probe.wait_for("/frozen").json() > 10_000


def test_a_running_request_ends_before_the_process_does(probe: Probe) -> None:
    probe.wait_for("/healthz")
    with ThreadPoolExecutor() as beside:
        running = beside.submit(httpx.get, f"http://127.0.0.1:{probe.port}/slow", timeout=20)
        probe.wait_told("asked")
        probe.process.send_signal(signal.SIGTERM)

        code, out, err = probe.end()

    assert running.result().json() == {"done": "yes"}
    assert code == 0
    assert "lifespan ended" in out
    lines = [json.loads(line) for line in err.splitlines()]
    assert {"starting", "stopping", "stopped"} <= {line["message"] for line in lines}
    assert {line["service"] for line in lines} == {"probe"}
    assert "hush" not in err


def test_a_service_that_leaves_serves_on_and_sends_its_callers_elsewhere(program: Path) -> None:
    admin_port = free_port()
    probe = Probe(program, RESULTS_HTTP_ADMIN_PORT=str(admin_port), RESULTS_HTTP_LEAVE_SECONDS="3", SLOW="4")
    probe.wait_for("/readyz")
    url = f"http://127.0.0.1:{probe.port}"
    with httpx.Client(base_url=url, timeout=20) as kept, ThreadPoolExecutor() as beside:
        assert "connection" not in kept.get("/healthz").headers
        running = beside.submit(httpx.get, f"{url}/slow", timeout=20)
        probe.wait_told("asked")
        probe.process.send_signal(signal.SIGTERM)
        assert wait_until(lambda: probe.wait_for("/readyz", admin_port).status_code == 503, seconds_max=5)

        on_the_kept, on_a_new = kept.get("/healthz"), httpx.get(f"{url}/healthz")
        ready = probe.wait_for("/readyz", admin_port)

        assert (on_the_kept.status_code, on_a_new.status_code) == (200, 200)
        assert on_the_kept.headers["connection"] == on_a_new.headers["connection"] == "close"
        assert (ready.status_code, ready.json()["checks"][0]["reason"]) == (503, "stopping")
        assert running.result().json() == {"done": "yes"}
    assert probe.end()[0] == 0


def test_a_second_signal_ends_the_leaving(program: Path) -> None:
    probe = Probe(program, RESULTS_HTTP_LEAVE_SECONDS="120")
    probe.wait_for("/healthz")
    probe.process.send_signal(signal.SIGTERM)
    assert wait_until(lambda: probe.wait_for("/healthz").headers.get("connection") == "close", seconds_max=5)
    probe.process.send_signal(signal.SIGTERM)

    assert probe.end(seconds=5)[0] == 0


def test_a_request_that_does_not_end_is_cut_off_at_the_deadline(program: Path) -> None:
    probe = Probe(program, SLOW="600", RESULTS_HTTP_DRAIN_SECONDS="1")
    probe.wait_for("/healthz")
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"http://127.0.0.1:{probe.port}/slow", timeout=httpx.Timeout(20, read=0.2))
    probe.wait_told("asked")
    hanging = socket.create_connection(("127.0.0.1", probe.port))
    hanging.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    probe.wait_told("asked")
    probe.process.send_signal(signal.SIGTERM)

    assert probe.end(seconds=6)[0] == 0
    hanging.close()


def test_a_service_that_cannot_start_says_why(program: Path) -> None:
    code, _, err = Probe(program, START="fails").end()

    assert code == 3
    assert "the streams differ from what is declared" in err


def test_a_service_that_still_starts_can_be_stopped(program: Path) -> None:
    probe = Probe(program, START="hangs")
    probe.wait_told("hanging")
    probe.process.send_signal(signal.SIGTERM)

    assert probe.end(seconds=5)[0] == 0


def test_a_taken_port_is_a_failure(program: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = Probe(program, RESULTS_HTTP_PORT=str(taken.getsockname()[1])).end()

    assert code == 3
    assert "address already in use" in err


def test_operators_have_a_port_of_their_own(program: Path) -> None:
    admin_port = free_port()
    probe = Probe(program, RESULTS_HTTP_ADMIN_PORT=str(admin_port))

    assert probe.wait_for("/readyz").json() == {"status": "ready"}
    assert probe.wait_for("/readyz", admin_port).json() == {"status": "ready", "checks": []}
    assert "python_info" in probe.wait_for("/metrics", admin_port).text
    assert probe.wait_for("/metrics").status_code == 404
    probe.process.send_signal(signal.SIGTERM)
    assert probe.end()[0] == 0


def test_the_port_for_operators_is_alive_but_not_ready_while_the_service_starts(program: Path) -> None:
    admin_port = free_port()
    probe = Probe(program, RESULTS_HTTP_ADMIN_PORT=str(admin_port), START="hangs")

    assert probe.wait_for("/healthz", admin_port).status_code == 200
    answer = probe.wait_for("/readyz", admin_port)
    assert answer.status_code == 503
    assert answer.json()["checks"] == [{"name": "process", "ok": False, "reason": "starting"}]
    probe.process.send_signal(signal.SIGTERM)
    probe.end()


def exchanged(port: int, *pieces: bytes) -> bytes:
    """What comes back on a connection that sends these pieces, until the other side ends it."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                connection.sendall(piece)
        answer = b""
        with contextlib.suppress(ConnectionError):
            while data := connection.recv(65_536):
                answer += data
        return answer


MANY = [
    b"GET /healthz HTTP/1.1\r\nHost: h\r\nAccept-Language: lv\r\n",
    *(b"X-%d: %s\r\n" % (n, b"v" * 90) for n in range(2000)),
]
ENDLESS = [b"GET /healthz HTTP/1.1\r\nHost: h\r\nX-Long: ", *[b"v" * 65_536] * 8]
ADDRESS = [b"GET /", *[b"a" * 65_536] * 8]
TRAILERS = [
    b"POST /healthz HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX-Late: ",
    *[b"v" * 65_536] * 8,
]


def test_headers_without_end_are_refused_and_keep_nobody_waiting(probe: Probe) -> None:
    probe.wait_for("/healthz")
    kept = b"GET /healthz HTTP/1.1\r\nHost: h\r\nX-Long: " + b"v" * 60_000 + b"\r\nConnection: close\r\n\r\n"

    for pieces in (MANY, ENDLESS, ADDRESS):
        answer = exchanged(probe.port, *pieces)
        assert answer == b"" or (b" 431 " in answer.splitlines()[0] and b'"code": "headers-too-large"' in answer)
    exchanged(probe.port, *TRAILERS)

    assert b" 200 " in exchanged(probe.port, kept).splitlines()[0]
    assert probe.wait_for("/healthz").status_code == 200


def test_too_many_headers_are_answered_in_the_callers_language(probe: Probe) -> None:
    probe.wait_for("/healthz")

    answer = exchanged(probe.port, b"".join(MANY[:650]), b"X-Last: " + b"v" * 5_000 + b"\r\nX-End: e\r\n")

    assert "galvenes ir pārāk lielas" in answer.decode()
    assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_settings_fill_no_terminal_and_nobody_is_told_to_press_a_key(program: Path, log_format: str) -> None:
    probe = Probe(program, RESULTS_LOG_FORMAT=log_format)
    probe.wait_for("/healthz")

    probe.process.send_signal(signal.SIGTERM)
    _, out, err = probe.end()

    assert "serving" in out + err
    assert "CTRL+C" not in out + err
    assert ("RESULTS_NATS_PASSWORD" in out + err) == (log_format == "json")
