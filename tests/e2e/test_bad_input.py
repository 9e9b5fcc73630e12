"""Input that is broken on the way: each has its stable code, loses nothing, and leaves no result behind."""

import json
import secrets
import socket
from urllib.parse import urlsplit

import pytest

from tests.e2e.scenario import Scenario, metadata
from tests.e2e.site import ok, refused


def count(scenario: Scenario) -> int:
    return len(ok(scenario.beneficiary.intake("GET", f"{scenario.path}/results"))["items"])


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b"[1, 2", b'{"url": }'])
def test_malformed_json_is_told_apart_from_a_wrong_body(scenario: Scenario, body: bytes) -> None:
    scenario.register()
    response = scenario.beneficiary.intake(
        "PUT", f"{scenario.path}/website", content=body, headers={"Content-Type": "application/json", "If-Match": "*"}
    )

    assert response.status_code in (400, 422), response.text
    assert response.json()["code"] in ("malformed-json", "invalid-body", "missing-field")


@pytest.mark.parametrize("body", ["[]", '"text"', "1", "null", '{"url": 5}', '{"url": null}', '{"address": "x"}'])
def test_a_body_of_another_shape_is_refused(scenario: Scenario, body: str) -> None:
    scenario.register()
    response = scenario.beneficiary.intake(
        "PUT", f"{scenario.path}/website", content=body, headers={"Content-Type": "application/json", "If-Match": "*"}
    )

    assert response.status_code == 422, response.text
    assert response.headers["content-type"].startswith("application/problem+json")


def test_metadata_that_is_no_json_is_refused(scenario: Scenario) -> None:
    scenario.register()
    body = [
        ("metadata", (None, "{not json", "application/json")),
        ("file", ("a.txt", b"text\n", "text/plain")),
    ]

    refused(scenario.beneficiary.intake("POST", f"{scenario.path}/results", files=body), 400, "malformed-json")
    assert count(scenario) == 0


def test_a_multipart_body_that_is_none_is_refused(scenario: Scenario) -> None:
    scenario.register()
    path = f"{scenario.path}/results"
    for kind, body in (
        ("multipart/form-data; boundary=x", b"no parts here"),
        ("multipart/form-data", b"--x\r\n\r\n--x--\r\n"),
        ("text/plain", b"hello"),
        ("application/octet-stream", b"\0\1"),
    ):
        response = scenario.beneficiary.intake("POST", path, content=body, headers={"Content-Type": kind})
        assert response.status_code in (400, 415, 422), (kind, response.text)
        assert response.headers["content-type"].startswith("application/problem+json")
    assert count(scenario) == 0


def test_a_file_that_stops_in_the_middle_leaves_nothing_behind(scenario: Scenario) -> None:
    scenario.register()
    boundary = secrets.token_hex(8)
    describing = json.dumps(metadata())
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="metadata"\r\n'
        f"Content-Type: application/json\r\n\r\n{describing}\r\n"
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="cut.txt"\r\n\r\n'
    ).encode()
    address = urlsplit(scenario.site.addresses["intake"])
    request = (
        f"POST {scenario.path}/results HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: Bearer {scenario.beneficiary.token}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: 1000000\r\n\r\n"
    ).encode()
    with socket.create_connection((str(address.hostname), int(address.port or 80)), timeout=5) as line:
        line.sendall(request + head + b"x" * 300_000)

    assert count(scenario) == 0
    assert scenario.valid()["status"] == "valid"
    assert count(scenario) == 1


def test_a_multipart_body_that_ends_without_its_boundary_is_refused(scenario: Scenario) -> None:
    scenario.register()
    boundary = secrets.token_hex(8)
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{json.dumps(metadata())}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="cut.txt"\r\n\r\nhalf a file'
    ).encode()

    response = scenario.beneficiary.intake(
        "POST",
        f"{scenario.path}/results",
        content=body,
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )

    assert response.status_code in (400, 422), response.text
    assert response.json()["code"] in ("file-incomplete", "malformed-request", "malformed-multipart")
    assert count(scenario) == 0


def test_a_json_body_beyond_every_bound_is_refused_early(scenario: Scenario) -> None:
    scenario.register()
    body = b'{"kind": "text", "text": "' + b"x" * 6_000_000 + b'"}'

    response = scenario.beneficiary.intake(
        "POST", f"{scenario.path}/results", content=body, headers={"Content-Type": "application/json"}
    )

    assert response.status_code in (413, 422), response.text
    assert count(scenario) == 0


def test_deeply_nested_json_harms_nobody(scenario: Scenario) -> None:
    body = b"[" * 100_000 + b"]" * 100_000
    headers = {"Content-Type": "application/json"}

    response = scenario.upstream.intake("PUT", scenario.path, content=body, headers=headers)

    assert response.status_code in (400, 422)
    assert scenario.public.intake("GET", "/healthz").status_code == 200


@pytest.mark.parametrize("title", ["null \0 byte", "bell \x07", "escape \x1b[31m"])
def test_control_characters_are_refused(scenario: Scenario, title: str) -> None:
    scenario.register()

    refused(scenario.try_post(title=title), 422, "control-characters")


def test_markup_in_a_title_is_shown_as_text(scenario: Scenario) -> None:
    scenario.register()
    hostile = '<script>alert(1)</script> & "quotes"'
    result = scenario.valid(title=hostile)
    scenario.approve_round([result["id"]])
    scenario.approve_report()
    scenario.published(result["id"])

    page = scenario.public.publisher("GET", f"/results/{result['id']}").text

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
    assert ok(scenario.public_result(result["id"]))["title"] == hostile


def test_a_part_that_is_not_expected_is_refused(scenario: Scenario) -> None:
    scenario.register()
    path = f"{scenario.path}/results"
    describing = ("metadata", (None, json.dumps(metadata()), "application/json"))
    link = ("metadata", (None, json.dumps(metadata(kind="link", url="https://a.example.org/")), "application/json"))
    file = ("file", ("a.txt", b"text\n", "text/plain"))
    other = ("attachment", ("b.txt", b"text\n", "text/plain"))

    for body in ([describing, file, file], [describing, describing, file], [describing, file, other]):
        refused(scenario.beneficiary.intake("POST", path, files=body), 422, "unexpected-part")
    refused(scenario.beneficiary.intake("POST", path, files=[link, file]), 422, "unexpected-file")
    assert count(scenario) == 0
