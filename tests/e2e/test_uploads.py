"""Large files by reference: an address of one's own, continued where it stopped, measured while the bytes arrive."""

import hashlib
import secrets
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.e2e.scenario import Scenario, metadata
from tests.e2e.site import Caller, ok, refused

CONTENT = b"".join(b"Line %06d of the long text.\n" % number for number in range(20_000))


def announce(scenario: Scenario, content: bytes, by: Caller | None = None, **changes: Any) -> httpx.Response:
    body = {"filename": "long.txt", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()} | changes
    return (by or scenario.beneficiary).intake("POST", f"{scenario.path}/uploads", json=body)


def send(scenario: Scenario, upload: dict[str, Any], content: bytes, **headers: str) -> httpx.Response:
    told = {str(name): str(value) for name, value in upload.get("headers", {}).items()}
    return scenario.site.http.request(
        upload["method"],
        upload["url"],
        content=content,
        headers={"Authorization": f"Bearer {scenario.beneficiary.token}"} | told | headers,
    )


def fresh(size: int = 40_000) -> bytes:
    return (secrets.token_hex(size // 2) + "\n").encode()


def test_an_upload_in_one_piece_becomes_a_result(scenario: Scenario) -> None:
    scenario.register()
    content = fresh()
    upload = ok(announce(scenario, content), 201)
    assert {"upload_id", "url", "method", "headers", "expires_at"} <= set(upload)
    assert upload["method"] == "PUT"

    assert send(scenario, upload, content).is_success
    result = scenario.post_json(upload_id=upload["upload_id"])

    assert result["file"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert result["file"]["name"] == "long.txt"
    scenario.until(result["id"], "valid")


def test_an_upload_that_stopped_goes_on_where_it_was(scenario: Scenario) -> None:
    scenario.register()
    upload = ok(announce(scenario, CONTENT), 201)
    size, half = len(CONTENT), len(CONTENT) // 2
    first = send(scenario, upload, CONTENT[:half], **{"Content-Range": f"bytes 0-{half - 1}/{size}"})
    assert first.status_code == 308, first.text

    asked = send(scenario, upload, b"", **{"Content-Range": f"bytes */{size}"})
    assert asked.status_code == 308, asked.text
    come = int(asked.headers["range"].rpartition("-")[2]) + 1
    assert come == half
    last = send(scenario, upload, CONTENT[come:], **{"Content-Range": f"bytes {come}-{size - 1}/{size}"})
    assert last.is_success, last.text

    result = scenario.post_json(upload_id=upload["upload_id"])
    assert result["file"]["sha256"] == hashlib.sha256(CONTENT).hexdigest()


def test_a_piece_that_does_not_fit_is_refused_and_harms_nothing(scenario: Scenario) -> None:
    scenario.register()
    content = fresh()
    upload = ok(announce(scenario, content), 201)
    size = len(content)
    assert send(scenario, upload, content[:1_000], **{"Content-Range": f"bytes 0-999/{size}"}).status_code == 308

    gap = send(scenario, upload, content[5_000:], **{"Content-Range": f"bytes 5000-{size - 1}/{size}"})
    assert gap.status_code in (308, 409, 416, 422), gap.text
    nonsense = send(scenario, upload, content[1_000:], **{"Content-Range": "bytes somewhere"})
    assert nonsense.status_code in (400, 409, 416, 422), nonsense.text

    rest = send(scenario, upload, content[1_000:], **{"Content-Range": f"bytes 1000-{size - 1}/{size}"})
    assert rest.is_success, rest.text
    assert scenario.post_json(upload_id=upload["upload_id"])["file"]["size"] == size


def test_other_bytes_than_were_announced_are_refused(scenario: Scenario) -> None:
    scenario.register()
    content = fresh()
    upload = ok(announce(scenario, content, sha256="0" * 64), 201)

    refused(send(scenario, upload, content), 422, "digest-mismatch")
    response = scenario.beneficiary.intake(
        "POST", f"{scenario.path}/results", json=metadata(upload_id=upload["upload_id"])
    )
    assert response.status_code in (404, 409), response.text


def test_a_result_of_an_unfinished_or_unknown_upload_is_refused(scenario: Scenario) -> None:
    scenario.register()
    path = f"{scenario.path}/results"
    content = fresh()
    upload = ok(announce(scenario, content), 201)
    send(scenario, upload, content[:100], **{"Content-Range": f"bytes 0-99/{len(content)}"})

    unfinished = metadata(upload_id=upload["upload_id"])
    refused(scenario.beneficiary.intake("POST", path, json=unfinished), 409, "upload-incomplete")
    refused(scenario.beneficiary.intake("POST", path, json=metadata(upload_id="nothing")), 404, "unknown-upload")


def test_an_upload_serves_one_result_of_one_person_in_one_project(scenario: Scenario) -> None:
    scenario.register()
    content = fresh()
    upload = ok(announce(scenario, content), 201)
    assert send(scenario, upload, content).is_success
    path, body = f"{scenario.path}/results", metadata(upload_id=upload["upload_id"])
    other = Scenario(scenario.site, scenario.folder)
    other.register()

    refused(scenario.coordinator.intake("POST", path, json=body), 404, "unknown-upload")
    refused(other.beneficiary.intake("POST", f"{other.path}/results", json=body), 404, "unknown-upload")
    ok(scenario.beneficiary.intake("POST", path, json=body), 201)
    refused(scenario.beneficiary.intake("POST", path, json=body), 409, "upload-used")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"filename": "slides.pptx"}, 415, "format-not-allowed"),
        ({"size": 104_857_601}, 413, "file-too-large"),
        ({"size": 0}, 422, "empty-file"),
        ({"sha256": "abc"}, 422, "invalid-body"),
        ({"filename": "../x.txt"}, 422, "filename-not-allowed"),
    ],
)
def test_what_could_never_be_a_result_is_refused_at_once(
    scenario: Scenario, changes: dict[str, Any], status: int, code: str
) -> None:
    scenario.register()

    refused(announce(scenario, b"x", **changes), status, code)


