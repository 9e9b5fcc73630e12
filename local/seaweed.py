"""A real S3 server: SeaweedFS in one process, closed to everybody but the services' own keys, every object synced."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx

from local.credentials import Credentials, write_private
from local.nats_server import http_status
from local.ports import HOST, INNER_OFFSET, Ports
from local.server import Command, Server, StartError, binary, wait_until
from shared.storage.zones import BUCKETS, policy

SETTLE_SECONDS_MAX = 20
# Where weed puts its inner sockets, whatever TMPDIR says.
SOCKETS = Path("/tmp")  # noqa: S108 - only names that carry this platform's own ports are touched there
# Without a bound the Go runtime lets the store grow to 900 MB. Tighter ones cost time: at 350 MiB the collector makes a
# put of 100 MB half as slow again (0.57 s against 0.38).
MEMORY_BOUND = "768MiB"


class SeaweedServer(Server):
    name = "store"
    shown = re.compile(r"^[EF]\d{4}|(?i:error|panic|fatal)")

    def __init__(self, home: Path, ports: Ports, credentials: Credentials) -> None:
        super().__init__(home)
        self.ports = ports
        self.credentials = credentials

    @property
    def endpoint(self) -> str:
        return f"{HOST}:{self.ports.s3}"

    @property
    def listens_on(self) -> tuple[int, ...]:
        return (self.ports.s3, self.ports.master, self.ports.filer, self.ports.volume)

    def environment(self, user: str) -> dict[str, str]:
        """The settings with which `user` reaches the store."""
        access_key, secret_key = self.credentials.store[user]
        return {
            "RESULTS_S3_ENDPOINT": self.endpoint,
            "RESULTS_S3_SECURE": "false",
            "RESULTS_S3_ACCESS_KEY": access_key,
            "RESULTS_S3_SECRET_KEY": secret_key,
        }

    def command(self) -> Command:
        options = {
            "ip": HOST,
            "ip.bind": HOST,
            "dir": str(self.home / "data"),
            "bucket": ",".join(BUCKETS),
            "s3.config": str(self._config_path),
            "s3.allowDeleteBucketNotEmpty": "false",
            "s3.autoCreateBucket": "false",
            "s3.port.iceberg": "0",
            "s3.port.lance": "0",
            "webdav": "false",
            "admin.ui": "false",
            "master.telemetry": "false",
            # A master that resumes its state sometimes votes before it serves: its volumes are then away for 5 s.
            "master.resumeState": "false",
        }
        arguments = tuple(f"-{name}={text}" for name, text in (options | self._port_options()).items())
        return Command(argv=(binary("weed"), "mini", *arguments), environment=self._secrets(), folder=self.home)

    def prepare(self) -> None:
        (self.home / "data").mkdir(parents=True, exist_ok=True)
        write_private(self._config_path, json.dumps(self.configuration(), indent=2))

    def configuration(self) -> dict[str, Any]:
        """One identity per service, with the policy that `shared.storage.zones` gives it."""
        return {
            "identities": [
                {
                    "name": user,
                    "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
                    "policyNames": [user],
                }
                for user, (access_key, secret_key) in self.credentials.store.items()
            ],
            "policies": [{"name": user, "content": json.dumps(policy(user))} for user in self.credentials.store],
        }

    def kill(self) -> None:
        """End it, and take away the sockets that it leaves in the system's folder when it is not given the time."""
        super().kill()
        for port, part in self.ports.everything().items():
            for left in SOCKETS.glob(f"seaweedfs-*-{port}.sock") if part == "store" else ():
                left.unlink(missing_ok=True)

    def is_ready(self) -> bool:
        """The gateway refuses whoever comes without a key, and knows where every object's bytes are.

        Before it serves it does not answer, or answers 5xx; before it knows the volumes, every GET is answered 500.
        """
        return http_status(self.ports.s3, f"/{BUCKETS[-1]}") == 403 and self._volumes_known()

    def _volumes_known(self) -> bool:
        try:
            answer = httpx.get(f"http://{HOST}:{self.ports.master}/dir/status", timeout=1)
        except httpx.HTTPError:
            return False
        centers = answer.json()["Topology"]["DataCenters"] if answer.is_success else None
        nodes = [node for center in centers or () for rack in center["Racks"] for node in rack["DataNodes"]]
        kept = len(list((self.home / "data").glob("*.dat")))
        return bool(nodes) and sum(node["Volumes"] for node in nodes) >= kept

    def settle(self) -> None:
        """Have every object on disk before its PUT is answered. The setting is kept in the store; once is enough."""
        done = self.home / "data" / ".synced"
        if done.exists():
            return
        lines = "".join(f"fs.configure -locationPrefix=/buckets/{name}/ -fsync=true -apply\n" for name in BUCKETS)
        answer = self._shell(lines)
        if answer.count('"fsync":  true') < len(BUCKETS):
            raise StartError(f"the store did not take its sync setting:\n{answer[-2000:]}")
        done.touch()
        if not wait_until(self._has_buckets, SETTLE_SECONDS_MAX):
            raise StartError("the store did not make its buckets")

    def _has_buckets(self) -> bool:
        """The gateway serves about a second before the buckets of a first start are there."""
        listed = {line.split("\t")[0].strip() for line in self._shell("s3.bucket.list\n").splitlines()}
        return set(BUCKETS) <= listed

    def _shell(self, lines: str) -> str:
        finished = subprocess.run(
            [binary("weed"), "shell", f"-master={HOST}:{self.ports.master}", f"-filer={HOST}:{self.ports.filer}"],
            input=lines,
            capture_output=True,
            text=True,
            timeout=SETTLE_SECONDS_MAX,
            env=self._secrets(),
            cwd=self.home,
            check=False,
        )
        return finished.stdout + finished.stderr

    def _port_options(self) -> dict[str, str]:
        listening = {
            "s3": self.ports.s3,
            "master": self.ports.master,
            "filer": self.ports.filer,
            "volume": self.ports.volume,
            "admin": self.ports.store_admin,
        }
        plain = {f"{part}.port": str(port) for part, port in listening.items()}
        return plain | {f"{part}.port.grpc": str(port + INNER_OFFSET) for part, port in listening.items()}

    def _secrets(self) -> dict[str, str]:
        """With signing keys the master, filer and volume ports refuse whoever does not sign: else they are open."""
        return {
            "HOME": str(self.home),
            "GOMEMLIMIT": MEMORY_BOUND,
            "WEED_JWT_SIGNING_KEY": self.credentials.inner["jwt"],
            "WEED_JWT_FILER_SIGNING_KEY": self.credentials.inner["filer-jwt"],
            "WEED_JWT_FILER_SIGNING_READ_KEY": self.credentials.inner["filer-read-jwt"],
        }

    @property
    def _config_path(self) -> Path:
        return self.home / "s3.json"
