"""Everything that is measured, in order: first the bare steps of a kind, then the platform, on the same servers."""

import asyncio
import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench import detectors, large, publication, small_results
from bench.figures import Figure, latencies, percentile
from bench.machine import peak_memory_mb, peak_memory_of_children_mb, processor_seconds
from bench.people import People
from bench.references import BareServers
from bench.small_results import Files
from bench.verdicts import Verdicts, operator, watched
from local.ports import SERVICES
from local.running import RunningPlatform

MEMORY_MB_TARGET = 250.0
VALIDATOR_MB_TARGET, CHILD_MB_TARGET = 300.0, 150.0
DOCUMENT_MS_TARGET = 80.0
WARMING_DOCUMENTS = 8
LARGE_RATIO_TARGET = 1.5
CHECKING_RATIO_TARGET = 1.25
QUEUED_RATIO_TARGET = 1.35
VERDICT_MS_TARGET = 60.0
RATE_TARGET = 60.0
WEBSITE_MS_TARGET = 1_000.0
PUBLICATION_MS_TARGET = 500.0
PROCESSOR_MS_SHOWN_MIN = 0.5
CHECK_PATH = "put, append, get, scan, put, append"
PUBLISH_PATH = "append, get, put, append"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is measured."""

    clients: int = 8
    rate_seconds: float
    single: int
    documents: int
    mixed_seconds: float
    websites: int
    approvals: int
    large: int
    large_together: int
    large_queued: int


FULL = Extent(rate_seconds=20, single=200, documents=100, mixed_seconds=10, websites=200, approvals=100, large=5,
              large_together=3, large_queued=8)  # fmt: skip
QUICK = Extent(rate_seconds=4, single=30, documents=20, mixed_seconds=2, websites=30, approvals=12, large=1,
               large_together=0, large_queued=0)  # fmt: skip


@dataclass(slots=True)
class Suite:
    """Measures one platform. `say` tells what is being done."""

    platform: RunningPlatform
    folder: Path
    extent: Extent
    say: Callable[[str], None]
    files: Files = field(init=False)

    def __post_init__(self) -> None:
        self.files = Files(self.folder)

    async def run(self) -> list[Figure]:
        client = await operator(self.platform)
        bare = BareServers(self.platform, client)
        await bare.provision()
        people = People(self.platform)
        try:
            async with watched(client) as verdicts:
                await small_results.one_by_one(people, verdicts, [self.files.text() for _ in range(5)])
                return [
                    *await self._small(people, verdicts, bare),
                    *await self._documents(people, verdicts, bare),
                    *await self._public(people, verdicts, bare),
                    *await self._large(people, verdicts, bare),
                    *self._memory(),
                    *await self._detection(),
                ]
        finally:
            people.close()
            await client.close()

    async def _small(self, people: People, verdicts: Verdicts, bare: BareServers) -> list[Figure]:
        extent = self.extent
        self.say("small results: the bare steps")
        content = self.files.text().read_bytes()
        path = [await bare.check_path(f"small-{number}", content) for number in range(extent.single)]
        appends = await bare.appends_per_second(extent.clients, min(extent.rate_seconds, 5))
        self.say("small results: one by one")
        single = await small_results.one_by_one(people, verdicts, [self.files.text() for _ in range(extent.single)])
        self.say(f"small results: {extent.clients} clients at once")
        texts = iter(self.files.text, None)
        before = processor_seconds(self.platform)
        many = await small_results.many_at_once(
            people, verdicts, texts, clients=extent.clients, run=extent.rate_seconds
        )
        return [
            *latencies("small result, one by one, posted to verdict", single.seconds, path, CHECK_PATH,
                       p50_target=VERDICT_MS_TARGET),
            Figure(name=f"small results a second, {extent.clients} clients", value=many.per_second, unit="/s",
                   reference=appends, reference_name="guarded appends", target=RATE_TARGET, better="higher"),
            *latencies(f"  posted to verdict with {extent.clients} clients", many.seconds, path, CHECK_PATH),
            *self._processor_time(before, len(many.seconds)),
            *await self._mixed(people, verdicts),
        ]  # fmt: skip

    def _processor_time(self, before: dict[str, float], results: int) -> list[Figure]:
        """What a small result costs in processor time: unlike all other figures it hardly minds who else is there."""
        spent = {name: (now - before[name]) / results * 1e3 for name, now in processor_seconds(self.platform).items()}
        bench = spent.pop("bench")
        figures = [
            Figure(name=f"  of it {name}", value=value, unit="ms")
            for name, value in sorted(spent.items(), key=lambda one: -one[1])
            if value >= PROCESSOR_MS_SHOWN_MIN
        ]
        total = Figure(name="processor time of a small result, all parts", value=sum(spent.values()), unit="ms")
        return [total, *figures, Figure(name="  beside it the bench itself", value=bench, unit="ms")]

    async def _mixed(self, people: People, verdicts: Verdicts) -> list[Figure]:
        """The same with pdf, docx, xlsx, csv, png and txt in turn, made before the clock runs."""
        self.say("small results: pdf, docx, xlsx, csv, png and txt in turn")
        count = int(self.extent.mixed_seconds * 150)
        maker = self.files.mixed()
        samples = [next(maker) for _ in range(count)]
        many = await small_results.many_at_once(
            people, verdicts, iter(samples), clients=self.extent.clients, run=self.extent.mixed_seconds
        )
        p50 = percentile(many.seconds, 50) * 1e3
        return [
            Figure(name="mixed kinds a second", value=many.per_second, unit="/s", better="higher"),
            Figure(name="  posted to verdict, p50", value=p50, unit="ms"),
        ]

    async def _documents(self, people: People, verdicts: Verdicts, bare: BareServers) -> list[Figure]:
        self.say("documents of 50 kB: one by one")
        count = self.extent.documents
        content = self.files.document().read_bytes()
        path = [await bare.check_path(f"document-{number}", content) for number in range(count)]
        samples = [self.files.document() for _ in range(WARMING_DOCUMENTS + count)]
        run = await small_results.one_by_one(people, verdicts, samples)
        return latencies("50 kB docx, one by one, posted to verdict", run.seconds[WARMING_DOCUMENTS:], path, CHECK_PATH,
                         p50_target=DOCUMENT_MS_TARGET)  # fmt: skip

    async def _public(self, people: People, verdicts: Verdicts, bare: BareServers) -> list[Figure]:
        self.say("website: set to public")
        pairs = [await bare.pair(f"website-{number}") for number in range(self.extent.websites)]
        websites = await publication.websites(people, self.extent.websites)
        self.say("results: final report approved to public")
        samples = [self.files.text() for _ in range(self.extent.approvals)]
        path = [await bare.publish_path(f"publish-{one.stem}", one.read_bytes()) for one in samples]
        approvals = await publication.approvals(people, verdicts, samples)
        return [
            *latencies("website, set to public", websites, pairs, "two appends", p99_target=WEBSITE_MS_TARGET),
            *latencies("report approved to result public", approvals, path, PUBLISH_PATH,
                       p99_target=PUBLICATION_MS_TARGET),
        ]  # fmt: skip

    async def _large(self, people: People, verdicts: Verdicts, bare: BareServers) -> list[Figure]:
        """Two kinds of content: clamd reads a document through and through, and hardly looks into a recording."""
        document = await self._rounds("docx", large.document, people, verdicts, bare)
        recording = await self._rounds("mp3", large.recording, people, verdicts, bare)
        together = await self._large_together(people, verdicts)
        return [*document, *recording, *together, *await self._large_queued(people, verdicts, bare)]

    async def _rounds(
        self, kind: str, make: Callable[[Path], Path], people: People, verdicts: Verdicts, bare: BareServers
    ) -> list[Figure]:
        rounds = []
        for number in range(self.extent.large):
            self.say(f"100 MB {kind}: file {number + 1} of {self.extent.large}")
            path = await asyncio.to_thread(make, self.folder / f"conference-{number}.{kind}")
            rounds.append(await large.measure(people, verdicts, bare, path, f"{kind}-{number}"))
            path.unlink()
        medians = {step: statistics.median(getattr(one, step) for one in rounds) for step in ("scan", "put", "get")}
        whole = statistics.median(one.bare for one in rounds)
        return [
            Figure(name=f"100 MB {kind}, posted to verdict, median", unit="s",
                   value=statistics.median(one.platform for one in rounds),
                   reference=whole, reference_name="scan + put + get", target=LARGE_RATIO_TARGET * whole),
            Figure(name="  of it from the event to the verdict", unit="s",
                   value=statistics.median(one.checking for one in rounds),
                   reference=medians["scan"], reference_name="scan", target=CHECKING_RATIO_TARGET * medians["scan"]),
            *(
                Figure(name=f"  bare {step} alone", value=seconds, unit="s") for step, seconds in medians.items()
            ),
        ]  # fmt: skip

    async def _large_together(self, people: People, verdicts: Verdicts) -> list[Figure]:
        count = self.extent.large_together
        if not count:
            return []
        self.say(f"100 MB: {count} files at once")
        paths = [large.recording(self.folder / f"together-{number}.mp3") for number in range(count)]
        seconds = await large.together(people, verdicts, paths)
        for path in paths:
            path.unlink()
        return [Figure(name=f"  {count} of 100 MB at once, last verdict", value=seconds, unit="s")]

    async def _large_queued(self, people: People, verdicts: Verdicts, bare: BareServers) -> list[Figure]:
        count = self.extent.large_queued
        if not count:
            return []
        self.say(f"100 MB docx: {count} that wait for the validator")
        paths = [large.document(self.folder / f"queued-{number}.docx") for number in range(count)]
        seconds = await large.queued(people, verdicts, paths)
        reference = await large.scanned_together(bare, paths)
        for path in paths:
            path.unlink()
        return [
            Figure(name=f"  {count} of 100 MB docx that wait, last verdict", unit="s", value=seconds,
                   reference=reference, reference_name=f"{count} scans at once",
                   target=QUEUED_RATIO_TARGET * reference),
        ]  # fmt: skip

    def _memory(self) -> list[Figure]:
        peaks = peak_memory_mb(self.platform)
        children = peak_memory_of_children_mb(self.platform.pids["validator"])
        return [
            *(
                Figure(name=f"{name}, peak resident", value=peaks[name], unit="MB", target=MEMORY_MB_TARGET)
                for name in SERVICES
            ),
            Figure(name=f"validator with its {len(children)} children, all peaks", unit="MB",
                   value=peaks["validator"] + sum(children),
                   target=VALIDATOR_MB_TARGET + CHILD_MB_TARGET * len(children)),
        ]  # fmt: skip

    async def _detection(self) -> list[Figure]:
        self.say("personal data: text a second on one core")
        return await asyncio.to_thread(detectors.figures)
