"""What is done to the demo's project, one call or a few at a time, each by whoever does it in life."""

import hashlib
import json
import time
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from local.demo import contents
from local.demo.client import CHUNK_BYTES, Cast, Person, Report, StoryError, pieces, until
from local.demo.contents import Piece
from local.demo.files import Sample

ANY_VERSION = {"If-Match": "*"}


class Project:
    def __init__(self, cast: Cast, project_id: str) -> None:
        self.cast, self.id = cast, project_id
        self.path = f"/v1/projects/{project_id}"
        self.reviews = f"/v1/reviews/{project_id}"

    def register(self, *, ended: bool) -> None:
        """Register the project, or amend it to have ended."""
        body = contents.project(ended=ended, today=datetime.now(ZoneInfo("Europe/Riga")).date())
        self.cast.upstream.do("intake", "PUT", self.path, json=body, headers=ANY_VERSION)

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cast.coordinator.do("intake", "GET", self.path)
        return found

    def set_website(self, url: str) -> float:
        """Set the website; the seconds until the public sees it."""
        began = time.monotonic()
        self.cast.beneficiary.do("intake", "PUT", f"{self.path}/website", json={"url": url}, headers=ANY_VERSION)
        until(lambda: url in self.cast.public.call("publisher", "GET", self.path).text, "the website is public")
        return time.monotonic() - began

    def post(self, person: Person, piece: Piece, sample: Sample) -> dict[str, Any]:
        """Hand in a file together with what describes it."""
        with sample.path.open("rb") as file:
            body = self._parts(piece, sample, file)
            created: dict[str, Any] = person.do("intake", "POST", f"{self.path}/results", files=body)
        return created

    def post_refused(self, person: Person, piece: Piece, sample: Sample, status: int, code: str) -> dict[str, Any]:
        """Hand in a file that must be refused."""
        with sample.path.open("rb") as file:
            body = self._parts(piece, sample, file)
            return person.refused(status, code, "intake", "POST", f"{self.path}/results", files=body)

    def start_upload(self, sample: Sample) -> dict[str, Any]:
        """Announce a large file; the address to send it to."""
        body = {"filename": sample.name, "size": sample.size, "sha256": sample.sha256}
        told: dict[str, Any] = self.cast.beneficiary.do("intake", "POST", f"{self.path}/uploads", json=body)
        return told

    def send(self, told: dict[str, Any], sample: Sample, start: int, end: int, report: Report) -> int:
        """Send a stretch of an announced file; how many bytes the platform has now."""
        headers = {name: str(value) for name, value in told["headers"].items()} | {
            "Content-Range": f"bytes {start}-{end - 1}/{sample.size}",
            "Content-Length": str(end - start),
        }
        body = pieces(sample.path, start, end, report)
        response = self.cast.beneficiary.call("intake", told["method"], told["url"], content=body, headers=headers)
        if response.status_code == 308:
            return int(response.headers["range"].rpartition("-")[2]) + 1
        if not response.is_success:
            raise StoryError(f"the upload of {sample.name} was answered {response.status_code} {response.text[:300]}")
        return sample.size

    def post_uploaded(self, told: dict[str, Any], piece: Piece) -> dict[str, Any]:
        """Make a result of what was uploaded."""
        body = piece.metadata() | {"upload_id": told["upload_id"]}
        created: dict[str, Any] = self.cast.beneficiary.do("intake", "POST", f"{self.path}/results", json=body)
        return created

    def replace(self, result_id: str, sample: Sample) -> None:
        """Put another file in the place of a result's: a new revision."""
        path = f"/v1/results/{result_id}/file"
        with sample.path.open("rb") as file:
            body = {"file": (sample.name, file, "application/octet-stream")}
            self.cast.beneficiary.do("intake", "PUT", path, files=body, headers=ANY_VERSION)

    def delete(self, result_id: str) -> None:
        self.cast.beneficiary.do("intake", "DELETE", f"/v1/results/{result_id}", headers=ANY_VERSION)

    def result(self, result_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.cast.beneficiary.do("intake", "GET", f"/v1/results/{result_id}")
        return found

    def submit(self) -> dict[str, Any]:
        created: dict[str, Any] = self.cast.coordinator.do("intake", "POST", f"{self.path}/submissions")
        return created

    def submit_refused(self, code: str) -> dict[str, Any]:
        return self.cast.coordinator.refused(409, code, "intake", "POST", f"{self.path}/submissions")

    def claim(self) -> None:
        """Have the officer take the round, once the submission has come to the review service."""
        officer, path = self.cast.officer, f"{self.reviews}/claim"
        until(lambda: officer.call("review", "POST", path).is_success, "the officer claims the round", 10)

    def decide(self, result_id: str, **body: Any) -> None:
        path = f"{self.reviews}/results/{result_id}/decision"
        self.cast.officer.do("review", "PUT", path, json={"decision": "approve"} | body, headers=ANY_VERSION)

    def close(self, **body: Any) -> None:
        self.cast.officer.do("review", "POST", f"{self.reviews}/decision", json={"decision": "approve"} | body)

    def approve_report(self) -> None:
        self.cast.officer.do("review", "POST", f"/v1/reports/{self.id}/decision", json={"decision": "approve"})

    def public_status(self, result_id: str) -> int:
        """The HTTP status that anybody gets for a result."""
        return self.cast.public.call("publisher", "GET", f"/v1/results/{result_id}").status_code

    def public_digest(self, result_id: str) -> str:
        """The sha256 of the bytes that anybody downloads, in hex."""
        digest, public = hashlib.sha256(), self.cast.public
        address = f"{public.urls['publisher']}/v1/results/{result_id}/file"
        with public.http.stream("GET", address) as response:
            if response.status_code != 200:
                raise StoryError(f"{address} was answered {response.status_code}")
            for chunk in response.iter_raw(CHUNK_BYTES):
                digest.update(chunk)
        return digest.hexdigest()

    @staticmethod
    def _parts(piece: Piece, sample: Sample, file: Any) -> list[tuple[str, tuple[str | None, Any, str]]]:
        return [
            ("metadata", (None, json.dumps(piece.metadata()), "application/json")),
            ("file", (sample.name, file, "application/octet-stream")),
        ]
