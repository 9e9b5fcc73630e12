"""Build images, look into them, and write down what is inside: `python -m local.images [NAME...]`, as root.

Beside each other in `--out`: NAME.cdx.json (CycloneDX), NAME.licences.txt, and images.json with sizes and findings.
Ends with 1 when an image is not as it should be.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from local.images import NAMES
from local.images.buildah import Buildah
from local.images.debian import debian_packages
from local.images.inspection import MEGABYTE, findings, size
from local.sbom import document, licences


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    name: str
    bytes: int
    packages: int
    findings: list[str]


def look_at(buildah: Buildah, name: str, out: Path) -> Report:
    """Write the lists of one image and say what is wrong with it."""
    with buildah.mounted(name) as root:
        system = list(debian_packages(root))
        content = document(name, system)
        (out / f"{name}.cdx.json").write_text(json.dumps(content, indent=2) + "\n")
        (out / f"{name}.licences.txt").write_text(licences(name, system))
        found = size(root)
        wrong = findings(buildah.image(name), root)
    return Report(name=name, bytes=found, packages=len(content["components"]), findings=wrong)


def main() -> None:
    """Build, look, report."""
    parser = argparse.ArgumentParser(prog="python -m local.images", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all of them when none is named"
    )
    parser.add_argument("--storage", type=Path, default=Path("var/images/storage"), help="where buildah keeps images")
    parser.add_argument("--out", type=Path, default=Path("var/images"), help="where the lists go")
    asked = parser.parse_args()
    if unknown := {*asked.names} - {*NAMES}:
        parser.error(f"no such image: {', '.join(sorted(unknown))}")
    names = tuple(asked.names) or NAMES
    asked.out.mkdir(parents=True, exist_ok=True)
    buildah = Buildah(asked.storage)
    buildah.build(*names)
    reports = [look_at(buildah, name, asked.out) for name in names]
    (asked.out / "images.json").write_text(json.dumps([asdict(one) for one in reports], indent=2) + "\n")
    for one in reports:
        print(f"{one.name:<10} {one.bytes / MEGABYTE:4.0f} MB  {one.packages:>3} packages", *one.findings, sep="\n  - ")
    sys.exit(any(one.findings for one in reports))


if __name__ == "__main__":
    main()
