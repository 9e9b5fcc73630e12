"""One project of one test, with everybody who has to do with it, and the steps of its life as short sentences."""

import itertools
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from local.demo import files
from local.demo.files import Sample
from tests.e2e.site import Caller, Site, eventually, ok

AGENCY = "LV01"
SETTLED = ("valid", "invalid", "quarantined", "check_failed")
_NUMBERS = itertools.count(1)


def today() -> date:
    return datetime.now(ZoneInfo("Europe/Riga")).date()


def project_body(**changes: Any) -> dict[str, Any]:
    """A project that ended a month ago."""
    return {
        "title": "Digital skills for rural schools",
        "acronym": "RURAL",
        "summary": "Teachers of five countries learn from each other.",
        "programme": "erasmus-plus",
        "action_type": "KA220-SCH",
        "call_year": 2023,
        "start_date": str(today() - timedelta(days=700)),
        "end_date": str(today() - timedelta(days=30)),
        "languages": ["en", "lv"],
        "na": AGENCY,
        "organisations": [
            {"id": "o1", "name": "Cēsu vidusskola", "country": "LV", "city": "Cēsis", "role": "coordinator"},
            {"id": "o2", "name": "Tartu kool", "country": "EE", "role": "partner"},
        ],
        "contacts": [
            {
                "id": "c1",
                "organisation_id": "o1",
                "name": "Zaiga Slepenā",
                "email": "zaiga.slepena@example.org",
                "phone": "+371 20000001",
                "access": "coordinator",
            },
        ],
    } | changes


def metadata(**changes: Any) -> dict[str, Any]:
    """What describes a result that is to be public."""
    return {
        "kind": "file",
        "title": "Handbook for teachers (English)",
        "description": "How to teach digital skills in a rural school.",
        "category": "handbook",
        "languages": ["en"],
        "data_protection": {"confirmed": True, "by": "Coordinator"},
    } | changes


def parts(describing: dict[str, Any] | None, sample: Sample | None) -> list[tuple[str, tuple[str | None, Any, str]]]:
    """A multipart body: the metadata first, then the file."""
    body: list[tuple[str, tuple[str | None, Any, str]]] = []
    if describing is not None:
        body.append(("metadata", (None, json.dumps(describing), "application/json")))
    if sample is not None:
        body.append(("file", (sample.name, sample.path.open("rb"), "application/octet-stream")))
    return body


