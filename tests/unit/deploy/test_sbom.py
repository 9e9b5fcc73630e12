"""The list of what is inside an image is complete and says under which licence."""

import json
import re

import pytest

from local.sbom import ELSEWHERE, UNKNOWN, document, packages
from tests.unit.deploy.cluster import ROOT, SERVICES

LOCKED = (*SERVICES, "operations")


@pytest.mark.parametrize("service", LOCKED)
def test_every_locked_package_is_listed_with_its_digests(service: str) -> None:
    lock = (ROOT / "requirements" / f"{service}.txt").read_text()
    listed = list(packages(service))
    pins = [one for one in re.split(r"^(?=\S)", lock, flags=re.MULTILINE) if one and ELSEWHERE not in one]

    assert [one.name for one in listed] == [one.split("==")[0] for one in pins]
    assert sum(len(one.hashes) for one in listed) == "".join(pins).count("--hash=sha256:")
    assert all(one.hashes for one in listed)


@pytest.mark.parametrize("service", LOCKED)
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
