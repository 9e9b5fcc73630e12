"""Clients that do not give up: they repeat what was not answered, and remember what was promised to them."""

import asyncio
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from local.running import RunningPlatform

AGENCY = "LV01"
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.1
NOT_YET = frozenset({(409, "request-in-progress")})


class UnansweredError(AssertionError):
    """The platform did not serve for longer than a client of good will waits."""


async def until(fact: Callable[[], Awaitable[bool]], *, within: float, pause: float = PAUSE_SECONDS) -> None:
    """Return once the fact holds. TimeoutError when it does not come to hold."""
    async with asyncio.timeout(within):
        while True:
            if await fact():
                return
            await asyncio.sleep(pause)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A result that was acknowledged: its id, the title that only it has, and the bytes that were handed in."""

    result_id: str
    project_id: str
    title: str
    content: bytes


@dataclass(slots=True)
class Site:
    """A platform as clients see it. `surprises` are answers that no crash of a part excuses."""

    platform: RunningPlatform
    http: httpx.AsyncClient
    promised: list[Promised] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    repeats: int = 0

    async def insist(self, service: str, method: str, path: str, *, token: str, **options: Any) -> httpx.Response:
        """Ask until there is an answer that is not about being busy or away."""
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        url = self.platform.urls[service] + path
        last = "nothing"
        while asyncio.get_running_loop().time() < deadline:
            try:
                response = await self.http.request(method, url, headers=headers, **options)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                last = f"{response.status_code} {response.text[:300]}"
                if not self._is_worth_repeating(response):
                    return response
            self.repeats += 1
            await asyncio.sleep(PAUSE_SECONDS)
        raise UnansweredError(f"{method} {path} for {PATIENCE_SECONDS:.0f} s, last: {last}")

    def _is_worth_repeating(self, response: httpx.Response) -> bool:
        if response.status_code >= 500 and response.status_code != 503:
            self.surprises.append(f"{response.request.method} {response.request.url.path}: {response.text[:300]}")
        code = response.json().get("code") if response.status_code == 409 else ""
        return response.status_code >= 500 or (response.status_code, code) in NOT_YET


@dataclass(slots=True)
class Story:
    """One project: its results are handed in at a leisurely pace, and in some projects they become public."""

    site: Site
    seed: str
    results: int
    pause_seconds: float
    goes_public: bool
    id: str = field(default_factory=lambda: f"crash-{secrets.token_hex(5)}")
    chance: random.Random = field(init=False)
    upstream: str = field(init=False)
    coordinator: str = field(init=False)
    officer: str = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        token = self.site.platform.token
        self.upstream = token("upstream", "upstream", na=[AGENCY])
        self.coordinator = token("coordinator", "karlis", projects=[self.id])
        self.officer = token("officer", "olga", na=[AGENCY])

    async def run(self) -> None:
        await self._intake("PUT", "", self.upstream, json=_project(), headers={"If-Match": "*"})
        for number in range(self.results):
            await asyncio.sleep(self.chance.uniform(0, 2 * self.pause_seconds))
            await self.post(number)
        if self.goes_public:
            await self._until_all_are_valid()
            await self._through_review()

    async def post(self, number: int) -> Promised:
        """Hand in a result until it is acknowledged."""
        title = f"Lesson {number} of {self.id}"
        text = f"{title}. " + self.chance.randbytes(self.chance.randint(100, 2_000)).hex()
        described = _metadata(title)
        body: dict[str, Any]
        if number % 4 == 3:
            body = {"json": described | {"kind": "text", "text": text}}
        else:
            described_part = (None, _json(described), "application/json")
            file_part = (f"lesson-{number}.txt", text.encode(), "text/plain")
            body = {"files": [("metadata", described_part), ("file", file_part)]}
        response = await self._intake(
            "POST", "/results", self.coordinator, headers={"Idempotency-Key": f"{self.id}-{number}"}, **body
        )
        assert response.status_code == 201, response.text
        promised = Promised(result_id=response.json()["id"], project_id=self.id, title=title, content=text.encode())
        self.site.promised.append(promised)
        return promised

    async def _until_all_are_valid(self) -> None:
        await until(self._are_all_valid, within=PATIENCE_SECONDS, pause=0.3)

    async def _are_all_valid(self) -> bool:
        response = await self._intake("GET", "/results?limit=200", self.coordinator)
        return [one["status"] for one in response.json()["items"]] == ["valid"] * self.results

    async def _through_review(self) -> None:
        key = {"Idempotency-Key": f"{self.id}-round"}
        submitted = await self._intake("POST", "/submissions", self.coordinator, headers=key)
        assert submitted.status_code == 201 or submitted.json()["code"] == "already-under-review", submitted.text
        await self._review("POST", f"/v1/reviews/{self.id}/claim")
        for one in [one for one in self.site.promised if one.project_id == self.id]:
            await self._review("PUT", f"/v1/reviews/{self.id}/results/{one.result_id}/decision")
        await self._review("POST", f"/v1/reviews/{self.id}/decision")
        await self._review("POST", f"/v1/reports/{self.id}/decision")

    async def _intake(self, method: str, tail: str, token: str, **options: Any) -> httpx.Response:
        response = await self.site.insist("intake", method, f"/v1/projects/{self.id}{tail}", token=token, **options)
        assert response.is_success or response.status_code == 409, response.text
        return response

    async def _review(self, method: str, path: str) -> None:
        response = await self.site.insist(
            "review", method, path, token=self.officer, json={"decision": "approve"}, headers={"If-Match": "*"}
        )
        assert response.is_success, f"{method} {path}: {response.text}"


def _project() -> dict[str, Any]:
    today = datetime.now(UTC).date()
    return {
        "title": "A project that outlasts crashes",
        "start_date": str(today - timedelta(days=700)),
        "end_date": str(today - timedelta(days=30)),
        "languages": ["en"],
        "na": AGENCY,
        "organisations": [{"id": "o1", "name": "Cēsu vidusskola", "role": "coordinator"}],
    }


def _metadata(title: str) -> dict[str, Any]:
    return {
        "kind": "file",
        "title": title,
        "description": "Handed in while something dies.",
        "category": "handbook",
        "languages": ["en"],
        "data_protection": {"confirmed": True, "by": "Kārlis"},
    }


def _json(content: object) -> bytes:
    return httpx.Request("POST", "http://none", json=content).content
