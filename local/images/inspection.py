"""What is wrong with an image: too large, too much inside, too much allowed, or not starting as it should."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from local.images import CODE
from local.images.buildah import ROOT, Image
from local.images.confined import WRITABLE, confined
from local.sbom import packages

MEGABYTE = 1_000_000
BYTES_MAX = {"validator": 600 * MEGABYTE}
BYTES_MAX_OTHERS = 250 * MEGABYTE
USER = "10001:10001"
# What an image without a service runs when asked for its version.
PROGRAMS = {"clamav": (("clamd", "--version"), ("freshclam", "--version"), ("clamdscan", "--version"))}
# What the others say when they are started without anything.
MISSING = {"operations": "RESULTS_ARCHIVE_TO"}
MISSING_OTHERS = "RESULTS_NATS_URL: is not set"
_SECONDS_MAX = 60


def size(root: Path) -> int:
    """Bytes of all files, each inode once."""
    seen = {(found.st_dev, found.st_ino): found.st_size for path in root.rglob("*") for found in (path.lstat(),)}
    return sum(seen.values())


def findings(image: Image, root: Path) -> list[str]:
    """Look at everything; nothing found is an empty list. Runs what is inside, so it goes last over the root."""
    found = [*too_large(image.name, root), *too_much_allowed(image)]
    if image.name in CODE:
        found += [*other_code(image.name, root), *other_packages(image.name, root)]
    return [*found, *_does_not_start(image, root), *_may_write(image, root)]


def run(image: Image, root: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run to its end, confined; 124 for what does not end."""
    line = confined(root, image, command, environment)
    try:
        return subprocess.run(line, capture_output=True, text=True, timeout=_SECONDS_MAX, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(line, 124, "", f"did not end within {_SECONDS_MAX} s")


def too_large(name: str, root: Path) -> Iterator[str]:
    largest, found = BYTES_MAX.get(name, BYTES_MAX_OTHERS), size(root)
    if found > largest:
        yield f"{found / MEGABYTE:.0f} MB, more than {largest / MEGABYTE:.0f}"


def too_much_allowed(image: Image) -> Iterator[str]:
    if image.user != USER:
        yield f"runs as {image.user or 'root'}, not as {USER}"


def code(root: Path, *places: str) -> set[str]:
    """The files of a tree that are code or belong to it, under folders or by name."""
    found = (path for place in places for path in ((root / place), *(root / place).rglob("*")))
    return {str(path.relative_to(root)) for path in found if path.is_file() and "__pycache__" not in path.parts}


def other_code(name: str, root: Path) -> Iterator[str]:
    inside, expected = code(root / "app", "."), code(ROOT, *CODE[name])
    yield from (f"/app/{path} does not belong in it" for path in sorted(inside - expected))
    yield from (f"/app/{path} is missing" for path in sorted(expected - inside))


def other_packages(name: str, root: Path) -> Iterator[str]:
    [site] = (root / "opt/results/lib").glob("python3*/site-packages")
    inside = {tuple(path.name.removesuffix(".dist-info").split("-", 1)) for path in site.glob("*.dist-info")}
    locked = {(one.name.replace("-", "_").replace(".", "_").lower(), one.version) for one in packages(name)}
    strange = {(package.replace(".", "_").lower(), version) for package, version in inside} - locked
    yield from (
        f"{package} {version} is not what requirements/{name}.txt locks" for package, version in sorted(strange)
    )


def _does_not_start(image: Image, root: Path) -> Iterator[str]:
    """A service without settings says which are missing and ends; other programs say their version."""
    for command in PROGRAMS.get(image.name, ()):
        if (ended := run(image, root, *command)).returncode:
            yield f"{' '.join(command)} ended with {ended.returncode}: {ended.stderr.strip()[-300:]}"
    if image.name in CODE:
        ended, missing = run(image, root, *image.command), MISSING.get(image.name, MISSING_OTHERS)
        if ended.returncode != 2 or missing not in ended.stderr:
            yield f"without settings it ended with {ended.returncode}: {ended.stderr.strip()[-300:]}"


def _may_write(image: Image, root: Path) -> Iterator[str]:
    """By the rights of its files alone, and as somebody who is not root."""
    if (who := run(image, root, "id", "-u").stdout.strip()) != USER.split(":", 1)[0]:
        yield f"its processes are of user {who}"
    ended = run(image, root, "find", "/", "-xdev", "-writable", "-not", "-type", "l", "-print")
    mounted = {f"/{folder}" for folder in WRITABLE}
    yield from (f"{path} may be written by its user" for path in ended.stdout.splitlines() if path not in mounted)
