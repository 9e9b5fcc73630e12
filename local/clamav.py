"""A real clamd with limits above our largest file, so that whatever it could not look into is reported, not passed."""

import hashlib
import os
import re
import socket
import tempfile
from contextlib import suppress
from pathlib import Path

from local.ports import HOST, Ports
from local.server import Command, Server, binary
from local.signatures import Signatures, unconfined

SOCKET_PATH_BYTES_MAX = 107
PROBE_SECONDS = 0.5
# What components.md 10 measured: below these, clamd answers OK for what it has not read.
LIMITS = {
    "StreamMaxLength": "101M",
    "MaxFileSize": "256M",
    "MaxScanSize": "1024M",
    "MaxRecursion": "17",
    "MaxFiles": "10000",
    "MaxScanTime": "120000",
    "AlertExceedsMax": "yes",
    "AlertEncrypted": "yes",
    "AlertOLE2Macros": "yes",
    "AlertBrokenMedia": "yes",
    "DisableCache": "yes",
    "MaxThreads": "4",
    "MaxQueue": "32",
    "ReadTimeout": "60",
    "CommandReadTimeout": "10",
    "IdleTimeout": "60",
    "ConcurrentDatabaseReload": "yes",
    "SelfCheck": "3600",
}


class ClamdServer(Server):
    name = "clamd"
    shown = re.compile(r"(?i)error|warning|FOUND|reload")

    def __init__(self, home: Path, ports: Ports, *, signatures: Signatures | None = None) -> None:
        super().__init__(home)
        self.ports = ports
        self.signatures = signatures or Signatures(home / "signatures")
        self.socket_path = short_socket_path(home / "clamd.sock")

    @property
    def address(self) -> str:
        """host:port. The socket file is quicker, this one can be reached from everywhere on the machine."""
        return f"{HOST}:{self.ports.clamd}"

    @property
    def listens_on(self) -> tuple[int, ...]:
        return (self.ports.clamd,)

    def environment(self) -> dict[str, str]:
        return {"RESULTS_CLAMD_ADDRESS": str(self.socket_path)}

    def command(self) -> Command:
        program = unconfined(binary("clamd"), self.home / "bin")
        return Command(argv=(program, f"--config-file={self._config_path}"), folder=self.home)

    def prepare(self) -> None:
        (self.home / "scratch").mkdir(parents=True, exist_ok=True)
        self.socket_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.signatures.prepare()
        lines = (f"{name} {value}\n" for name, value in self.configuration().items())
        self._config_path.write_text("".join(lines))

    def configuration(self) -> dict[str, str]:
        return LIMITS | {
            "Foreground": "yes",
            "DatabaseDirectory": str(self.signatures.folder),
            "TemporaryDirectory": str(self.home / "scratch"),
            "LocalSocket": str(self.socket_path),
            "LocalSocketMode": "600",
            "FixStaleSocket": "yes",
            "TCPAddr": HOST,
            "TCPSocket": str(self.ports.clamd),
        }

    def is_ready(self) -> bool:
        return self.ask("PING") == "PONG"

    def reload(self) -> bool:
        """Have it read its signatures again; it keeps answering meanwhile."""
        return self.ask("RELOAD") == "RELOADING"

    def ask(self, command: str) -> str | None:
        """The answer to one of clamd's short commands, or None when it does not answer in time."""
        with suppress(OSError), socket.create_connection((HOST, self.ports.clamd), timeout=PROBE_SECONDS) as line:
            line.sendall(f"z{command}\0".encode())
            return line.recv(4096).rstrip(b"\0").decode()
        return None

    @property
    def _config_path(self) -> Path:
        return self.home / "clamd.conf"


def short_socket_path(wanted: Path) -> Path:
    """`wanted`, or one in the temporary folder that belongs to it alone where that is too long for a socket."""
    if len(os.fsencode(wanted)) <= SOCKET_PATH_BYTES_MAX:
        return wanted
    digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"results-{os.geteuid()}-{digest}" / wanted.name
