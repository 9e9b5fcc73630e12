"""The archive of the drill: it follows a running platform over a line that can be held; a whole run a second."""

import sys
from pathlib import Path

import httpx

from local.parts import ROOT
from local.running import RunningPlatform
from local.server import Command, Server
from tests.integration.observe.wire import HOST, Line


class Archive(Server):
    """`results backup --follow` as the user `backup`; ready when its first run is written."""

    name = "archive"

    def __init__(self, home: Path, platform: RunningPlatform, line: Line, port: int) -> None:
        super().__init__(home)
        self.platform = platform
        self.line = line
        self.port = port

    def command(self) -> Command:
        access_key, secret_key = self.platform.credentials.store["backup"]
        environment = {
            "RESULTS_NATS_URL": f"nats://{HOST}:{self.line.port}",
            "RESULTS_NATS_USER": "backup",
            "RESULTS_NATS_PASSWORD": self.platform.credentials.nats["backup"],
            "RESULTS_S3_ENDPOINT": self.platform.urls["s3"].removeprefix("http://"),
            "RESULTS_S3_ACCESS_KEY": access_key,
            "RESULTS_S3_SECRET_KEY": secret_key,
            "RESULTS_ARCHIVE_TO": str(self.home / "kept"),
            "RESULTS_HTTP_ADMIN_PORT": str(self.port),
        }
        command = (sys.executable, "-m", "local.ops", "backup", "--follow", "--every", "1", "--keep", "1")
        return Command(argv=command, environment=environment, folder=ROOT)

    def prepare(self) -> None:
        (self.home / "kept").mkdir(parents=True, exist_ok=True)

    def is_ready(self) -> bool:
        try:
            page = httpx.get(f"http://{HOST}:{self.port}/metrics", timeout=1).text
        except httpx.HTTPError:
            return False
        return "results_archive_backup_seconds 0.0" not in page
