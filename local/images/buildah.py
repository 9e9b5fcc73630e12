"""buildah with a storage of its own: nothing of it reaches another storage of this machine."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
BASE = "localhost/debian-base"
TAG = "trial"
# Whom this machine trusts, its own proxies included.
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
AS_ROOT = () if os.geteuid() == 0 else ("sudo", "-n")


class BuildError(Exception):
    """buildah ended with an error; the text is the end of what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What an image says of itself. `command` is what it runs unless told otherwise."""

    name: str
    user: str
    environment: dict[str, str]
    command: tuple[str, ...]
    folder: str


class Buildah:
    """Builds as root, with `chroot` for isolation: it needs no engine, no namespaces and no network of its own."""

    def __init__(self, storage: Path) -> None:
        self._configuration = storage.resolve() / "storage.conf"
        storage.mkdir(parents=True, exist_ok=True)
        places = {"driver": "overlay", "graphroot": f"{storage.resolve()}/graph", "runroot": f"{storage.resolve()}/run"}
        lines = (f"{name} = {json.dumps(text)}" for name, text in places.items())
        self._configuration.write_text("\n".join(("[storage]", *lines, "")))

    def __call__(self, *arguments: str | Path, **environment: str) -> str:
        """Run buildah, or a script that runs it, and return what it prints; BuildError when it fails."""
        own = {"CONTAINERS_STORAGE_CONF": str(self._configuration), "BUILDAH_ISOLATION": "chroot"}
        variables = (f"{name}={text}" for name, text in (own | environment).items())
        command = [*AS_ROOT, "env", *variables, *(str(part) for part in arguments)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise BuildError(f"{' '.join(map(str, arguments))} ended with {ended.returncode}:\n{ended.stderr[-3_000:]}")
        return ended.stdout.strip()

    def build(self, *names: str) -> None:
        """Build the images on a base that is made when there is none yet."""
        if f"{BASE}:" not in self("buildah", "images", "--json"):
            print("making a base", flush=True)
            self(ROOT / "deploy" / "base-image.sh", BASE)
        more = {"AUTHORITIES": str(AUTHORITIES)} if AUTHORITIES.exists() else {}
        if len(names) == 1:
            more["BUILDAH_LAYERS"] = "false"  # they would be for the next image
        for name in names:
            print(f"building {name}", flush=True)
            self(ROOT / "deploy" / "build-images.sh", name, BASE=BASE, TAG=TAG, **more)

    def image(self, name: str) -> Image:
        found = json.loads(self("buildah", "inspect", "--type", "image", _reference(name)))["OCIv1"]["config"]
        return Image(
            name=name,
            user=found.get("User", ""),
            environment=dict(line.split("=", 1) for line in found.get("Env", ())),
            command=tuple(found.get("Cmd") or ()),
            folder=found.get("WorkingDir") or "/",
        )

    @contextmanager
    def mounted(self, name: str) -> Iterator[Path]:
        """The root of a container of the image, for as long as the block lasts."""
        container = self("buildah", "from", "--pull-never", _reference(name))
        try:
            yield Path(self("buildah", "mount", container))
        finally:
            self("buildah", "rm", container)


def _reference(name: str) -> str:
    return f"localhost/results-{name}:{TAG}"
