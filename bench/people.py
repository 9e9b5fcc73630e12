"""Who takes part, and the steps of a project's life over HTTP as short calls."""

import itertools
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.wire import Body, RefusedError, Wire
from local.running import RunningPlatform

AGENCY = "LV01"
PROJECT_RESULTS_MAX = 50


def metadata(title: str) -> dict[str, Any]:
    """What describes a result that is to be public."""
    return {
        "kind": "file",
        "title": title,
        "description": "Handed in by the benchmark.",
        "category": "handbook",
        "languages": ["en"],
        "data_protection": {"confirmed": True, "by": "Bench"},
    }


def project_body() -> dict[str, Any]:
    """A project that ended a month ago."""
    today = datetime.now(UTC).date()
    return {
        "title": "Digital skills for rural schools",
        "acronym": "RURAL",
        "summary": "Teachers learn from each other.",
        "start_date": str(today - timedelta(days=700)),
        "end_date": str(today - timedelta(days=30)),
        "languages": ["en", "lv"],
        "na": AGENCY,
        "organisations": [{"id": "o1", "name": "Cēsu vidusskola", "country": "LV", "role": "coordinator"}],
    }


@dataclass(slots=True)
class People:
    """Everybody, with the connections to the three services that they speak to."""

    platform: RunningPlatform
    intake: Wire = field(init=False)
    review: Wire = field(init=False)
    publisher: Wire = field(init=False)
    upstream: str = field(init=False)
    officer: str = field(init=False)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.intake, self.review, self.publisher = (
            Wire(self.platform.urls[name]) for name in ("intake", "review", "publisher")
        )
        self.upstream = self.platform.token("upstream", "bench-upstream", na=[AGENCY])
        self.officer = self.platform.token("officer", "bench-officer", na=[AGENCY])

    def close(self) -> None:
        for wire in (self.intake, self.review, self.publisher):
            wire.close()

    async def project(self) -> "Project":
        """A new project, registered."""
        id_ = f"bench-{next(self._numbers)}-{secrets.token_hex(4)}"
        await self.intake.success("PUT", f"/v1/projects/{id_}", token=self.upstream, body=Body.of_json(project_body()))
        return Project(self, id_, self.platform.token("coordinator", "bench-coordinator", projects=[id_]))


@dataclass(slots=True)
class Project:
    """One project with its coordinator."""

    people: People
    id: str
    coordinator: str

    async def post(self, file: Path, name: str | None = None) -> str:
        """Hand in a file; answers the id of the result."""
        body = Body.of_parts(metadata(file.stem), name or file.name, file)
        answer = await self.people.intake.success(
            "POST", f"/v1/projects/{self.id}/results", token=self.coordinator, body=body
        )
        return str(answer.json()["id"])

    async def set_website(self, url: str) -> None:
        await self.people.intake.success(
            "PUT",
            f"/v1/projects/{self.id}/website",
            token=self.coordinator,
            body=Body.of_json({"url": url}),
            headers=[("If-Match", "*")],
        )

    async def approve_results(self, result_ids: list[str]) -> None:
        """Submit, claim, approve each result and the round."""
        await self.people.intake.success("POST", f"/v1/projects/{self.id}/submissions", token=self.coordinator)
        await self._review("POST", "/claim")
        approve = Body.of_json({"decision": "approve"})
        for result_id in result_ids:
            await self._review("PUT", f"/results/{result_id}/decision", approve)
        await self._review("POST", "/decision", approve)

    async def approve_report(self) -> None:
        await self.people.review.success(
            "POST",
            f"/v1/reports/{self.id}/decision",
            token=self.people.officer,
            body=Body.of_json({"decision": "approve"}),
        )

    async def _review(self, method: str, path: str, body: Body | None = None) -> None:
        await self.people.review.success(
            method,
            f"/v1/reviews/{self.id}{path}",
            token=self.people.officer,
            body=body,
            headers=[("If-Match", "*")] if method == "PUT" else (),
        )


async def public_website(people: People, project_id: str) -> str | None:
    """The website that the public sees of a project, if it sees the project."""
    answer = await people.publisher.call("GET", f"/v1/projects/{project_id}")
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise RefusedError(f"the public project answered {answer.status}")
    website = answer.json().get("website")
    url: str | None = website["url"] if isinstance(website, dict) else website
    return url