def test_a_declared_size_is_not_believed(scenario: Scenario) -> None:
    scenario.register()
    content = fresh()
    upload = ok(announce(scenario, content, size=100), 201)

    response = send(scenario, upload, content)

    assert response.status_code in (413, 422), response.text
    assert response.json()["code"] in ("size-mismatch", "digest-mismatch", "file-too-large")


def test_nobody_announces_an_upload_for_a_locked_or_unknown_project(scenario: Scenario) -> None:
    refused(announce(scenario, b"x"), 404, "unknown-project")
    scenario.register()
    scenario.valid()
    scenario.submit()

    refused(announce(scenario, b"x"), 409, "project-locked", rule="R38")


def test_a_piece_that_breaks_off_counts_as_far_as_it_came(scenario: Scenario) -> None:
    scenario.register()
    content = fresh()
    upload = ok(announce(scenario, content), 201)
    address, size = urlsplit(upload["url"]), len(content)
    head = (
        f"PUT {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {size}\r\n"
        f"Authorization: Bearer {scenario.beneficiary.token}\r\nContent-Range: bytes 0-{size - 1}/{size}\r\n\r\n"
    )
    with socket.create_connection((str(address.hostname), int(address.port or 80)), timeout=5) as line:
        line.sendall(head.encode() + content[:20_000])

    asked = send(scenario, upload, b"", **{"Content-Range": f"bytes */{size}"})
    come = int(asked.headers["range"].rpartition("-")[2]) + 1 if "range" in asked.headers else 0
    assert 0 <= come <= 20_000
    rest = send(scenario, upload, content[come:], **{"Content-Range": f"bytes {come}-{size - 1}/{size}"})

    assert rest.is_success, rest.text
    assert send(scenario, upload, b"", **{"Content-Range": f"bytes */{size}"}).status_code == 200
    assert scenario.post_json(upload_id=upload["upload_id"])["file"]["sha256"] == hashlib.sha256(content).hexdigest()
