"""The limit of 100 MB (R30): exactly as much passes, a byte more does not, whatever size was declared."""

import json
import secrets
from collections.abc import Iterator

import httpx
import pytest

from local.demo import files
from tests.e2e.scenario import Scenario, metadata, parts
from tests.e2e.site import ok, refused

MEBIBYTE = 1 << 20


def streamed(scenario: Scenario, size: int) -> httpx.Response:
    """A file of so many bytes whose length nobody declares, the file before its metadata."""
    boundary = secrets.token_hex(8)
    lead = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="talk.mp3"\r\n\r\n'.encode()
    tail = (
        f'\r\n--{boundary}\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n{json.dumps(metadata())}\r\n'
        f"--{boundary}--\r\n"
    ).encode()

    def body() -> Iterator[bytes]:
        yield lead
        for _ in range(size // MEBIBYTE):
            yield bytes(MEBIBYTE)
        yield bytes(size % MEBIBYTE)
        yield tail

    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return scenario.beneficiary.intake("POST", f"{scenario.path}/results", content=body(), headers=headers)


@pytest.mark.timeout(180)
def test_exactly_100_mb_pass_and_a_byte_more_does_not(scenario: Scenario) -> None:
    scenario.register()
    whole = files.recording(scenario.folder / "conference.mp3")
    assert whole.size == 104_857_600
    created = ok(scenario.beneficiary.intake("POST", f"{scenario.path}/results", files=parts(metadata(), whole)), 201)
    assert created["file"]["size"] == whole.size
    found = scenario.until(created["id"], "valid", within=90)
    assert {one["check"]: one["outcome"] for one in found["checks"]}["size"] == "passed"

    more = files.recording(scenario.folder / "longer.mp3", whole.size + 1)
    problem = refused(
        scenario.beneficiary.intake("POST", f"{scenario.path}/results", files=parts(metadata(), more)),
        413,
        "file-too-large",
        rule="R30",
    )
    assert "104857600" in problem["detail"]
    refused(streamed(scenario, whole.size + 1), 413, "file-too-large", rule="R30")
    assert len(ok(scenario.beneficiary.intake("GET", f"{scenario.path}/results"))["items"]) == 1


def test_of_a_file_that_is_far_too_large_the_rest_is_not_read(scenario: Scenario) -> None:
    scenario.register()

    refused(streamed(scenario, 300 * MEBIBYTE), 413, "file-too-large", rule="R30")
    assert ok(scenario.beneficiary.intake("GET", f"{scenario.path}/results"))["items"] == []
