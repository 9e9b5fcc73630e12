"""Kills random parts at random moments, and measures how long the platform is away each time."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import httpx

from local.running import RunningPlatform
from tests.integration.crash.clients import Site, Story, until

SERVICES = ("intake", "validator", "review", "publisher")
PAUSE_SECONDS = (0.1, 1.5)
AWAY_SECONDS_MAX = 5.0
LOOK_SECONDS = 0.05
GIVE_UP_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """What was killed and how long it took until everything served again."""

    part: str
    at_seconds: float
    away_seconds: float

    def __str__(self) -> str:
        return f"{self.at_seconds:6.2f} s  {self.part:<10} served again after {self.away_seconds:.2f} s"


@dataclass(slots=True)
class Killer:
    """Kills until it is told to stop; every part once before any of them again."""

    site: Site
    seed: str
    outages: list[Outage] = field(default_factory=list)
    _next: deque[str] = field(default_factory=deque)

    @property
    def platform(self) -> RunningPlatform:
        return self.site.platform

    async def run(self, stop: asyncio.Event, kills_min: int) -> None:
        chance = random.Random(self.seed)
        probe = Probe(self.site)
        await probe.prepare()
        began = asyncio.get_running_loop().time()
        while not stop.is_set() or len(self.outages) < kills_min:
            await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
            part = self._choose(chance)
            at = asyncio.get_running_loop().time()
            old = self.platform.kill_part(part)
            away = await self._until_serving(part, old, probe)
            self.outages.append(Outage(part=part, at_seconds=at - began, away_seconds=away))
            print(self.outages[-1], flush=True)

    def _choose(self, chance: random.Random) -> str:
        if not self._next:
            names = list(self.platform.pids)
            chance.shuffle(names)
            self._next.extend(names)
        return self._next.popleft()

    async def _until_serving(self, part: str, old: int, probe: "Probe") -> float:
        """Seconds until there is a new process, every part says that it is ready, and work goes all the way."""
        began = asyncio.get_running_loop().time()

        async def is_back() -> bool:
            return self.platform.pids.get(part, old) != old and await self._all_ready()

        await until(is_back, within=GIVE_UP_SECONDS, pause=LOOK_SECONDS)
        async with asyncio.timeout(GIVE_UP_SECONDS):
            await probe.pass_through()
        return asyncio.get_running_loop().time() - began

    async def _all_ready(self) -> bool:
        """Services keep a report for a second, so that this alone may praise what has just died: hence the probe."""
        if any(one["state"] != "ready" for one in self.platform.page["parts"].values()):
            return False
        answers = await asyncio.gather(*(self._is_ready(name) for name in SERVICES))
        return all(answers)

    async def _is_ready(self, service: str) -> bool:
        try:
            answer = await self.site.http.get(f"{self.platform.urls[service]}/readyz", timeout=3)
        except httpx.TransportError:
            return False
        return answer.status_code == 200


@dataclass(slots=True)
class Probe:
    """Work that needs every part: a website that becomes public, a file that gets its verdict, a look at the queue."""

    site: Site
    story: Story = field(init=False)
    _count: int = 0

    def __post_init__(self) -> None:
        self.story = Story(self.site, "probe", results=0, pause_seconds=0, goes_public=False)

    async def prepare(self) -> None:
        await self.story.run()
        await self.pass_through()

    async def pass_through(self) -> None:
        """Return once it went all the way."""
        self._count += 1
        await asyncio.gather(self._website(), self._verdict(), self._queue())

    async def _website(self) -> None:
        url = f"https://probe.example.org/{self._count}"
        await self._insist(
            "intake", "PUT", f"/v1/projects/{self.story.id}/website", json={"url": url}, headers={"If-Match": "*"}
        )

        async def is_public() -> bool:
            website = (await self._insist("publisher", "GET", f"/v1/projects/{self.story.id}")).get("website")
            return url in (website, website.get("url") if isinstance(website, dict) else None)

        await until(is_public, within=GIVE_UP_SECONDS, pause=LOOK_SECONDS)

    async def _verdict(self) -> None:
        path = f"/v1/results/{(await self.story.post(self._count)).result_id}"

        async def is_valid() -> bool:
            return bool((await self._insist("intake", "GET", path))["status"] == "valid")

        await until(is_valid, within=GIVE_UP_SECONDS, pause=LOOK_SECONDS)

    async def _queue(self) -> None:
        await self.site.insist("review", "GET", "/v1/reviews", token=self.story.officer)

    async def _insist(self, service: str, method: str, path: str, **options: Any) -> dict[str, Any]:
        response = await self.site.insist(service, method, path, token=self.story.coordinator, **options)
        found: dict[str, Any] = response.json() if response.content else {}
        return found
