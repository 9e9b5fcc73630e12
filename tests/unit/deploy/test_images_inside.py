"""What is wrong inside an image is seen: on roots made for it, with one fault each."""

import shutil
from pathlib import Path

import pytest

from local.images.buildah import Image
from local.images.debian import debian_packages
from local.images.inspection import BYTES_MAX_OTHERS, other_code, other_packages, too_large, too_much_allowed
from local.sbom import document, licences, packages
from tests.unit.deploy.cluster import ROOT

STATUS = """Package: zlib1g
Status: install ok installed
Architecture: amd64
Version: 1:1.2.13
Description: compression
 of everything

Package: gone
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: libgcc-s1
Status: install ok installed
Architecture: amd64
Version: 12.2.0
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """What belongs into the image of intake, and nothing else."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "shared", tmp_path / "app/shared", ignore=ignored)
    shutil.copytree(ROOT / "services/intake", tmp_path / "app/services/intake", ignore=ignored)
    shutil.copy(ROOT / "services/__init__.py", tmp_path / "app/services")
    site = tmp_path / "opt/results/lib/python3.11/site-packages"
    for one in packages("intake"):
        (site / f"{one.name.replace('-', '_')}-{one.version}.dist-info").mkdir(parents=True)
    return tmp_path


def test_nothing_is_wrong_with_what_belongs_in_it(root: Path) -> None:
    assert [*other_code("intake", root), *other_packages("intake", root), *too_large("intake", root)] == []


def test_code_of_another_service_and_a_missing_file_are_seen(root: Path) -> None:
    (root / "app/services/review").mkdir()
    (root / "app/services/review/app.py").write_text("")
    (root / "app/shared/errors.py").unlink()

    assert list(other_code("intake", root)) == [
        "/app/services/review/app.py does not belong in it",
        "/app/shared/errors.py is missing",
    ]


def test_a_package_that_is_not_locked_is_seen(root: Path) -> None:
    site = root / "opt/results/lib/python3.11/site-packages"
    (site / "pip-25.0.dist-info").mkdir()
    (site / "uvicorn-0.1.0.dist-info").mkdir()

    assert [one.split(" is not", 1)[0] for one in other_packages("intake", root)] == ["pip 25.0", "uvicorn 0.1.0"]


def test_an_image_that_is_too_large_or_runs_as_root_is_seen(root: Path) -> None:
    with (root / "large").open("wb") as large:
        large.truncate(BYTES_MAX_OTHERS)
    image = Image(name="intake", user="", environment={}, command=(), folder="/")

    assert [one.split(",", 1)[1] for one in too_large("intake", root)] == [" more than 250"]
    assert list(too_large("validator", root)) == []
    assert list(too_much_allowed(image)) == ["runs as root, not as 10001:10001"]


def test_debians_packages_are_listed_with_the_licences_that_they_name(tmp_path: Path) -> None:
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/status").write_text(STATUS)
    (tmp_path / "usr/share/doc/zlib1g").mkdir(parents=True)
    (tmp_path / "usr/share/doc/zlib1g/copyright").write_text(
        "Files: *\nLicense: Zlib\n\nFiles: debian/*\nLicense: GPL-2+\n"
    )
    (tmp_path / "usr/share/doc/libgcc-s1").symlink_to("gcc-12-base")

    found = list(debian_packages(tmp_path))

    assert licences("none", found) == (
        "libgcc-s1 12.2.0  see /usr/share/doc/libgcc-s1/copyright\nzlib1g 1:1.2.13  GPL-2+, Zlib\n"
    )
    assert [one["purl"] for one in document("none", found)["components"]] == [
        "pkg:deb/debian/libgcc-s1@12.2.0?arch=amd64",
        "pkg:deb/debian/zlib1g@1%3A1.2.13?arch=amd64",
    ]
