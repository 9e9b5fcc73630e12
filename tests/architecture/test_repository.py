"""Rules about the repository itself: imports, generated files, sizes, and what must never be committed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.reference import differing

ROOT = Path(__file__).parents[2]
SERVICES = ("intake", "validator", "review", "publisher")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists()]


def texts(*suffixes: str) -> list[tuple[Path, str]]:
    return [(path, path.read_text()) for path in tracked() if path.suffix in suffixes or path.name in suffixes]


def test_imports_point_the_way_that_the_contracts_say() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout[-3_000:]


def test_the_generated_reference_is_what_the_code_says() -> None:
    assert differing() == [], "run `.venv/bin/python -m local.reference` and commit what it writes"


@pytest.mark.parametrize("service", SERVICES)
def test_the_entry_point_of_a_service_is_short(service: str) -> None:
    assert len((ROOT / "services" / service / "__main__.py").read_text().splitlines()) <= 25


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_what_it_consumes_decides_and_emits(service: str) -> None:
    docstring = (ROOT / "services" / service / "__init__.py").read_text().lower()

    assert all(word in docstring for word in ("consumes", "decides", "emits"))


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_its_page_and_its_locked_packages(service: str) -> None:
    assert (ROOT / "docs" / "services" / f"{service}.md").exists()
    assert "--hash=sha256:" in (ROOT / "requirements" / f"{service}.txt").read_text()


def test_lock_files_name_no_address() -> None:
    for path in (ROOT / "requirements").iterdir():
        assert not re.search(r"https?://|--index-url|--find-links|file:", path.read_text()), path.name


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    pattern = re.compile("/" + "(work|farm|root)" + "/")
    found = [
        str(path.relative_to(ROOT))
        for path, text in texts(".py", ".md", ".toml", ".txt", ".sh", ".yaml", ".yml", ".json", "Makefile")
        if pattern.search(text)
    ]

    assert found == []


def test_the_test_string_for_virus_scanners_stands_nowhere() -> None:
    """Scanners on developers' machines would take the repository away."""
    marker = "EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE"

    assert [path for path in tracked() if marker.encode() in path.read_bytes()] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path, text in texts(".md")
        for target in re.findall(r"\]\(([^)#\s]+)", text)
        if "://" not in target and not (path.parent / target).exists()
    ]

    assert broken == []
