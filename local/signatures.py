"""The virus signatures that clamd starts with: the system's, those that freshclam brought, or a small set of our own.

Fetching never delays a start: clamd begins with what is at hand, freshclam runs beside it, and clamd is told to read
the new ones when they are complete.
"""

import os
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from local.server import Command, Server, binary

SYSTEM_FOLDER = Path("/var/lib/clamav")
FRESH_SECONDS = 12 * 3600
CONNECT_SECONDS_MAX = 10
RECEIVE_SECONDS_MAX = 600

# The two halves of the EICAR test string: whole, it would make virus scanners take this file away.
_EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")


class Signatures:
    """`folder` is what clamd reads: our own set always, and the first complete set of `sources` beside it."""

    def __init__(self, folder: Path, sources: Sequence[Path] = ()) -> None:
        self.folder = folder
        self.sources = sources

    @classmethod
    def of_home(cls, home: Path, *, folder: Path, real: bool) -> "Signatures":
        """In `folder`, with the real ones that the system or this home's freshclam keeps, if `real` ones are wanted."""
        return cls(folder, (SYSTEM_FOLDER, home / "clamd" / "fetched") if real else ())

    @property
    def are_real(self) -> bool:
        """Whether what clamd reads holds ClamAV's own set."""
        return is_complete(self.folder)

    def prepare(self) -> None:
        """Lay out `folder`. Our own set shows the whole path at work and is worth nothing against real malware."""
        self.folder.mkdir(parents=True, exist_ok=True)
        body = "".join(_EICAR).encode().hex()
        (self.folder / "local.ndb").write_text(f"Eicar-Test-Signature:0:*:{body}\n")
        for link in filter(Path.is_symlink, self.folder.iterdir()):
            link.unlink()
        source = next(filter(is_complete, self.sources), None)
        for file in sorted(source.glob("*.c[vl]d")) if source else ():
            (self.folder / file.name).symlink_to(file)


class Freshclam(Server):
    """One run of freshclam, which ends by itself: some 300 MB the first time, little afterwards."""

    name = "freshclam"
    shown = re.compile(r"(?!)")

    def __init__(self, home: Path, *, system_folder: Path = SYSTEM_FOLDER) -> None:
        super().__init__(home)
        self.fetched = home / "fetched"
        self.system_folder = system_folder

    def is_due(self) -> bool:
        """Not where the system keeps its own set, and not again within half a day."""
        if is_complete(self.system_folder):
            return False
        daily = next(self.fetched.glob("daily.c[vl]d"), None)
        return daily is None or time.time() - daily.stat().st_mtime > FRESH_SECONDS

    def command(self) -> Command:
        program = unconfined(binary("freshclam"), self.home / "bin")
        environment = {"PATH": os.defpath} | {key: text for key, text in os.environ.items() if key in _NETWORK}
        return Command(argv=(program, f"--config-file={self._config_path}"), environment=environment, folder=self.home)

    def prepare(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.fetched.mkdir(parents=True, exist_ok=True)
        self._config_path.write_text("".join(f"{name} {value}\n" for name, value in self.configuration().items()))

    def configuration(self) -> dict[str, str]:
        settings = {
            "DatabaseDirectory": str(self.fetched),
            "DatabaseMirror": "database.clamav.net",
            "ConnectTimeout": str(CONNECT_SECONDS_MAX),
            "ReceiveTimeout": str(RECEIVE_SECONDS_MAX),
            "MaxAttempts": "1",
            "TestDatabases": "no",
        }
        return settings | ({"DatabaseOwner": "root"} if os.geteuid() == 0 else {})

    def is_ready(self) -> bool:
        return self.is_alive

    @property
    def succeeded(self) -> bool:
        return self.process is not None and self.process.poll() == 0 and is_complete(self.fetched)

    def reason_in(self, said: str) -> str:
        """Why the last run failed, from its last lines: what the network said, else what freshclam ended with."""
        errors = _ERROR.findall(said)
        code = self.process.returncode if self.process else None
        told = [one for one in errors if _CAUSE in one] or errors or [f"exit code {code}, without a word"]
        return str(told[-1]).rpartition(_CAUSE)[2].strip().rstrip(".")

    @property
    def _config_path(self) -> Path:
        return self.home / "freshclam.conf"


_ERROR = re.compile(r"^ERROR: (.+)$", re.MULTILINE)
_CAUSE = "Message: "
_NETWORK = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "SSL_CERT_FILE", "CURL_CA_BUNDLE"})


def is_complete(folder: Path) -> bool:
    """Whether the folder holds the main and the daily set of ClamAV."""
    return all(any(folder.glob(f"{name}.c[vl]d")) for name in ("main", "daily"))


def unconfined(program: str, folder: Path) -> str:
    """A program that may read our files: Ubuntu's AppArmor profile of clamd knows only the system's own folders.

    The profile goes by the path of the program, so where there is one, a copy in our home is used.
    """
    if not (Path("/etc/apparmor.d") / program.strip("/").replace("/", ".")).exists():
        return program
    folder.mkdir(parents=True, exist_ok=True)
    return str(shutil.copy2(program, folder / Path(program).name))
