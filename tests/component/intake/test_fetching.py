"""Files fetched for an upstream: from named hosts only, never around a corner, never too much."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from services.intake.adapters.fetcher import HttpFetcher
from services.intake.adapters.spool import FileSpools
from shared.errors import ProblemError

TEXT = b"A file of the upstream system.\n"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status = {"/file.txt": 200, "/large.txt": 200, "/moved.txt": 302}.get(self.path, 404)
        body = TEXT * (10_000 if self.path == "/large.txt" else 1)
        self.send_response(status)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Location", "/file.txt")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def host() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


async def fetched(hosts: set[str], url: str, folder: Path) -> tuple[bytes, str | None]:
    with FileSpools(folder, 10_000).open() as spool:
        kind = await HttpFetcher(frozenset(hosts)).fetch(url, spool)
        return bytes(spool._buffer), kind


async def test_a_file_is_fetched_from_an_address_that_is_named_itself(host: str, tmp_path: Path) -> None:
    assert await fetched({host}, f"http://{host}/file.txt", tmp_path) == (TEXT, "text/plain")


@pytest.mark.parametrize(
    "url",
    [
        "http://other.example/file.txt",
        "file:///etc/passwd",
        "ftp://{host}/file.txt",
        "http://user@{host}/file.txt",
        "http://127.0.0.1/file.txt",
        "http://",
        "nonsense",
    ],
)
async def test_what_is_not_named_is_not_asked(host: str, tmp_path: Path, url: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        await fetched({host}, url.format(host=host), tmp_path)

    assert (refusal.value.status, refusal.value.code) == (422, "url-not-allowed")


async def test_a_name_that_leads_to_a_private_address_is_not_asked(host: str, tmp_path: Path) -> None:
    port = host.rpartition(":")[2]

    with pytest.raises(ProblemError) as refusal:
        await fetched({f"localhost:{port}"}, f"http://localhost:{port}/file.txt", tmp_path)

    assert refusal.value.code == "url-not-allowed"


@pytest.mark.parametrize("path", ["moved.txt", "missing.txt"])
async def test_a_redirect_or_an_error_is_no_file(host: str, tmp_path: Path, path: str) -> None:
    with pytest.raises(ProblemError) as refusal:
        await fetched({host}, f"http://{host}/{path}", tmp_path)

    assert (refusal.value.status, refusal.value.code) == (422, "fetch-failed")


async def test_a_file_that_is_too_large_is_dropped(host: str, tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as refusal:
        await fetched({host}, f"http://{host}/large.txt", tmp_path)

    assert refusal.value.code == "file-too-large"


async def test_a_name_is_that_of_a_named_host_only_as_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as refusal:
        await fetched({"kelvin.test"}, "http://\N{KELVIN SIGN}elvin.test/file.txt", tmp_path)

    assert refusal.value.code == "url-not-allowed"


async def test_a_host_that_does_not_answer_is_a_failed_fetch(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as refusal:
        await fetched({"127.0.0.1:9"}, "http://127.0.0.1:9/file.txt", tmp_path)

    assert refusal.value.code == "fetch-failed"
