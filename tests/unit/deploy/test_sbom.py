"""The list of what is inside an image is complete and says under which licence."""

import json
import re

import pytest

from local.sbom import UNKNOWN, document, packages
from tests.unit.deploy.cluster import ROOT, SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_every_locked_package_is_listed_with_its_digests(service: str) -> None:
    lock = (ROOT / "requirements" / f"{service}.txt").read_text()
    listed = list(packages(service))

    assert [one.name for one in listed] == re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)
    assert sum(len(one.hashes) for one in listed) == lock.count("--hash=sha256:")
    assert all(one.hashes for one in listed)


@pytest.mark.parametrize("service", SERVICES)
def test_every_package_states_its_licence(service: str) -> None:
    licences = {one.name: one.licence for one in packages(service)}

    assert UNKNOWN not in licences.values(), licences
    assert all(len(licence) < 100 for licence in licences.values())


def test_the_document_refers_to_each_part_once_and_is_the_same_every_time() -> None:
    text = json.dumps(document("validator"))
    references = [one["bom-ref"] for one in document("validator")["components"]]

    assert text == json.dumps(document("validator"))
    assert len(references) == len(set(references)) > 30
    assert "pkg:pypi/clamd@" in text
