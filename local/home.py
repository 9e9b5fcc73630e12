"""A platform's home: where its state lives, who is using it, and the page that says where everything is."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from local.credentials import write_private
from local.issuer import issuer_url
from local.ports import HOST, SERVICES, Ports
from local.tokens import Signer
from shared.settings import Settings, load


class HomeTakenError(Exception):
    """Another platform lives in this home."""


class PlatformSettings(Settings):
    """Where a platform lives and which ports it uses."""

    home: Path = Field(default=Path("var"), description="Folder of everything that the local platform keeps.")
    port_base: int = Field(default=8100, ge=1024, le=55_000, description="First of the platform's hundred ports.")
    freshclam: Literal["auto", "off"] = Field(
        default="auto",
        description=(
            "auto: use the system's virus signatures or fetch them beside the start, where the network allows; "
            "off: only the EICAR test string is known."
        ),
    )


@dataclass(frozen=True, slots=True)
class Home:
    path: Path
    ports: Ports

    @classmethod
    def of(cls, settings: PlatformSettings) -> "Home":
        return cls(settings.home.absolute(), Ports(settings.port_base))

    @classmethod
    def current(cls) -> "Home":
        """The home that the settings name, on the ports that its platform really uses or used last."""
        settings = load(PlatformSettings)
        home = cls.of(settings)
        page = home.page()
        if page is None or "port_base" in settings.model_fields_set:
            return home
        return cls(home.path, Ports(int(page["port_base"])))

    @property
    def page_path(self) -> Path:
        return self.path / "platform.json"

    @property
    def urls(self) -> dict[str, str]:
        web = {name: f"http://{HOST}:{self.ports.service(name)}" for name in SERVICES}
        return web | {
            "issuer": issuer_url(self.ports),
            "nats": f"nats://{HOST}:{self.ports.nats}",
            "nats_monitoring": f"http://{HOST}:{self.ports.nats_monitoring}",
            "s3": f"http://{HOST}:{self.ports.s3}",
            "clamd": f"tcp://{HOST}:{self.ports.clamd}",
        }

    def signer(self) -> Signer:
        return Signer(issuer_url(self.ports), self.path)

    def page(self) -> dict[str, Any] | None:
        """What the platform wrote of itself last, or None where none ever ran."""
        return json.loads(self.page_path.read_text()) if self.page_path.exists() else None

    def write_page(self, content: dict[str, Any]) -> None:
        fixed = {
            "home": str(self.path),
            "port_base": self.ports.base,
            "urls": self.urls,
            "credentials": str(self.path / "credentials.json"),
            "issuer_key": str(self.path / "issuer-key.json"),
            "logs": str(self.path / "logs"),
        }
        write_private(self.page_path, json.dumps(fixed | content, indent=2))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only platform in this home. HomeTakenError when there is one already.

        A home that is made here is its owner's alone: the store's files and the officers' notes lie there as they are.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / ".lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                lock.seek(0)
                raise HomeTakenError(
                    f"the platform with process {lock.read().strip()} lives in {self.path} already: "
                    "stop it, or choose another RESULTS_HOME"
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield
