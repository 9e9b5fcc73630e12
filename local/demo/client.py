"""The people of the demo and how they call the platform: over its public addresses, with tokens of its issuer."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from local.running import RunningPlatform

ANSWER_SECONDS = 120.0
PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.02
CHUNK_BYTES = 1 << 18

Answer = TypeVar("Answer")
Report = Callable[[int], None]


class StoryError(Exception):
    """Something is not as it must be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a token; `token` None is the public."""

    urls: dict[str, str]
    http: httpx.Client
    token: str | None = None

    def call(self, service: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Call a service by a path of its own, or by a whole address."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= options.pop("headers", {})
        address = path if path.startswith("http") else self.urls[service] + path
        return self.http.request(method, address, headers=headers, **options)

    def do(self, service: str, method: str, path: str, **options: Any) -> Any:
        """Call what must succeed; the body of the answer."""
        response = self.call(service, method, path, **options)
        if not response.is_success:
            raise StoryError(f"{method} {response.url} was answered {_told(response)}")
        return response.json() if response.content else None

    def refused(self, status: int, code: str, service: str, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Call what must be refused in this way; the problem."""
        response = self.call(service, method, path, **options)
        problem: dict[str, Any] = response.json() if "json" in response.headers.get("content-type", "") else {}
        if response.status_code != status or problem.get("code") != code:
            raise StoryError(f"{method} {response.url} must be {status} {code}, but was answered {_told(response)}")
        return problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody of the story."""

    upstream: Person
    beneficiary: Person
    coordinator: Person
    officer: Person
    public: Person


def cast(platform: RunningPlatform, http: httpx.Client, project_id: str) -> Cast:
    """Give everybody a token of the platform's issuer."""
    own, agency = (project_id,), ("LV01",)

    def person(role: str, sub: str, **claims: Any) -> Person:
        return Person(urls=platform.urls, http=http, token=platform.token(role, sub, **claims))

    return Cast(
        upstream=person("upstream", "agency-system", na=agency),
        beneficiary=person("beneficiary", "zane", projects=own),
        coordinator=person("coordinator", "martins", projects=own),
        officer=person("officer", "ilze", na=agency),
        public=Person(urls=platform.urls, http=http),
    )


def until(fact: Callable[[], Answer], what: str, seconds: float = PATIENCE_SECONDS) -> Answer:
    """The first true answer. StoryError when none comes in time."""
    deadline = time.monotonic() + seconds
    while not (answer := fact()):
        if time.monotonic() > deadline:
            raise StoryError(f"{what}: not within {seconds:.0f} s, the last answer was {answer}")
        time.sleep(POLL_SECONDS)
    return answer


def pieces(path: Path, start: int, end: int, report: Report) -> Iterator[bytes]:
    """The bytes of a file from `start` to `end`, a chunk at a time, each reported as it goes."""
    with path.open("rb") as file:
        file.seek(start)
        while start < end and (chunk := file.read(min(CHUNK_BYTES, end - start))):
            yield chunk
            start += len(chunk)
            report(start)


def _told(response: httpx.Response) -> str:
    return f"{response.status_code} {response.text[:400]}"
