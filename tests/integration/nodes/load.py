"""Steady work by people who insist: results are handed in by the clock, and projects go all the way to the public.

`with Load.of(deployment, seed).running() as load:` works in a thread of its own. Whoever gets no answer, or 503, asks
the same again with the same key, as clients are told to; what was acknowledged, and when, is remembered.
"""

import asyncio
import random
import secrets
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count, pairwise
from typing import Any

import httpx

from local.tokens import Claims
from shared.http.roles import Role
from tests.e2e.scenario import AGENCY, metadata, project_body
from tests.integration.deploy.deployment import Deployment
from tests.unit.deploy.cluster import SERVICES

POSTS_EACH_SECOND = 8
PROJECTS = 4
STORIES_AT_ONCE = 2
RESULTS_OF_A_STORY = 2
ANSWER_SECONDS_MAX = 30.0
PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.1


class UnansweredError(AssertionError):
    """The platform did not serve for longer than a client of good will waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An acknowledged write. `asked_at` is when it was sent first, by the monotonic clock."""

    kind: str
    asked_at: float
    answered_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A result that was acknowledged, with the bytes that were handed in."""

    result_id: str
    project_id: str
    title: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Silence:
    """A time without an acknowledged result. `after_seconds`: when it began, counted from the moment that was asked."""

    seconds: float
    after_seconds: float


@dataclass
class Load:
    """`surprises` are answers that no outage excuses; `approved` are the projects that must become public.

    `repeated` are requests that were sent again, with why.
    """

    addresses: Mapping[str, str]
    sign: Callable[[Claims], str]
    seed: str
    written: list[Written] = field(default_factory=list)
    promised: list[Promise] = field(default_factory=list)
    approved: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.projects = [self._new_project() for _ in range(PROJECTS)]
        self.upstream = self._token(Role.UPSTREAM, "bm")
        self.officer = self._token(Role.OFFICER, "olga")
        self.coordinator = self._token(Role.COORDINATOR, "karlis", self.projects)

    @classmethod
    def of(cls, deployment: Deployment, seed: str) -> "Load":
        """Against the first pod of each service."""
        addresses = {service: deployment.pods_of(service)[0].url for service in SERVICES}
        return cls(addresses, deployment.signer.sign, seed)

    def _new_project(self) -> str:
        return f"nodes-{secrets.token_hex(5)}"

    def _token(self, role: Role, sub: str, projects: list[str] | None = None) -> str:
        return self.sign(Claims(sub=sub, roles=[role], na=[] if projects else [AGENCY], projects=projects or []))

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Work until the end of the block, then bring to an end what has begun. Raises what went wrong meanwhile."""
        ready = threading.Event()
        with ThreadPoolExecutor(1, "load") as pool:
            work = pool.submit(lambda: asyncio.run(self._run(ready)))
            try:
                while not ready.wait(0.1):
                    assert not work.done(), work.exception()
                yield self
            finally:
                self._over.set()
            work.result()

    async def _run(self, ready: threading.Event) -> None:
        limits = httpx.Limits(max_keepalive_connections=30)
        async with (
            httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX, limits=limits) as self.http,
            asyncio.TaskGroup() as all_,
        ):
            await asyncio.gather(*(self._register(one) for one in self.projects))
            ready.set()
            all_.create_task(self._post_by_the_clock())
            for _ in range(STORIES_AT_ONCE):
                all_.create_task(self._tell_stories())

    async def _post_by_the_clock(self) -> None:
        """Whoever waits for answers before sending more does not see a standstill."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as posts:
            for number in count():
                await asyncio.sleep(max(0.0, began + number / POSTS_EACH_SECOND - time.monotonic()))
                if self._over.is_set():
                    return
                posts.create_task(self._post(self.chance.choice(self.projects), number, self.coordinator))

    async def _tell_stories(self) -> None:
        while not self._over.is_set():
            await self._story(self._new_project())

    async def _story(self, project: str) -> None:
        """From the registration to the approval of everything."""
        await self._register(project)
        mine = self._token(Role.COORDINATOR, "karlis", [project])
        posted = [await self._post(project, number, mine) for number in range(RESULTS_OF_A_STORY)]
        await self._until_valid(project, mine)
        key = {"Idempotency-Key": f"{project}-round"}
        submitted = await self._insist("intake", "POST", f"/v1/projects/{project}/submissions", mine, headers=key)
        assert submitted.is_success or submitted.json()["code"] == "already-under-review", submitted.text
        await self._review("POST", f"/v1/reviews/{project}/claim")
        for one in posted:
            await self._review("PUT", f"/v1/reviews/{project}/results/{one.result_id}/decision")
        await self._review("POST", f"/v1/reviews/{project}/decision")
        await self._review("POST", f"/v1/reports/{project}/decision")
        self.approved.append(project)

    async def _register(self, project: str) -> None:
        body, condition = project_body(), {"If-Match": "*"}
        answer = await self._insist(
            "intake", "PUT", f"/v1/projects/{project}", self.upstream, json=body, headers=condition
        )
        assert answer.is_success, answer.text

    async def _post(self, project: str, number: int, token: str) -> Promise:
        title = f"Lesson {number} of {project}"
        text = f"{title}. {self.chance.randbytes(400).hex()}"
        described = httpx.Request("POST", "http://none", json=metadata(title=title)).content
        files = [("metadata", (None, described, "application/json")), ("file", ("lesson.txt", text.encode()))]
        path, key = f"/v1/projects/{project}/results", {"Idempotency-Key": title.replace(" ", "-")}
        answer = await self._insist("intake", "POST", path, token, headers=key, files=files)
        assert answer.status_code == 201, answer.text
        one = Promise(result_id=answer.json()["id"], project_id=project, title=title, content=text.encode())
        self.promised.append(one)
        return one

    async def _until_valid(self, project: str, token: str) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = await self._insist("intake", "GET", f"/v1/projects/{project}/results", token)
                if [one["status"] for one in found.json()["items"]] == ["valid"] * RESULTS_OF_A_STORY:
                    return
                await asyncio.sleep(0.2)

    async def _review(self, method: str, path: str) -> None:
        body, condition = {"decision": "approve"}, {"If-Match": "*"}
        answer = await self._insist("review", method, path, self.officer, json=body, headers=condition)
        assert answer.is_success, f"{method} {path}: {answer.text}"

    async def _insist(self, service: str, method: str, path: str, token: str, **options: Any) -> httpx.Response:
        """Ask until there is an answer that is not about being busy or away."""
        headers = {"Authorization": f"Bearer {token}", **options.pop("headers", {})}
        ask = partial(self.http.request, method, self.addresses[service] + path, headers=headers, **options)
        asked_at = time.monotonic()
        answer = await self._asked(ask, f"{method} {path}")
        if method != "GET" and answer.is_success:
            kind = f"{method} {path.rsplit('/', 1)[1]}" if method == "POST" else method
            self.written.append(Written(kind=kind, asked_at=asked_at, answered_at=time.monotonic()))
        return answer

    async def _asked(self, ask: Callable[[], Awaitable[httpx.Response]], what: str) -> httpx.Response:
        deadline, last = time.monotonic() + PATIENCE_SECONDS, "nothing"
        while time.monotonic() < deadline:
            try:
                answer = await ask()
            except httpx.TransportError as error:
                last = repr(error)
            else:
                last = f"{answer.status_code} {answer.text[:300]}"
                if not self._is_worth_repeating(answer, what):
                    return answer
            self.repeated.append(f"{what}: {last}")
            await asyncio.sleep(PAUSE_SECONDS)
        raise UnansweredError(f"{what} for {PATIENCE_SECONDS:.0f} s, last: {last}")

    def _is_worth_repeating(self, answer: httpx.Response, what: str) -> bool:
        if answer.status_code >= 500 and answer.status_code != 503:
            self.surprises.append(f"{what}: {answer.status_code} {answer.text[:300]}")
        if answer.status_code == 503 and "Retry-After" not in answer.headers:
            self.surprises.append(f"{what}: 503 without Retry-After")
        in_progress = answer.status_code == 409 and answer.json().get("code") == "request-in-progress"
        return answer.status_code >= 500 or in_progress

    def posted_since(self, moment: float) -> int:
        """How many results were acknowledged that nobody had handed in before that moment."""
        return sum(one.kind == "POST results" and one.asked_at > moment for one in list(self.written))

    def silence(self, since: float, until: float) -> Silence:
        """The longest time without an acknowledged result between two moments."""
        ends = sorted(one.answered_at for one in list(self.written) if one.kind == "POST results")
        moments = [since, *(one for one in ends if since < one < until), until]
        return max(Silence(seconds=end - one, after_seconds=one - since) for one, end in pairwise(moments))

    def longest_wait(self, since: float) -> float:
        """The longest that anybody waited for an acknowledgement, repetitions included."""
        waits = [one.answered_at - one.asked_at for one in list(self.written) if one.answered_at > since]
        return max(waits, default=0.0)
