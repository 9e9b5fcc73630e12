"""The sample files are what they claim to be; otherwise the demo and the end-to-end tests would prove nothing."""

import zipfile
from pathlib import Path

import pypdfium2
import pytest
from stdnum.lv import pvn

from local.demo import files


@pytest.mark.parametrize("size", [200_000, 1_000_000, 1_000_001])
def test_a_recording_has_exactly_the_size_that_was_asked_for(tmp_path: Path, size: int) -> None:
    sample = files.recording(tmp_path / "talk.mp3", size)

    assert sample.size == sample.path.stat().st_size == size


def test_a_pdf_holds_latvian_text_that_can_be_read_again(tmp_path: Path) -> None:
    sample = files.pdf(tmp_path / "report.pdf", [files.FUNDED_LV, "ĀČĒĢĪĶĻŅŠŪŽ āčēģīķļņšūž"])

    page = pypdfium2.PdfDocument(sample.path)[0]
    text = page.get_textpage().get_text_range()

    assert files.FUNDED_LV in text
    assert "ĀČĒĢĪĶĻŅŠŪŽ āčēģīķļņšūž" in text


@pytest.mark.parametrize("number", [1_000, 1_234, 2_999])
def test_a_personal_code_has_its_right_check_digit(number: int) -> None:
    assert pvn.is_valid(files.personal_code(number=number).replace("-", ""))


def test_the_test_string_of_virus_scanners_stands_whole_in_no_file_of_the_project(tmp_path: Path) -> None:
    signature = files.infected(tmp_path / "flyer.txt").path.read_bytes()
    root = Path(files.__file__).parents[2]
    ours = [path for folder in ("local", "services", "shared", "tests") for path in (root / folder).rglob("*.py")]

    assert len(signature) == 68
    assert not [path for path in ours if signature in path.read_bytes()]


def test_an_infected_document_is_still_a_document(tmp_path: Path) -> None:
    sample = files.infected_inside(tmp_path / "flyer.docx")

    assert "word/document.xml" in zipfile.ZipFile(sample.path).namelist()
