"""The recipe of the images: what a linter says, and what may get in."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.reference import service_of
from tests.unit.deploy.cluster import ROOT, SERVICES

RECIPE = ROOT / "deploy" / "Dockerfile"
OPERATIONS = ("shared", "services/__init__.py", "services/validator/__init__.py", "local/__init__.py", "local/ops")


def test_the_linter_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    run = subprocess.run([str(hadolint), str(RECIPE)], capture_output=True, text=True, check=False)

    assert run.returncode == 0, run.stdout


def test_only_one_service_and_what_is_shared_gets_in() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+)", RECIPE.read_text(), re.MULTILINE)

    assert copied == [
        "requirements/${SERVICE}.txt",
        *OPERATIONS,
        "shared",
        "services/__init__.py",
        "services/${SERVICE}",
    ]
    ignored = (RECIPE.with_name("Dockerfile.dockerignore")).read_text().splitlines()
    assert [line for line in ignored if line and not line.startswith("#")] == [
        "*",
        "!requirements",
        "!local/__init__.py",
        "!local/ops",
        "!local/terminal.py",
        "!local/verify.py",
        "!services",
        "!shared",
        "**/__pycache__",
    ]


def test_packages_are_those_of_the_lock_files_and_only_nkeys_is_built() -> None:
    recipe = " ".join(RECIPE.read_text().replace("\\\n", " ").split())
    installs = re.findall(r"pip install (.*?)(?= && | FROM )", recipe)

    assert len(installs) == 2
    assert all("--require-hashes" in one for one in installs)
    assert "--only-binary :all: --no-binary nkeys --build-constraints /tmp/build.txt" in installs[1]
    assert installs[1].endswith('-r "/tmp/${SERVICE}.txt"')


def test_images_do_not_run_as_root() -> None:
    stages = re.split(r"^FROM .* AS (\w+)$", RECIPE.read_text(), flags=re.MULTILINE)[1:]
    users = {
        name: re.findall(r"^USER (\S+)$", body, re.MULTILINE)
        for name, body in zip(stages[::2], stages[1::2], strict=True)
    }

    assert users.pop("python") == users.pop("packages") == []
    assert users == {name: ["10001:10001"] for name in ("clamav", "operations", "service")}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_reads_a_time_zone_brings_the_list_of_them(service: str) -> None:
    """A base may hold none."""
    lock = (ROOT / "requirements" / f"{service}.txt").read_text()

    assert ("time_zone" in service_of(service).settings.model_fields) == bool(
        re.search(r"^tzdata==", lock, re.MULTILINE)
    )
