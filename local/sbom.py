"""What is inside a service's image, as CycloneDX 1.6 from its lock file: `python -m local.sbom SERVICE`.

`--licences` prints one line a package instead. The same lock file gives the same text, byte for byte. The packages of
Debian under them are listed by `dpkg-query -W` in the image.
"""

import argparse
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from shared.contracts.subjects import OWNERS

REQUIREMENTS = Path(__file__).parent.parent / "requirements"
UNKNOWN = "UNKNOWN"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)([^\\]*)\\\n((?:    --hash=\S+(?: \\)?\n)+)", re.MULTILINE)


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
    """Yield what `requirements/<service>.txt` locks, in its order."""
    for name, version, _, hashes in _PIN.findall((REQUIREMENTS / f"{service}.txt").read_text()):
        yield Package(name=name, version=version, hashes=tuple(re.findall(r"sha256:([0-9a-f]{64})", hashes)))


def document(service: str) -> dict[str, Any]:
    """Return the CycloneDX document of one service."""
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
        "components": [_component(one) for one in packages(service)],
    }


def _component(one: Package) -> dict[str, Any]:
    files = [
        {"type": "distribution", "url": one.purl, "hashes": [{"alg": "SHA-256", "content": digest}]}
        for digest in one.hashes
    ]
    return {
        "type": "library",
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
        "licenses": [{"license": {"name": one.licence}}],
        "externalReferences": files,
    }


def main() -> None:
    """Print the document, or the list of licences."""
    parser = argparse.ArgumentParser(prog="python -m local.sbom", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("service", choices=OWNERS)
    parser.add_argument("--licences", action="store_true", help="one line a package: name, version, licence")
    asked = parser.parse_args()
    if asked.licences:
        print("\n".join(f"{one.name} {one.version}  {one.licence}" for one in packages(asked.service)))
    else:
        print(json.dumps(document(asked.service), indent=2))


if __name__ == "__main__":
    main()
