"""A multipart body that arrives in any pieces, in either order, and what is refused of it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request

from services.intake.adapters.spool import FileSpools
from services.intake.api.receiving import DROPPED_BYTES_MAX, METADATA_BYTES_MAX, Received, Receiver, Rules
from services.intake.bodies import parsed
from services.intake.domain.files import require_format
from shared.contracts.result import ResultMetadata
from shared.errors import ProblemError

BOUNDARY = "line"
METADATA = {
    "title": "T",
    "description": "D",
    "category": "handbook",
    "data_protection": {"confirmed": True},
}
LIMIT = 3_000_000


def part(name: str, body: bytes, filename: str | None = None) -> bytes:
    named = f'; filename="{filename}"' if filename is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\nContent-Type: text/plain\r\n\r\n'
    return head.encode() + body + b"\r\n"


def metadata(**changes: Any) -> bytes:
    return part("metadata", json.dumps(METADATA | changes).encode())


END = f"--{BOUNDARY}--\r\n".encode()


def request(body: bytes, step: int = 65_536, *, kind: str = f"multipart/form-data; boundary={BOUNDARY}") -> Request:
    chunks = [body[start : start + step] for start in range(0, len(body), step)] or [b""]
    messages = [{"type": "http.request", "body": one, "more_body": True} for one in chunks]
    messages[-1]["more_body"] = False
    return _request(messages, kind)


def _request(messages: list[dict[str, Any]], kind: str) -> Request:
    async def receive() -> dict[str, Any]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"content-type", kind.encode())]}
    return Request(scope, receive)


async def read(sent: Request, folder: Path, limit: int = LIMIT) -> tuple[Received, bytes]:
    rules = Rules(
        judge_name=require_format,
        judge_metadata=lambda data: parsed(ResultMetadata, data),
        file_bytes_max=limit,
    )
    spools = FileSpools(folder, limit)
    with spools.open() as spool:
        received = await Receiver(spool, rules).read(sent)
        content = kept(spool, folder)
    return received, content


def kept(spool: Any, folder: Path) -> bytes:
    """The bytes of a spool, wherever they are."""
    file = next(iter(folder.glob("*.spool")), None)
    return file.read_bytes() if file else bytes(spool._buffer)


def left(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()]


async def refused(sent: Request, folder: Path, limit: int = LIMIT) -> ProblemError:
    with pytest.raises(ProblemError) as refusal:
        await read(sent, folder, limit)
    assert left(folder) == []
    return refusal.value


@pytest.mark.parametrize("step", [1, 7, 100, 65_536])
@pytest.mark.parametrize("file_first", [True, False])
async def test_the_parts_come_in_either_order_and_any_pieces(tmp_path: Path, step: int, file_first: bool) -> None:
    text = b"Text with \r\n--lin inside.\r\n" * 20
    parts = [metadata(), part("file", text, "guide.txt")]
    body = b"".join(parts[::-1] if file_first else parts) + END

    received, content = await read(request(body, step), tmp_path)

    assert content == text
    assert received.content is not None
    assert (received.content.name, received.content.size) == ("guide.txt", len(text))
    assert received.content.sha256 == hashlib.sha256(text).hexdigest()
    assert received.content.declared_type == "text/plain"
    assert isinstance(received.metadata, ResultMetadata)


@given(data=st.binary(min_size=1, max_size=3_000), step=st.integers(1, 500))
@settings(max_examples=60, deadline=None)
async def test_whatever_bytes_arrive_are_the_bytes_that_are_kept(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, step: int
) -> None:
    if f"\r\n--{BOUNDARY}".encode() in data:
        return
    body = part("file", data, "a.txt") + metadata() + END

    received, content = await read(request(body, step), tmp_path_factory.mktemp("spool"))

    assert content == data
    assert received.content is not None
    assert received.content.sha256 == hashlib.sha256(data).hexdigest()


async def test_a_large_file_waits_on_disk_and_is_gone_afterwards(tmp_path: Path) -> None:
    data = bytes(range(256)) * 10_000
    received, content = await read(request(part("file", data, "a.pdf") + metadata() + END), tmp_path)

    assert content == data
    assert received.content is not None
    assert received.content.sha256 == hashlib.sha256(data).hexdigest()
    assert left(tmp_path) == []


async def test_exactly_the_limit_passes_and_a_byte_more_does_not(tmp_path: Path) -> None:
    exact, _ = await read(request(part("file", b"x" * LIMIT, "a.txt") + metadata() + END), tmp_path)
    assert exact.content is not None
    assert exact.content.size == LIMIT

    refusal = await refused(request(part("file", b"x" * (LIMIT + 1), "a.txt") + metadata() + END), tmp_path)

    assert (refusal.status, refusal.code, refusal.rule) == (413, "file-too-large", "R30")


async def test_after_a_refusal_at_most_8_mib_more_are_read(tmp_path: Path) -> None:
    asked = 0

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        body = b"x" * 65_536 if asked > 1 else part("file", b"", "a.zip")[:-2]
        return {"type": "http.request", "body": body, "more_body": True}

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": [(b"content-type", f"multipart/form-data; boundary={BOUNDARY}".encode())],
    }

    refusal = await refused(Request(scope, receive), tmp_path, limit=10**9)

    assert refusal.code == "format-not-allowed"
    assert asked * 65_536 < DROPPED_BYTES_MAX + 3 * 65_536


@pytest.mark.parametrize("file_first", [True, False])
async def test_of_several_faults_the_first_in_the_contract_is_told(tmp_path: Path, file_first: bool) -> None:
    parts = [metadata(title=""), part("file", b"x", "slides.pptx")]

    refusal = await refused(request(b"".join(parts[::-1] if file_first else parts) + END), tmp_path)

    assert (refusal.status, refusal.code) == (415, "format-not-allowed")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (metadata() + part("file", b"", "a.txt") + END, 422, "empty-file"),
        (metadata(title="") + part("file", b"x", "a.txt") + END, 422, "missing-title"),
        (part("metadata", b"{no") + END, 400, "malformed-json"),
        (part("metadata", b"[]") + END, 422, "invalid-body"),
        (metadata() + part("file", b"x", "../a.txt") + END, 422, "filename-not-allowed"),
        (metadata() + part("file", b"x", "a%0Ab.txt") + END, 422, "filename-not-allowed"),
        (metadata() + part("file", b"x") + END, 422, "filename-not-allowed"),
        (metadata() + part("file", b"x", "a.txt") + part("file", b"y", "b.txt") + END, 422, "unexpected-part"),
        (metadata() + part("other", b"x") + END, 422, "unexpected-part"),
        (part("metadata", b" " * (METADATA_BYTES_MAX + 1)) + END, 413, "request-too-large"),
        (metadata() + part("file", b"half a fi", "a.txt")[:-2], 400, "file-incomplete"),
        (b"", 400, "file-incomplete"),
        (b"no parts here", 400, "malformed-request"),
        (b"--line\r\nX: y\r\n\r\nz\r\n" + END, 400, "malformed-request"),
    ],
)
async def test_what_is_wrong_is_refused_and_nothing_is_kept(
    tmp_path: Path, body: bytes, status: int, code: str
) -> None:
    refusal = await refused(request(body), tmp_path)

    assert (refusal.status, refusal.code) == (status, code)


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=", "text/plain"])
async def test_a_body_without_a_boundary_is_refused(tmp_path: Path, kind: str) -> None:
    assert (await refused(request(b"--line--", kind=kind), tmp_path)).code == "malformed-request"


async def test_a_sender_that_goes_away_leaves_nothing(tmp_path: Path) -> None:
    messages = [{"type": "http.request", "body": part("file", b"x" * 2_500_000, "a.txt"), "more_body": True}]

    with pytest.raises(ClientDisconnect):
        await read(_request(messages, f"multipart/form-data; boundary={BOUNDARY}"), tmp_path)

    assert left(tmp_path) == []


async def test_what_a_killed_process_left_is_cleared_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "abc.spool").write_bytes(b"left")
    (tmp_path / "other").write_bytes(b"not ours")

    FileSpools(tmp_path, LIMIT).clear()

    assert left(tmp_path) == ["other"]


async def test_what_arrives_can_be_read_by_nobody_else(tmp_path: Path) -> None:
    FileSpools(tmp_path / "spool", LIMIT).clear()

    assert (tmp_path / "spool").stat().st_mode & 0o077 == 0
