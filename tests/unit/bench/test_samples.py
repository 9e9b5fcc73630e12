"""What the measurements are made on."""

import os
from pathlib import Path

from bench import detectors
from bench.machine import peak_memory_of_children_mb
from bench.small_results import DOCUMENT_BYTES, Files
from services.validator.checks import format as format_check
from services.validator.domain import Specimen


def test_documents_are_as_large_as_they_are_called_and_never_the_same(tmp_path: Path) -> None:
    files = Files(tmp_path)
    first, second = files.document(), files.document()

    assert 0.9 * DOCUMENT_BYTES <= first.stat().st_size <= 1.3 * DOCUMENT_BYTES
    assert first.read_bytes() != second.read_bytes()
    assert not format_check.examine(Specimen(path=str(first), name=first.name, size=first.stat().st_size)).observations


def test_every_kind_of_text_is_measured_beside_its_reference() -> None:
    figures = detectors.figures(megabytes=0.01)

    assert len(figures) == len(detectors.KINDS)
    assert all(one.value > 0 and one.reference and one.reference > 0 for one in figures)


def test_this_process_is_a_child_of_its_parent() -> None:
    assert max(peak_memory_of_children_mb(os.getppid())) > 1
