"""Hints on quality from real files in the real sandbox; whatever happens to them, the verdict stands."""

import asyncio
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from fpdf import FPDF

from local.clamav import ClamdServer
from services.validator import policy
from services.validator.about import Known
from services.validator.adapters.clamav import ClamdScanner
from services.validator.checks import PERSONAL_DATA, QUALITY
from services.validator.domain import Specimen
from services.validator.engine import Examiner
from services.validator.sandbox.pool import Pool
from shared.contracts.verdict import VerdictOutcome
from tests.unit.validator import emblems

STATEMENT = "Co-funded by the European Union."
DISCLAIMER = (
    "Views and opinions expressed are however those of the author(s) only and do not necessarily reflect those of the "
    "European Union or VIAA. Neither the European Union nor the granting authority can be held responsible for them."
)
ABOUT: dict[str, object] = {
    "title": "Handbook for teachers (English)",
    "description": "A handbook that helps teachers to plan lessons with digital tools in rural schools.",
    "languages": ["en"],
    "agreed": ["en"],
    "funding": "co-funded",
}
_TEXT = "The handbook helps teachers to plan their lessons and to use digital tools in the schools of five countries. "


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    pool = Pool(1)
    await pool.start()
    yield pool
    await pool.close()


def document(path: Path, *lines: str, picture: bool = False, pictures: tuple[bytes, ...] = ()) -> Path:
    made = Document()
    for line in lines:
        made.add_paragraph(line)
    if picture:
        data = io.BytesIO()
        emblems.emblem(200).save(data, "PNG")
        pictures = (*pictures, data.getvalue())
    for one in pictures:
        made.add_picture(io.BytesIO(one))
    made.save(str(path))
    return path


def pdf(path: Path, *lines: str, picture: bool = False, accessible: bool = False, pages: int = 1) -> Path:
    made = FPDF()
    made.set_font("helvetica", size=11)
    if accessible:
        made.set_title("Handbook")
        made.set_lang("en")
    for number in range(pages):
        made.add_page()
        made.multi_cell(0, 6, "\n".join(lines) if number == pages - 1 else _TEXT * 5)
    if picture:
        made.image(emblems.emblem(300), x=20, y=250, h=14)
    made.output(str(path))
    return path


def specimen(path: Path) -> Specimen:
    return Specimen(path=str(path), name=path.name, size=path.stat().st_size)


async def hinted(pool: Pool, path: Path, about: Mapping[str, object] | None = None) -> set[str]:
    read = await pool.examine(PERSONAL_DATA, specimen(path))
    found = await pool.examine(QUALITY, replace(specimen(path), about=about, facts=read.facts))
    assert not found.error
    return {one.code for one in found.observations}


async def test_a_document_with_everything_gets_no_hint(pool: Pool, tmp_path: Path) -> None:
    path = document(tmp_path / "guide.docx", _TEXT * 5, STATEMENT, DISCLAIMER, picture=True)

    assert await hinted(pool, path, ABOUT) == set()


async def test_a_bare_document_is_told_what_it_lacks(pool: Pool, tmp_path: Path) -> None:
    path = document(tmp_path / "guide.docx", _TEXT * 5)

    assert await hinted(pool, path, ABOUT) == {"emblem-missing", "funding-statement-missing", "disclaimer-missing"}


async def test_the_emblem_is_seen_on_the_last_page_of_a_pdf(pool: Pool, tmp_path: Path) -> None:
    seen = await hinted(pool, pdf(tmp_path / "a.pdf", STATEMENT, DISCLAIMER, picture=True, pages=9), ABOUT)

    assert seen == {"pdf-not-tagged", "pdf-without-title", "pdf-without-language"}


async def test_a_pdf_with_title_and_language_is_not_told_so(pool: Pool, tmp_path: Path) -> None:
    seen = await hinted(pool, pdf(tmp_path / "a.pdf", STATEMENT, DISCLAIMER, accessible=True), ABOUT)

    assert seen == {"pdf-not-tagged", "emblem-missing"}


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("JPEG", "RGB"), ("GIF", "P")])
async def test_the_emblem_is_seen_in_every_kind_of_picture(pool: Pool, tmp_path: Path, kind: str, mode: str) -> None:
    data = io.BytesIO()
    emblems.emblem(400).convert(mode).save(data, kind)
    path = document(tmp_path / "guide.docx", STATEMENT, DISCLAIMER, pictures=(data.getvalue(),))

    assert await hinted(pool, path) == set()


async def test_a_text_in_another_language_than_declared_is_told(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(_TEXT * 8, encoding="utf-8")

    assert await hinted(pool, tmp_path / "a.txt", {**ABOUT, "languages": ["lv"], "agreed": ["lv"]}) == {
        "language-not-in-text"
    }


async def test_tables_and_pictures_are_not_asked_for_publicity(pool: Pool, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("year;pupils\n2024;17\n", encoding="utf-8")
    emblems.emblem(60).save(tmp_path / "a.png")

    assert await hinted(pool, tmp_path / "a.csv", ABOUT) == set()
    assert await hinted(pool, tmp_path / "a.png", ABOUT) == set()


async def judged(
    pool: Pool, address: str, path: Path, known: Known | None
) -> tuple[VerdictOutcome, dict[str, list[str]]]:
    examiner = Examiner(pool=pool, recognition=pool, policy=policy.load(), limit_bytes=10_000_000)
    async with ClamdScanner(address).session() as session:
        await session.send(await asyncio.to_thread(path.read_bytes))
        judgement = await examiner(specimen(path), session, known=known)
    found = {one.check: [finding.code for finding in one.findings] for one in judgement.checks}
    return policy.verdict(judgement.checks), found


async def test_a_file_with_many_hints_passes(pool: Pool, clamd_server: ClamdServer, tmp_path: Path) -> None:
    known = Known(about={**ABOUT, "title": "Rokasgrāmata skolotājiem"}, twins=("Guide",))
    path = document(tmp_path / "guide.docx", _TEXT)

    outcome, found = await judged(pool, clamd_server.address, path, known)

    assert outcome == "passed"
    assert set(found["quality"]) == {
        "title-not-english", "duplicate", "emblem-missing", "funding-statement-missing", "disclaimer-missing"
    }  # fmt: skip


async def test_when_the_hints_fail_that_is_said_and_the_verdict_stands(
    pool: Pool, clamd_server: ClamdServer, tmp_path: Path
) -> None:
    path = document(tmp_path / "guide.docx", _TEXT)

    outcome, found = await judged(pool, clamd_server.address, path, Known(about={"not": "a description"}))

    assert outcome == "passed"
    assert found["quality"] == ["hints-missing"]


async def test_a_file_that_the_format_check_stops_gets_hints_on_its_words(
    pool: Pool, clamd_server: ClamdServer, tmp_path: Path
) -> None:
    (tmp_path / "guide.pdf").write_bytes(b"no pdf at all")

    outcome, found = await judged(
        pool, clamd_server.address, tmp_path / "guide.pdf", Known(about={**ABOUT, "title": "guide.pdf"})
    )

    assert outcome == "failed"
    assert found["quality"] == ["title-unclear"]


async def test_a_logo_gets_no_hints(pool: Pool, clamd_server: ClamdServer, tmp_path: Path) -> None:
    emblems.emblem(60).save(tmp_path / "logo.png")

    outcome, found = await judged(pool, clamd_server.address, tmp_path / "logo.png", None)

    assert outcome == "passed"
    assert list(found) == ["size", "format", "malware", "personal-data"]
