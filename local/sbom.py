"""What is inside a service's image, as CycloneDX 1.6 from its lock file: `python -m local.sbom SERVICE`.

`--licences` prints one line a package instead. The same lock file gives the same text, byte for byte. `make images`
adds the packages of Debian that it finds in the image.
"""

import argparse
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

from shared.contracts.subjects import OWNERS

REQUIREMENTS = Path(__file__).parent.parent / "requirements"
UNKNOWN = "UNKNOWN"
ELSEWHERE = "sys_platform == 'win32'"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)([^\\]*)\\\n((?:    --hash=\S+(?: \\)?\n)+)", re.MULTILINE)


class Listed(Protocol):
    """Whatever an image holds: a package from PyPI, or from Debian."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def purl(self) -> str: ...

    @property
    def licence(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One locked package. `hashes` are the sha256 of every file of it that may be installed."""

    name: str
    version: str
    hashes: tuple[str, ...]

    @property
    def purl(self) -> str:
        return f"pkg:pypi/{self.name}@{self.version}"

    @property
    def licence(self) -> str:
        """An SPDX expression where the package states one, else its own words."""
        known = metadata.metadata(self.name)
        classified = [
            one.rsplit(" :: ", 1)[1] for one in known.get_all("Classifier", []) if one.startswith("License ::")
        ]
        for stated in (*known.get_all("License-Expression", []), *known.get_all("License", []), ", ".join(classified)):
            if stated and stated != UNKNOWN and "\n" not in stated:
                return str(stated)
        return ", ".join(classified) or UNKNOWN


def packages(service: str) -> Iterator[Package]:
    """Yield what `requirements/<service>.txt` locks for Linux, in its order; nothing where there is no such file."""
    lock = REQUIREMENTS / f"{service}.txt"
    for name, version, condition, hashes in _PIN.findall(lock.read_text() if lock.exists() else ""):
        if ELSEWHERE in condition:
            continue
        yield Package(name=name, version=version, hashes=tuple(re.findall(r"sha256:([0-9a-f]{64})", hashes)))


def document(service: str, system: Iterable[Listed] = ()) -> dict[str, Any]:
    """Return the CycloneDX document of one image. `system`: what it holds beside the locked packages."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "container",
                "bom-ref": f"results-{service}",
                "name": f"results-{service}",
                "licenses": [{"license": {"id": "EUPL-1.2"}}],
            }
        },
        "components": [
            *({**_component(one), "externalReferences": _files(one)} for one in packages(service)),
            *(_component(one) for one in system),
        ],
    }


def licences(service: str, system: Iterable[Listed] = ()) -> str:
    """Return one line a package: name, version, licence."""
    return "".join(f"{one.name} {one.version}  {one.licence}\n" for one in (*packages(service), *system))


def _component(one: Listed) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
        "licenses": [{"license": {"name": one.licence}}],
    }


def _files(one: Package) -> list[dict[str, Any]]:
    return [
        {"type": "distribution", "url": one.purl, "hashes": [{"alg": "SHA-256", "content": digest}]}
        for digest in one.hashes
    ]


def main() -> None:
    """Print the document, or the list of licences."""
    parser = argparse.ArgumentParser(prog="python -m local.sbom", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("service", choices=(*OWNERS, "operations"))
    parser.add_argument("--licences", action="store_true", help="one line a package: name, version, licence")
    asked = parser.parse_args()
    if asked.licences:
        print(licences(asked.service), end="")
    else:
        print(json.dumps(document(asked.service), indent=2))


if __name__ == "__main__":
    main()
