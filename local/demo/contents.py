"""What the demo's project hands in: each file, how it is described, and what must become of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal

from local.demo import files
from local.demo.files import Sample

Make = Callable[[Path], Sample]
Fate = Literal["public", "withheld", "deleted", "refused"]

WEBSITE = "https://rural-skills.example.org/"
STATEMENT = (
    f"{files.FUNDED_EN} Views and opinions expressed are however those of the author(s) only and do not necessarily "
    "reflect those of the European Union or VIAA. Neither of them can be held responsible for them."
)
STATEMENT_LV = (
    f"{files.FUNDED_LV} Tomēr paustie uzskati un viedokļi ir tikai autora(-u) uzskati un viedokļi un ne vienmēr "
    "atspoguļo Eiropas Savienības vai VIAA uzskatus un viedokļus."
)
LESSONS = [f"Lesson {n}: {name}." for n, name in enumerate(("Maps", "Photographs", "Interviews", "A web page"), 1)]
COUNTRIES: list[list[str | int]] = [["country", "schools", "teachers"], ["LV", 14, 61], ["EE", 9, 40], ["LT", 11, 52]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file of the project. `status` is what the checks must say of it, `code` the refusal at the door."""

    name: str
    title: str
    category: str
    make: Make
    fate: Fate = "public"
    status: str = "valid"
    code: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    def metadata(self) -> dict[str, Any]:
        """The body that describes it."""
        return {
            "kind": "file",
            "title": self.title,
            "description": f"{self.title}, made by the partners of five countries and tried out in their schools.",
            "category": self.category,
            "languages": ["lv"] if "Latvian" in self.title else ["en"],
            "data_protection": {"confirmed": True, "by": "Zane Kalniņa"},
        } | self.more


def participants(path: Path) -> Sample:
    """The mistake that happens most: a table of figures with the list of participants left in."""
    person: list[str | int] = ["Participant 1", "Paraugs Jānis", files.personal_code(), "signed"]
    return files.xlsx(path, [*COUNTRIES, ["name", "person", "personas kods", "signature"], person])


PIECES = (
    Piece(
        name="handbook.pdf",
        title="Handbook for teachers (Latvian)",
        category="handbook",
        make=partial(files.pdf, paragraphs=["Rokasgrāmata skolotājiem", *LESSONS, STATEMENT, STATEMENT_LV]),
    ),
    Piece(
        name="course.docx",
        title="Course of four lessons (English)",
        category="learning-programme",
        make=partial(files.docx, paragraphs=["Course of four lessons", *LESSONS]),
    ),
    Piece(
        name="survey.xlsx",
        title="Survey of schools (English)",
        category="statistical-result",
        make=participants,
        status="invalid",
    ),
    Piece(
        name="poster.png",
        title="Poster of the closing conference (English)",
        category="publication",
        make=partial(files.picture, words="Digital skills for rural schools"),
    ),
    Piece(
        name="needs-analysis.csv",
        title="Needs analysis (English)",
        category="scientific-result",
        make=partial(files.csv, rows=COUNTRIES),
    ),
    Piece(
        name="school-photo.jpg",
        title="Photograph of a school (English)",
        category="photo",
        make=partial(files.picture, words="A school in Vidzeme", size=(800, 600)),
    ),
    Piece(
        name="answer-key.rtf",
        title="Answer key for examiners (English)",
        category="learning-programme",
        make=partial(files.rtf, paragraphs=["Atbildes / Answers", *LESSONS]),
        fate="withheld",
        more={"publish": False, "withhold_reason": "Published answers would make the test useless."},
    ),
    Piece(
        name="newsletter.txt",
        title="Newsletter (English)",
        category="publication",
        make=files.infected,
        fate="deleted",
        status="quarantined",
    ),
    Piece(
        name="leaflet.pdf",
        title="Leaflet (English)",
        category="publication",
        make=lambda path: files.renamed(files.picture(path.with_name("leaflet.png"), "Leaflet"), path.name),
        fate="deleted",
        status="invalid",
    ),
)
LARGE = Piece(
    name="conference.mp3",
    title="Recording of the closing conference (English)",
    category="other",
    make=files.recording,
)
AT_THE_DOOR = (
    Piece(
        name="slides.pptx",
        title="Slides (English)",
        category="presentation",
        make=files.package,
        fate="refused",
        code="format-not-allowed",
    ),
    Piece(
        name="conference-uncut.mp3",
        title="Recording, uncut (English)",
        category="other",
        make=partial(files.recording, size=files.SIZE_BYTES_MAX + 1),
        fate="refused",
        code="file-too-large",
    ),
)


def project(*, ended: bool, today: date) -> dict[str, Any]:
    """The project as the agency's system registers it: running, or over since yesterday."""
    return {
        "title": "Digital skills for rural schools",
        "acronym": "RURAL-SKILLS",
        "summary": "Teachers of five countries made and tried out lessons on digital skills.",
        "programme": "erasmus-plus",
        "action_type": "KA220-SCH",
        "call_year": 2023,
        "start_date": str(today - timedelta(days=730)),
        "end_date": str(today + timedelta(days=-1 if ended else 30)),
        "languages": ["en", "lv"],
        "na": "LV01",
        "granting_authority": "VIAA",
        "funding": "co-funded",
        "organisations": [
            {"id": "o1", "name": "Cēsu vidusskola", "country": "LV", "city": "Cēsis", "role": "coordinator"},
            {"id": "o2", "name": "Tartu kool", "country": "EE", "city": "Tartu", "role": "partner"},
        ],
        "contacts": [
            {
                "id": "c1",
                "organisation_id": "o1",
                "name": "Zane Kalniņa",
                "email": "zane@example.org",
                "access": "edit",
            },
        ],
        "na_contact": {"name": "Agency expert", "email": "agency@example.org"},
    }