@dataclass
class Scenario:
    """A project with an id of its own; `folder` holds its files."""

    site: Site
    folder: Path
    project_id: str = field(default_factory=lambda: f"e2e-{secrets.token_hex(6)}")
    agency: str = AGENCY

    def __post_init__(self) -> None:
        own, agency = (self.project_id,), (self.agency,)
        self.upstream = self.site.caller("upstream", sub="bm-system", na=agency)
        self.beneficiary = self.site.caller("beneficiary", sub="beata", projects=own)
        self.coordinator = self.site.caller("coordinator", sub="karlis", projects=own)
        self.expert = self.site.caller("expert", sub="elina", projects=own, na=agency)
        self.officer = self.site.caller("officer", sub="olga", na=agency)
        self.lead = self.site.caller("lead", sub="laura", na=agency)
        self.operator = self.site.caller("operator", sub="otto")
        self.public = self.site.public

    @property
    def path(self) -> str:
        return f"/v1/projects/{self.project_id}"

    @property
    def review_path(self) -> str:
        return f"/v1/reviews/{self.project_id}"

    def register(self, **changes: Any) -> dict[str, Any]:
        """Register the project, or amend it whatever its version."""
        body = project_body(na=self.agency) | changes
        response = self.upstream.intake("PUT", self.path, json=body, headers={"If-Match": "*"})
        assert response.is_success, response.text
        return body

    def read(self, caller: Caller | None = None) -> dict[str, Any]:
        """The project as intake shows it."""
        found: dict[str, Any] = ok((caller or self.coordinator).intake("GET", self.path))
        return found

    def sample(self, name: str = "", text: str = "") -> Sample:
        """A small file whose bytes no other test has, of the kind that its name says."""
        unique = f"{text or 'Ten lessons, each with an exercise.'} No. {next(_NUMBERS)} of {self.project_id}."
        return make(self.folder / (name or f"lessons-{next(_NUMBERS)}.txt"), unique)

    def try_post(self, sample: Sample | None = None, *, by: Caller | None = None, **changes: Any) -> httpx.Response:
        """Hand in a file, whatever comes of it."""
        body = parts(metadata(**changes), sample or self.sample())
        return (by or self.beneficiary).intake("POST", f"{self.path}/results", files=body)

    def post(self, sample: Sample | None = None, *, by: Caller | None = None, **changes: Any) -> dict[str, Any]:
        """Hand in a file that must be accepted."""
        created: dict[str, Any] = ok(self.try_post(sample, by=by, **changes), 201)
        return created

    def post_json(self, **changes: Any) -> dict[str, Any]:
        """Hand in a link or a text."""
        created: dict[str, Any] = ok(
            self.beneficiary.intake("POST", f"{self.path}/results", json=metadata(**changes)), 201
        )
        return created

    def result(self, result_id: str, caller: Caller | None = None) -> dict[str, Any]:
        found: dict[str, Any] = ok((caller or self.beneficiary).intake("GET", f"/v1/results/{result_id}"))
        return found

    def until(self, result_id: str, *statuses: str, within: float = 15.0) -> dict[str, Any]:
        """The result once it has one of these statuses; fails when it settles on another."""

        def arrived() -> dict[str, Any] | None:
            found = self.result(result_id)
            if found["status"] in SETTLED and not set(statuses) & set(SETTLED) - {found["status"]}:
                assert found["status"] in statuses or set(statuses).isdisjoint(SETTLED), found
            return found if found["status"] in statuses else None

        found = eventually(arrived, within=within)
        assert found is not None
        return found

    def checked(self, result_id: str) -> dict[str, Any]:
        """The result once its current revision has a verdict."""
        return self.until(result_id, *SETTLED)

    def valid(self, sample: Sample | None = None, **changes: Any) -> dict[str, Any]:
        """A result that was handed in and passed every check."""
        return self.until(self.post(sample, **changes)["id"], "valid")

    def tag(self, path: str, caller: Caller | None = None) -> str:
        """The ETag of what intake has at an address."""
        response = (caller or self.beneficiary).intake("GET", path)
        ok(response)
        return response.headers["etag"]

    def change(self, method: str, result_id: str, tail: str = "", **options: Any) -> httpx.Response:
        """Change a result in the version that stands there."""
        path = f"/v1/results/{result_id}"
        headers = {"If-Match": self.tag(path), **options.pop("headers", {})}
        return self.beneficiary.intake(method, path + tail, headers=headers, **options)

    def replace(self, result_id: str, sample: Sample) -> dict[str, Any]:
        """Put another file in the place of a result's."""
        changed: dict[str, Any] = ok(self.change("PUT", result_id, "/file", files=parts(None, sample)))
        return changed

    def submit(self) -> dict[str, Any]:
        created: dict[str, Any] = ok(self.coordinator.intake("POST", f"{self.path}/submissions"), 201)
        return created

    def claim(self, officer: Caller | None = None) -> None:
        def claimed() -> bool:
            response = (officer or self.officer).review("POST", f"{self.review_path}/claim")
            assert response.is_success or response.status_code in (404, 409), response.text
            return response.is_success

        assert eventually(claimed, within=5)

    def decide(self, result_id: str, officer: Caller | None = None, **body: Any) -> httpx.Response:
        """Decide one result, whatever comes of it."""
        path = f"{self.review_path}/results/{result_id}/decision"
        headers = {"If-Match": "*"}
        return (officer or self.officer).review("PUT", path, json={"decision": "approve"} | body, headers=headers)

    def approve(self, *result_ids: str) -> None:
        for result_id in result_ids:
            response = self.decide(result_id)
            assert response.is_success, response.text

    def close(self, officer: Caller | None = None, **body: Any) -> httpx.Response:
        """Decide the round, whatever comes of it."""
        return (officer or self.officer).review(
            "POST", f"{self.review_path}/decision", json={"decision": "approve"} | body
        )

    def approve_round(self, result_ids: Iterable[str]) -> None:
        """Submit, claim, approve each result and the round."""
        self.submit()
        self.claim()
        self.approve(*result_ids)
        response = self.close()
        assert response.is_success, response.text

    def report(self, officer: Caller | None = None, **body: Any) -> httpx.Response:
        """Decide the final report, whatever comes of it."""
        path = f"/v1/reports/{self.project_id}/decision"
        return (officer or self.officer).review("POST", path, json={"decision": "approve"} | body)

    def approve_report(self, **body: Any) -> None:
        response = self.report(**body)
        assert response.is_success, response.text

    def public_result(self, result_id: str) -> httpx.Response:
        return self.public.publisher("GET", f"/v1/results/{result_id}")

    def published(self, *result_ids: str) -> None:
        """Wait until each of these results is public."""
        for result_id in result_ids:
            eventually(lambda one=result_id: self.public_result(one).status_code == 200, within=5)  # type: ignore[misc]

    def gone(self, result_id: str, within: float = 5) -> httpx.Response:
        """The answer of the public address once the result is no longer there."""
        return eventually(
            lambda: response if (response := self.public_result(result_id)).status_code == 410 else None, within=within
        )  # type: ignore[return-value]

    def story(self, *samples: Sample) -> list[dict[str, Any]]:
        """The whole main job: register, hand in, submit, approve, publish."""
        self.register()
        results = [self.valid(sample) for sample in samples or (self.sample(),)]
        ids = [one["id"] for one in results]
        self.approve_round(ids)
        self.approve_report()
        self.published(*ids)
        return results


def make(path: Path, text: str) -> Sample:
    """A file of the kind that its extension says, holding this text where the kind holds text."""
    match path.suffix.lower():
        case ".pdf":
            return files.pdf(path, [text, files.FUNDED_EN, files.FUNDED_LV])
        case ".docx":
            return files.docx(path, [text])
        case ".xlsx":
            return files.xlsx(path, [[text, 1, 2.5]])
        case ".csv":
            return files.csv(path, [["text", "number"], [text, 1]])
        case ".rtf":
            return files.rtf(path, [text])
        case ".png" | ".jpg" | ".jpeg" | ".gif" | ".tif":
            return files.picture(path, text[:40])
        case ".mp3":
            return files.mp3(path)
        case _:
            return files.txt(path, text)
