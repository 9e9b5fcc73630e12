"""Debian's packages in the root of an image, with the licences that their copyright files name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LICENCE = re.compile(r"^License:[ \t]*(\S.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DebianPackage:
    """One installed package. `licence`: the names in its copyright file, or where that file is when it names none."""

    name: str
    version: str
    architecture: str
    licence: str

    @property
    def purl(self) -> str:
        return f"pkg:deb/debian/{self.name}@{self.version.replace(':', '%3A')}?arch={self.architecture}"


def debian_packages(root: Path) -> Iterator[DebianPackage]:
    """Yield what is installed, by name."""
    status = (root / "var/lib/dpkg/status").read_text()
    for stanza in sorted(status.split("\n\n")):
        fields = dict(re.findall(r"^([A-Z][A-Za-z-]+): (.*)$", stanza, re.MULTILINE))
        if fields.get("Status") == "install ok installed":
            name = fields["Package"]
            yield DebianPackage(
                name=name,
                version=fields["Version"],
                architecture=fields["Architecture"],
                licence=_licence(root, name),
            )


def _licence(root: Path, name: str) -> str:
    """A folder of documentation may be a link to that of another package; it never leads out of the image."""
    folder = root / "usr/share/doc" / name
    while folder.is_symlink():
        folder = root / "usr/share/doc" / folder.readlink().name
    copyright_file = folder / "copyright"
    named = _LICENCE.findall(copyright_file.read_text(errors="replace")) if copyright_file.exists() else []
    return ", ".join(sorted({one.strip() for one in named})) or f"see /usr/share/doc/{name}/copyright"
