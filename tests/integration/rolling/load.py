"""Twenty requests a second from people who do not wait for each other, and what became of each of them.

Nothing is repeated: a request that fails has failed.
"""

import asyncio
import os
import random
import secrets
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx

from local.tokens import Claims
from shared.http.roles import Role
from tests.e2e.scenario import AGENCY, metadata, project_body
from tests.integration.deploy.deployment import Deployment
from tests.integration.rolling.balancer import Balancer

RATE = 20
PROJECTS = 4
ANSWER_SECONDS_MAX = 30.0
SLOW_UPLOAD_SECONDS = 2.0
QUICK = (*("text", "file", "website") * 3, *("project", "result", "history", "queue", "public", "page") * 4)
KINDS = (*QUICK, "slow")

Work = Callable[[], Awaitable[httpx.Response]]


def new_seed() -> str:
    """RESULTS_SEED or a new one; printed, so that a run's choices can be repeated."""
    seed = os.environ.get("RESULTS_SEED") or secrets.token_hex(4)
    print(f"\nRESULTS_SEED={seed}", flush=True)
    return seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: when it was sent (by the monotonic clock), how long it took, and its answer's status; 0: none."""

    kind: str
    at: float
    seconds: float
    status: int
    told: str = ""

    @property
    def failed(self) -> bool:
        return not 200 <= self.status < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A result that was acknowledged."""

    result_id: str
    title: str


@dataclass
class Load:
    """Runs in a thread of its own, with the balancers; `asked` and `promised` grow while it does."""

    deployment: Deployment
    balancers: Mapping[str, Balancer]
    kinds: Sequence[str] = KINDS
    seed: str = field(default_factory=new_seed)
    asked: list[Asked] = field(default_factory=list)
    promised: list[Promise] = field(default_factory=list)
    projects: list[str] = field(default_factory=lambda: [f"roll-{secrets.token_hex(5)}" for _ in range(PROJECTS)])
    news: list[str] = field(default_factory=list)
    streams_broken: list[str] = field(default_factory=list)
    streams: int = 0
    began: float = 0.0
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        sign = self.deployment.signer.sign
        self.upstream = sign(Claims(sub="bm", roles=[Role.UPSTREAM], na=[AGENCY]))
        self.coordinator = sign(Claims(sub="karlis", roles=[Role.COORDINATOR], projects=self.projects))
        self.officer = sign(Claims(sub="olga", roles=[Role.OFFICER], na=[AGENCY]))
        self.chance = random.Random(self.seed)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Keep asking until the end of the block, then wait for the last answers."""
        ready = threading.Event()
        worker = threading.Thread(target=lambda: asyncio.run(self._run(ready)), name="load")
        worker.start()
        try:
            assert ready.wait(30), "the load could not begin"
            yield self
        finally:
            self._over.set()
            worker.join()

    async def _run(self, ready: threading.Event) -> None:
        for one in self.balancers.values():
            one.listens = asyncio.Event()
        beside = [asyncio.create_task(one.serve()) for one in self.balancers.values()]
        limits = httpx.Limits(max_keepalive_connections=30, keepalive_expiry=20)
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX, limits=limits) as self.http:
            await asyncio.gather(*(one.listens.wait() for one in self.balancers.values()))
            for project in self.projects:
                await self._ask("register", lambda project=project: self._register(project))  # type: ignore[misc]
            follower = asyncio.create_task(self._follow(self.projects[0]))
            self.began = time.monotonic()
            ready.set()
            await self._pace()
            follower.cancel()
            await asyncio.gather(follower, return_exceptions=True)
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)

    async def _pace(self) -> None:
        """Send by the clock, whatever the answers take: who waits for answers does not see a standstill."""
        tasks: set[asyncio.Task[None]] = set()
        for number in count():
            await asyncio.sleep(max(0.0, self.began + number / RATE - time.monotonic()))
            if self._over.is_set():
                break
            kind = self.chance.choice(self.kinds)
            task = asyncio.create_task(self._ask(kind, self._work(kind, self.chance.choice(self.projects), number)))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    async def _ask(self, kind: str, work: Work) -> None:
        at = time.monotonic()
        try:
            response = await work()
            status, told = response.status_code, response.text[:300] if response.is_error else ""
        except httpx.TransportError as error:
            status, told = 0, repr(error)
        seconds = time.monotonic() - at - (SLOW_UPLOAD_SECONDS if kind == "slow" else 0)
        self.asked.append(Asked(kind=kind, at=at, seconds=seconds, status=status, told=told))

    def _work(self, kind: str, project: str, number: int) -> Work:
        match kind:
            case "text" | "file" | "slow":
                return lambda: self._post(kind, project, f"Lesson {number} of {project}")
            case "website":
                body, path = {"url": f"https://drill.example.org/{number}"}, f"/v1/projects/{project}/website"
                return lambda: self.send("intake", "PUT", path, self.coordinator, json=body, headers={"If-Match": "*"})
            case "result" if self.promised:
                path = f"/v1/results/{self.chance.choice(self.promised).result_id}"
                return lambda: self.send("intake", "GET", path, self.coordinator)
            case "history":
                return lambda: self.send("intake", "GET", f"/v1/projects/{project}/history?limit=20", self.coordinator)
            case "queue":
                return lambda: self.send("review", "GET", "/v1/reviews", self.officer)
            case "public":
                return lambda: self.send("publisher", "GET", "/v1/projects?limit=5", None)
            case "page":
                return lambda: self.send("publisher", "GET", f"/v1/projects/{project}", None)
            case _:
                return lambda: self.send("intake", "GET", f"/v1/projects/{project}", self.coordinator)

    async def _register(self, project: str) -> httpx.Response:
        path, headers = f"/v1/projects/{project}", {"If-Match": "*"}
        answer = await self.send("intake", "PUT", path, self.upstream, json=project_body(), headers=headers)
        website = {"url": "https://drill.example.org/"}
        await self.send("intake", "PUT", f"{path}/website", self.coordinator, json=website, headers=headers)
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            while (await self.send("publisher", "GET", path, None)).status_code == 404:  # noqa: ASYNC110 - elsewhere
                await asyncio.sleep(0.05)
        return answer

    async def _post(self, kind: str, project: str, title: str) -> httpx.Response:
        text = f"{title}. {self.chance.randbytes(400).hex()}"
        body: dict[str, Any] = {"json": metadata(title=title, kind="text", text=text)}
        headers = {"Idempotency-Key": f"{self.seed}-{title}"}
        if kind != "text":
            described = httpx.Request("POST", "http://none", json=metadata(title=title)).content
            file = ("lesson.txt", text.encode(), "text/plain")
            body = {"files": [("metadata", (None, described, "application/json")), ("file", file)]}
        if kind == "slow":
            whole = httpx.Request("POST", "http://none", **body)
            headers |= {name: whole.headers[name] for name in ("Content-Type", "Content-Length")}
            body = {"content": _slowly(whole.read())}
        path = f"/v1/projects/{project}/results"
        response = await self.send("intake", "POST", path, self.coordinator, headers=headers, **body)
        if response.status_code == 201:
            self.promised.append(Promise(result_id=response.json()["id"], title=title))
        return response

    async def send(self, service: str, method: str, path: str, token: str | None, **options: Any) -> httpx.Response:
        """One request to a service."""
        headers = options.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        return await self.http.request(method, self.balancers[service].url + path, headers=headers, **options)

    async def _follow(self, project: str) -> None:
        """Follow a project's history as a browser does: come back a second after each end, where it was."""
        while True:
            headers = {"Authorization": f"Bearer {self.coordinator}", "Accept": "text/event-stream"}
            if self.news:
                headers["Last-Event-ID"] = self.news[-1]
            url = f"{self.balancers['intake'].url}/v1/projects/{project}/history"
            try:
                async with self.http.stream("GET", url, headers=headers) as response:
                    self.streams += 1
                    async for line in response.aiter_lines():
                        if line.startswith("id: "):
                            self.news.append(line.removeprefix("id: "))
            except httpx.TransportError as error:
                self.streams_broken.append(f"{time.monotonic() - self.began:.2f} s {error!r}")
            await asyncio.sleep(1)

    def failures(self) -> list[str]:
        return [f"{one.at - self.began:.2f} s {one.kind}: {one.status} {one.told}" for one in self.asked if one.failed]

    def percentile(self, part: float) -> float:
        return percentile([one.seconds for one in self.asked], part)

    def summary(self) -> str:
        return (
            f"{len(self.asked)} requests, {len(self.promised)} results acknowledged, {len(self.failures())} failed, "
            f"p50 {self.percentile(0.5) * 1000:.0f} ms, p99 {self.percentile(0.99) * 1000:.0f} ms, "
            f"longest {self.percentile(1) * 1000:.0f} ms, {self.streams} event streams"
        )


async def _slowly(body: bytes) -> AsyncIterator[bytes]:
    """A body that takes its time, as over a telephone."""
    pieces = 10
    size = -(-len(body) // pieces)
    for number in range(pieces):
        await asyncio.sleep(SLOW_UPLOAD_SECONDS / pieces)
        yield body[number * size : (number + 1) * size]


def percentile(numbers: Sequence[float], part: float) -> float:
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0
