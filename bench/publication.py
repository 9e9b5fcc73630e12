"""How soon the public sees what it may see: a website at once, a result once the final report is approved."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.people import People, Project, public_website
from bench.verdicts import Verdicts

LOOK_SECONDS = 0.002
SECONDS_MAX = 20.0


async def websites(people: People, count: int) -> list[float]:
    """Seconds from the first byte of each PUT until the public API shows the address."""
    project = await people.project()
    return [await _website(people, project, f"https://rural.example.org/{number}") for number in range(count)]


async def _website(people: People, project: Project, url: str) -> float:
    start = time.perf_counter()
    await project.set_website(url)
    await _until(lambda: _shows(people, project.id, url))
    return time.perf_counter() - start


async def approvals(people: People, verdicts: Verdicts, samples: list[Path]) -> list[float]:
    """Seconds from the first byte of each approval of a final report until the public API has the result.

    Each sample is a project of its own whose results were approved before.
    """
    ready = [await _approved(people, verdicts, sample) for sample in samples]
    return [await _publication(people, project, result_id) for project, result_id in ready]


async def _approved(people: People, verdicts: Verdicts, sample: Path) -> tuple[Project, str]:
    project = await people.project()
    result_id = await project.post(sample)
    await verdicts.of(result_id)
    await project.approve_results([result_id])
    return project, result_id


async def _publication(people: People, project: Project, result_id: str) -> float:
    start = time.perf_counter()
    await project.approve_report()
    await _until(lambda: _has(people, result_id))
    return time.perf_counter() - start


async def _shows(people: People, project_id: str, url: str) -> bool:
    return await public_website(people, project_id) == url


async def _has(people: People, result_id: str) -> bool:
    return (await people.publisher.call("GET", f"/v1/results/{result_id}")).status == 200


async def _until(fact: Callable[[], Awaitable[bool]]) -> None:
    """Ask the public API again and again, as closely as is fair to it."""
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            if await fact():
                return
            await asyncio.sleep(LOOK_SECONDS)
