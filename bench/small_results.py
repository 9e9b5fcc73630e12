"""Small files through intake and validator: how many a second, and how long one of them takes."""

import asyncio
import itertools
import random
import time
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.people import PROJECT_RESULTS_MAX, People, Project
from bench.verdicts import Verdicts
from local.demo import files

DOCUMENT_BYTES = 50_000
_MARK = "a-mark-that-is-replaced"
_SYLLABLES = ("ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu", "ban", "del", "fir", "gos")
WORDS = ("lesson", "teacher", "school", "exercise", "digital", "rural", "method", "pupil", "evening", "workshop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of a run. `seconds`: from the first byte of each post to its verdict."""

    per_second: float
    seconds: Sequence[float]


@dataclass(slots=True)
class Files:
    """Small files that nobody has seen before."""

    folder: Path
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _parts: dict[str, bytes] = field(default_factory=dict)

    def text(self) -> Path:
        """About one kilobyte of running text."""
        path = self.folder / f"lesson-{next(self._numbers)}.txt"
        path.write_text(" ".join(random.choices(WORDS, k=120)) + f"\n{random.getrandbits(128):x}\n")
        return path

    def document(self) -> Path:
        """About 50 kB of docx as Word's default template and python-docx make it, each with words of its own."""
        if not self._parts:
            self._parts = self._template()
        path = self.folder / f"document-{next(self._numbers)}.docx"
        mark = f"{random.getrandbits(128):x}".encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for name, data in self._parts.items():
                package.writestr(name, data.replace(_MARK.encode(), mark) if name == "word/document.xml" else data)
        return path

    def _template(self) -> dict[str, bytes]:
        """Return the parts of a document that is as large as wanted: paragraphs of 60 words, and a table."""
        path = self.folder / "template.docx"
        paragraphs = [_MARK]
        while (
            files.docx(path, paragraphs, table=[[_word() for _ in range(5)] for _ in range(40)]).size < DOCUMENT_BYTES
        ):
            paragraphs += [" ".join(_word() for _ in range(60)) for _ in range(8)]
        with zipfile.ZipFile(path) as package:
            return {name: package.read(name) for name in package.namelist()}

    def mixed(self) -> Iterator[Path]:
        """One of each kind that people hand in most, again and again."""
        while True:
            text, number = self.text().read_text(), next(self._numbers)
            stem = self.folder / f"mixed-{number}"
            yield files.pdf(stem.with_suffix(".pdf"), [text]).path
            yield files.docx(stem.with_suffix(".docx"), [text]).path
            yield files.xlsx(stem.with_suffix(".xlsx"), [[word, number] for word in text.split()]).path
            yield files.csv(stem.with_suffix(".csv"), [[word, number] for word in text.split()]).path
            yield files.picture(stem.with_suffix(".png"), str(number)).path
            yield files.txt(stem.with_suffix(".txt"), text).path


def _word() -> str:
    return "".join(random.choices(_SYLLABLES, k=random.randrange(1, 6)))


async def one_by_one(people: People, verdicts: Verdicts, samples: Sequence[Path]) -> Run:
    """A client that waits for each verdict before it hands in the next file."""
    project = await people.project()
    began = time.perf_counter()
    seconds = []
    for sample in samples:
        start = time.perf_counter()
        result_id = await project.post(sample)
        seconds.append(await verdicts.of(result_id) - start)
        sample.unlink()
    return Run(per_second=len(samples) / (time.perf_counter() - began), seconds=seconds)


async def many_at_once(people: People, verdicts: Verdicts, samples: Iterator[Path], *, clients: int, run: float) -> Run:
    """`clients` for `run` seconds, each handing in its next file when the one before has its verdict."""
    began = time.perf_counter()
    seconds: list[float] = []

    async def client() -> None:
        project: Project | None = None
        for number in itertools.count():
            if time.perf_counter() - began > run:
                return
            if project is None or number % PROJECT_RESULTS_MAX == 0:
                project = await people.project()
            sample = next(samples)
            start = time.perf_counter()
            seconds.append(await verdicts.of(await project.post(sample)) - start)
            sample.unlink()

    await asyncio.gather(*(client() for _ in range(clients)))
    return Run(per_second=len(seconds) / (time.perf_counter() - began), seconds=seconds)
