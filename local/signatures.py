"""The virus signatures that clamd starts with: the system's, those that freshclam brought, or a small set of our own.

Fetching never delays a start: clamd begins with what is at hand, `fetch` runs beside it, and clamd is told to read the
new ones when they are complete.
"""

import os
import shutil
import subprocess
from pathlib import Path

SYSTEM_FOLDER = Path("/var/lib/clamav")
FETCH_SECONDS_MAX = 900
CONNECT_SECONDS_MAX = 10

# The two halves of the EICAR test string: whole, it would make virus scanners take this file away.
_EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*")


class Signatures:
    """The folder `home/signatures` holds our own set and what was fetched."""

    def __init__(self, home: Path, *, system_folder: Path = SYSTEM_FOLDER) -> None:
        self.home = home
        self.fetched = home / "fetched"
        self.own = home / "own"
        self.system_folder = system_folder

    @property
    def folder(self) -> Path:
        """Where clamd is to look: the best that there is."""
        for candidate in (self.system_folder, self.fetched):
            if is_complete(candidate):
                return candidate
        return self.own

    @property
    def are_real(self) -> bool:
        return self.folder != self.own

    def prepare(self) -> None:
        """Write our own set: enough to see the whole path work, worth nothing against real malware."""
        self.own.mkdir(parents=True, exist_ok=True)
        body = "".join(_EICAR).encode().hex()
        (self.own / "local.ndb").write_text(f"Eicar-Test-Signature:0:*:{body}\n")

    def fetch(self, freshclam: str) -> bool:
        """Fetch the real ones (some 300 MB) or bring them up to date. False when the network does not allow it."""
        self.fetched.mkdir(parents=True, exist_ok=True)
        config = self.home / "freshclam.conf"
        config.write_text(self._configuration())
        arguments = [freshclam, f"--config-file={config}", "--stdout"]
        try:
            finished = subprocess.run(
                arguments, capture_output=True, timeout=FETCH_SECONDS_MAX, check=False, stdin=subprocess.DEVNULL
            )
        except (subprocess.TimeoutExpired, OSError):
            return False
        (self.home / "freshclam.log").write_bytes(finished.stdout + finished.stderr)
        return finished.returncode == 0 and is_complete(self.fetched)

    def _configuration(self) -> str:
        settings = {
            "DatabaseDirectory": self.fetched,
            "DatabaseMirror": "database.clamav.net",
            "ConnectTimeout": CONNECT_SECONDS_MAX,
            "ReceiveTimeout": FETCH_SECONDS_MAX,
            "MaxAttempts": 1,
            "Foreground": "yes",
            "TestDatabases": "no",
            "Bytecode": "yes",
        }
        if os.geteuid() == 0:
            settings["DatabaseOwner"] = "root"
        return "".join(f"{name} {value}\n" for name, value in settings.items())


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
